import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { SentinelError, messageOf } from '../../errors.ts';
import type { Destination, Table } from '../destination.ts';
import { findEvent } from './duckdb/find.ts';
import { KeySet } from './duckdb/key-set.ts';
import { type LoadTarget, loadBatch } from './duckdb/load.ts';
import { runQuery } from './duckdb/query.ts';
import { quoteName } from './duckdb/sql.ts';
import { createStaging } from './duckdb/staging.ts';
import { prepareTables } from './duckdb/tables.ts';

export interface DuckDbOptions {
  /** Database file; `:memory:` keeps nothing. */
  path: string;
  /** Default 2. */
  threads?: number;
  /** Such as `1GB`; DuckDB's own default is 80 % of the machine's. */
  memoryLimit?: string;
}

const queryTimeoutMs = 30_000;
const defaultMaxRows = 10_000;

/**
 * The destination that needs nothing installed. One connection loads, one answers look-ups, and each query gets its
 * own; DuckDB lets only one process open the file, so `query` is how others read while the service runs.
 */
export async function openDuckDb(options: DuckDbOptions): Promise<Destination> {
  let instance = await openInstance(options);
  let loader = await instance.connect();
  let reader = await instance.connect();
  let targets = new Map<string, LoadTarget>();
  let prepared: readonly Table[] = [];
  let broken = false;
  const inTurn = { load: serial(), read: serial() };

  async function prepare(tables: readonly Table[]): Promise<void> {
    prepared = tables;
    await prepareTables(loader, tables);
    const fresh = new Map<string, LoadTarget>();
    for (const [number, table] of tables.entries()) {
      const staging = await createStaging(loader, table, number);
      const keys = await readKeys(loader, staging.tableKey, table.name);
      fresh.set(table.name, { staging, keys });
    }
    targets = fresh;
  }

  /** After an error of the database itself: DuckDB may have shut the instance, and what is in memory may be stale. */
  async function reopen(): Promise<void> {
    loader.closeSync();
    reader.closeSync();
    instance.closeSync();
    instance = await openInstance(options);
    loader = await instance.connect();
    reader = await instance.connect();
    await prepare(prepared);
    broken = false;
  }

  const load: Destination['load'] = (rows, positions, beforeCommit) =>
    inTurn.load(async () => {
      try {
        if (broken) await reopen();
        return await loadBatch(loader, targets, rows, positions, beforeCommit);
      } catch (error) {
        if (error instanceof SentinelError) throw error;
        broken = options.path !== ':memory:';
        throw unavailable(error);
      }
    });

  const read = <T>(work: () => Promise<T>): Promise<T> =>
    inTurn.read(work).catch((error: unknown) => {
      throw unavailable(error);
    });

  return {
    prepare,
    load,
    positions: () =>
      read(async () => {
        const rows = await reader.runAndReadAll('SELECT partition, position FROM _sentinel_positions');
        return new Map(rows.getRows().map(([partition, position]) => [String(partition), Number(position)]));
      }),
    find: (requestId) =>
      read(() =>
        findEvent(reader, new Map(prepared.map(({ name, contract }) => [name, contract])), requestId),
      ),
    counts: () =>
      read(async () => {
        const rows = await reader.runAndReadAll('SELECT loaded, repaired, duplicate FROM _sentinel_counters');
        const [loaded, repaired, duplicate] = rows.getRows()[0]!.map(Number) as [number, number, number];
        return { loaded, repaired, duplicate };
      }),
    query: (sql, { maxRows = defaultMaxRows } = {}) =>
      runQuery(instance, sql, { maxRows, timeoutMs: queryTimeoutMs }),
    async close() {
      await Promise.all([inTurn.load(async () => undefined), inTurn.read(async () => undefined)]);
      if (!broken) await loader.run('CHECKPOINT');
      loader.closeSync();
      reader.closeSync();
      instance.closeSync();
    },
  };
}

/** A connection takes one piece of work at a time. */
function serial(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work, work);
    last = mine;
    return mine;
  };
}

function unavailable(error: unknown): SentinelError {
  return new SentinelError('destination_unavailable', `DuckDB: ${firstLine(error)}`, { cause: error });
}

async function openInstance({ path, threads = 2, memoryLimit }: DuckDbOptions): Promise<DuckDBInstance> {
  try {
    const instance = await DuckDBInstance.create(path, {
      threads: String(threads),
      ...(memoryLimit === undefined ? {} : { memory_limit: memoryLimit }),
      // SQL that comes through the API must not reach files, the network, or other databases.
      enable_external_access: 'false',
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    const connection = await instance.connect();
    await connection.run(`SET GLOBAL TimeZone = 'UTC'`);
    await connection.run('SET lock_configuration = true');
    connection.closeSync();
    return instance;
  } catch (error) {
    const message = messageOf(error);
    if (/lock on file/i.test(message))
      throw new SentinelError('data_folder_in_use', `another process has ${path} open: ${firstLine(error)}`, {
        cause: error,
      });
    throw new SentinelError('destination_unavailable', `can't open ${path}: ${firstLine(error)}`, {
      cause: error,
    });
  }
}

async function readKeys(connection: DuckDBConnection, keyOfRow: string, table: string): Promise<KeySet> {
  const name = quoteName(table);
  const count = Number((await connection.runAndReadAll(`SELECT count(*) FROM ${name}`)).getRows()[0]![0]);
  const keys = new KeySet(count);
  const result = await connection.stream(`SELECT hash(${keyOfRow}) FROM ${name} t`);
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return keys;
    for (const hash of chunk.getColumnValues(0)) keys.add(hash as bigint);
  }
}

/** DuckDB adds the statement, with its values, below the first line; and may quote a value in that one. */
function firstLine(error: unknown): string {
  return messageOf(error)
    .split('\n', 1)[0]!
    .replace(/'[^']*'/g, "'…'");
}
