import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { Destination } from './destination.ts';

type DestinationType = Config['destination']['type'];
type Open = (config: Pick<Config, 'dataDir' | 'destination'>) => Promise<Destination>;

/** One line for each destination; its library is loaded only when the config names it. */
const destinations: Record<DestinationType, () => Promise<Open>> = {
  duckdb: async () => {
    const { openDuckDb } = await import('./destinations/duckdb.ts');
    return ({ dataDir, destination }) =>
      openDuckDb({ path: destination.path ?? join(dataDir, 'warehouse.duckdb') });
  },
};

/** Opens the destination that the config names. */
export async function openDestination(config: Pick<Config, 'dataDir' | 'destination'>): Promise<Destination> {
  const open = await destinations[config.destination.type]();
  return open(config);
}
