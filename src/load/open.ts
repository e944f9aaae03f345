import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config, DestinationConfig } from '../config/load.ts';
import type { Logger } from '../support/log.ts';
import type { Pace } from './adapter.ts';
import { adapterOf } from './adapters.ts';
import type { OpenDestination, Table } from './destination.ts';
import { fillIn } from './fill-in.ts';
import { openNowOrLater } from './open-later.ts';
import type { Refused } from './refused.ts';

/** How a destination wants to be loaded: least time between two loads, and how much at once. */
export async function loadPace(
  destination: DestinationConfig,
  { maxBatchEvents: maxEvents, maxBatchBytes: maxBytes }: Config['pipeline'],
): Promise<Pace> {
  const { capabilities } = await adapterOf(destination);
  const limits = { maxEvents, maxBytes };
  return capabilities.pace?.(destination, limits) ?? { lingerMs: 0, ...limits };
}

/** Opens a destination; by default the main one of the config. */
export async function openDestination(
  { dataDir, destination }: Pick<Config, 'dataDir' | 'destination'>,
  which: DestinationConfig = destination,
): Promise<OpenDestination> {
  return fillIn(await (await adapterOf(which)).open(which, { dataDir }));
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
    isKnown,
    beforeTables,
    onOpen,
    refused,
    log,
  }: {
    mustBeThere: boolean;
    /** It has worked before, with this queue. */
    isKnown: boolean;
    /** Sees it as it was left, before missing tables are made. */
    beforeTables: (it: OpenDestination) => Promise<void>;
    onOpen: (it: OpenDestination) => Promise<void>;
    refused: Refused;
    log: Logger;
  },
): Promise<OpenDestination> {
  const open = async (): Promise<OpenDestination> => {
    const destination = await openDestination(config);
    try {
      await beforeTables(destination);
      await refused.prepare(destination, tables);
      await onOpen(destination);
      return destination;
    } catch (error) {
      await destination.close();
      throw error;
    }
  };
  return mustBeThere ? open() : openNowOrLater(open, { isKnown, log });
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
