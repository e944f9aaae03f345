import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { Destination } from './destination.ts';

type Settings = Pick<Config, 'dataDir' | 'destination'>;

/** Each destination's library is loaded only when the config names it. */
const destinations: Record<Config['destination']['type'], (settings: Settings) => Promise<Destination>> = {
  duckdb: async ({ dataDir, destination }) => {
    const { openDuckDb } = await import('./destinations/duckdb.ts');
    return openDuckDb({ path: destination.path ?? join(dataDir, 'warehouse.duckdb') });
  },
};

export function openDestination(settings: Settings): Promise<Destination> {
  return destinations[settings.destination.type](settings);
}
