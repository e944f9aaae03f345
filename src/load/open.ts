import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config, DestinationConfig } from '../config/load.ts';
import type { Logger } from '../support/log.ts';
import type { Destination, Table } from './destination.ts';
import { openNowOrLater } from './open-later.ts';

type Open<T extends DestinationConfig['type']> = (
  config: Extract<DestinationConfig, { type: T }>,
  dataDir: string,
) => Promise<Destination>;

/** One line for each destination; its library is loaded only when the config names it. */
const destinations: { [T in DestinationConfig['type']]: () => Promise<Open<T>> } = {
  duckdb: async () => {
    const { openDuckDb } = await import('./destinations/duckdb/index.ts');
    return ({ path }, dataDir) => openDuckDb({ path: path ?? join(dataDir, 'warehouse.duckdb') });
  },
  postgres: async () => {
    const { openPostgres } = await import('./destinations/postgres/index.ts');
    return ({ url, queryUrl, schema, poolSize }) => openPostgres({ url, schema, poolSize, queryUrl });
  },
  bigquery: async () => {
    const { openBigQuery } = await import('./destinations/bigquery/index.ts');
    return (config) => openBigQuery(config);
  },
};

/** How a destination wants to be loaded: least time between two loads, and how much at once. */
export function loadPace(
  destination: DestinationConfig,
  { maxBatchEvents: maxEvents, maxBatchBytes: maxBytes }: Config['pipeline'],
): { lingerMs: number; maxEvents: number; maxBytes: number } {
  switch (destination.type) {
    case 'duckdb':
    case 'postgres':
      // A transaction costs milliseconds, however small: with single events under load, 60 ms instead of 25 save a tenth of
      // all CPU. The delay to the destination stays below a tenth of a second.
      return { lingerMs: 60, maxEvents, maxBytes };
    case 'bigquery':
      // Each load costs seconds, and reads the keys of the table, however small it is.
      return {
        lingerMs: destination.loadIntervalSeconds * 1000,
        maxEvents: Math.max(maxEvents, 100_000),
        maxBytes: Math.max(maxBytes, 64 * 2 ** 20),
      };
  }
}

/** Opens a destination; by default the main one of the config. */
export async function openDestination(
  config: Pick<Config, 'dataDir' | 'destination'>,
  which: DestinationConfig = config.destination,
): Promise<Destination> {
  const open = (await destinations[which.type]()) as Open<typeof which.type>;
  return open(which, config.dataDir);
}

/**
 * Opens the main destination, ready for these tables. One that is away, or in use by another program, is opened later, but
 * not when the service only answers questions (`mustBeThere`).
 */
export async function openMain(
  config: Pick<Config, 'dataDir' | 'destination'>,
  tables: readonly Table[],
  {
    mustBeThere,
    onOpen,
    log,
  }: { mustBeThere: boolean; onOpen: (it: Destination) => Promise<void>; log: Logger },
): Promise<Destination> {
  const open = async (): Promise<Destination> => {
    const destination = await openDestination(config);
    try {
      await destination.prepare(tables);
      await onOpen(destination);
      return destination;
    } catch (error) {
      await destination.close();
      throw error;
    }
  };
  return mustBeThere ? open() : openNowOrLater(open, log);
}

/** Names the queue whose mark a destination keeps. It lies with the queue: one that begins anew is another one. */
export async function queueIdOf({ dataDir, engine }: Pick<Config, 'dataDir' | 'engine'>): Promise<string> {
  if (engine.type === 'nats') return `nats/${engine.prefix}`;
  const folder = join(dataDir, 'queue');
  const file = join(folder, 'id');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // Only the first of several writers succeeds.
  await writeFile(file, randomUUID(), { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const id = (await readFile(file, 'utf8')).trim();
  if (id !== '') return id;
  // Whoever made it was killed before it could write.
  await writeFile(file, randomUUID());
  return (await readFile(file, 'utf8')).trim();
}
