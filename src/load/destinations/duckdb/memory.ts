import { stat } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { messageOf } from '../../../model/errors.ts';
import { type InstanceOptions, instanceSettings } from './instance-settings.ts';
import { literal } from './sql.ts';

/** Bytes since the last checkpoint for which one is worth its work. */
const largeLog = 8 * 2 ** 20;

/** Makes a checkpoint of what DuckDB holds in memory, unless it is little. False when somebody who reads keeps it from being made. */
export async function writeOut(connection: DuckDBConnection, file: string | undefined): Promise<boolean> {
  const log = file === undefined ? undefined : await stat(`${file}.wal`).catch(() => undefined);
  if (log === undefined || log.size < largeLog) return true;
  try {
    await connection.run('CHECKPOINT');
    return true;
  } catch (error) {
    if (messageOf(error).includes('Cannot CHECKPOINT')) return false;
    throw error;
  }
}

/** What DuckDB keeps when pages are given back. */
const leastMemory = '16MiB';

/**
 * Gives the pages of the database that were read, and that nobody reads now, back to the machine: DuckDB would keep them until
 * its memory is full. That is left out while work in progress needs more than is to be left. What the C library keeps is given back as
 * well (support/trim-memory.ts).
 */
export async function givePagesBack(connection: DuckDBConnection, options: InstanceOptions): Promise<void> {
  const { memory_limit: limit } = instanceSettings(options);
  const restore = `SET GLOBAL memory_limit = ${literal(limit!)}`;
  await connection
    .run(`SET GLOBAL memory_limit = '${leastMemory}'; ${restore}`)
    .catch(() => connection.run(restore))
    .catch(() => undefined);
}
