import { mkdir, realpath } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { SentinelError } from '../../../model/errors.ts';
import { type Handover, openHandover } from './handover.ts';
import { inUse, openingError, unavailable } from './errors.ts';
import { literal } from './sql.ts';
import { openPrivately } from './private-file.ts';

export interface DuckDbOptions {
  /** Database file, created when there is none; `:memory:` for a database that is gone when closed. */
  path: string;
  /**
   * Threads of a single statement. Default: 1. With 2 on 2 processors a load costs 1.3 to 1.6 times the CPU, as a
   * thread that waits for another one spins; several statements (a load, queries) run at the same time in any case.
   */
  threads?: number;
  /**
   * As DuckDB spells it, `2GB`. Default: half of the memory of the machine or container. DuckDB's own, four fifths, leaves
   * too little for Node when a query takes all of it.
   */
  memoryLimit?: string;
  queryLimits?: QueryLimits;
}

export interface QueryLimits {
  /** After which a query is stopped. Default 30 s. */
  runMs: number;
  /** How long a query waits for others, so that whoever asks hears soon that they are in the way. Default 5 s. */
  waitMs: number;
}

/** The open database: one connection that writes, and others for as long as a question takes. */
export interface Session {
  /** Through which batches are handed to the writer. */
  handover(): Handover;
  /** The connection of loads and DDL; the caller makes sure that one thing at a time uses it. */
  writer(): Promise<DuckDBConnection>;
  /** A connection of its own for `use`, in which nothing can be written. */
  read<T>(use: (connection: DuckDBConnection) => Promise<T>): Promise<T>;
  /** After a failure on the writer: leaves no transaction open, and opens the database anew when that is needed. */
  recover(): Promise<void>;
  close(): Promise<void>;
}

/**
 * With batches of 10,000 rows a load costs 14 µs of CPU a row instead of 16 at DuckDB's default of 16 MiB. Reading back
 * a log of 183 MB after a kill -9 takes 1.1 s.
 */
const checkpointThreshold = '256MiB';

/** Files that this process has open. A second handle would, when closed, drop the lock of the first (fcntl). */
const openFiles = new Set<string>();

/** Throws `data_folder_in_use`, or `destination_unavailable` when the file can't be opened. */
export async function openSession(options: DuckDbOptions): Promise<Session> {
  const file = options.path === ':memory:' ? undefined : await canonical(options.path);
  if (file !== undefined && openFiles.has(file)) throw inUse(file, 'this process');
  if (file !== undefined) openFiles.add(file);

  let instance: DuckDBInstance | undefined;
  let writing: DuckDBConnection | undefined;
  const reading = new Map<DuckDBConnection, Promise<unknown>>();
  let opening: Promise<DuckDBConnection> | undefined;
  let handover: Handover | undefined;
  let closed = false;

  async function open(): Promise<DuckDBConnection> {
    if (closed)
      throw new SentinelError('destination_unavailable', 'the destination is closed', { retryable: false });
    if (writing !== undefined) return writing;
    opening ??= create().finally(() => (opening = undefined));
    return opening;
  }

  async function create(): Promise<DuckDBConnection> {
    const opened =
      file === undefined
        ? await DuckDBInstance.create(':memory:', settings(options))
        : await openPrivately(file, () => DuckDBInstance.create(file, settings(options)));
    try {
      const connection = await opened.connect();
      await connection.run(`SET GLOBAL TimeZone = 'UTC'`);
      // Queries come from people and other services: nothing outside the database file but the files of the hand-over,
      // which only functions that no query may call can read (statement-check.ts).
      // Only now that the database is ours, and its lock with it: the files may be those of a service that runs.
      handover ??= await openHandover(file);
      const handed = [handover.rows, handover.repairs].map(({ path }) => literal(path)).join(', ');
      await connection.run(`SET GLOBAL allowed_paths = [${handed}]`);
      await connection.run(`SET GLOBAL enable_external_access = false`);
      // Last, as nothing can be set after it.
      await connection.run(`SET GLOBAL lock_configuration = true`);
      [instance, writing] = [opened, connection];
      return connection;
    } catch (error) {
      opened.closeSync();
      throw error;
    }
  }

  async function release(): Promise<void> {
    for (const connection of reading.keys()) connection.interrupt();
    await Promise.allSettled(reading.values());
    writing?.closeSync();
    instance?.closeSync();
    writing = undefined;
    instance = undefined;
  }

  async function read<T>(use: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    await open();
    const connection = await instance!.connect();
    const using = (async () => {
      try {
        await connection.run('BEGIN TRANSACTION READ ONLY');
        return await use(connection);
      } finally {
        // A result that was not read to its end keeps the transaction, also of a closed connection, and with it each checkpoint.
        await connection.run('ROLLBACK').catch(() => undefined);
        reading.delete(connection);
        connection.closeSync();
      }
    })();
    reading.set(connection, using);
    return using;
  }

  try {
    await open();
  } catch (error) {
    await handover?.close();
    if (file !== undefined) openFiles.delete(file);
    throw openingError(options.path, error);
  }

  return {
    handover: () => handover!,
    writer: open,
    read,
    async recover() {
      const connection = await open();
      // Refused when the failure has ended the transaction already.
      await connection.run('ROLLBACK').catch(() => undefined);
      // After a fatal error the database answers nothing until it is opened again; in memory that would lose all.
      const usable = await connection.run('SELECT 1').then(
        () => true,
        () => false,
      );
      if (!usable && file !== undefined) {
        await release();
        await open();
      }
    },
    async close() {
      if (closed) return;
      try {
        await writing?.run('CHECKPOINT').catch((error: unknown) => {
          throw unavailable('write its last checkpoint', error);
        });
      } finally {
        closed = true;
        await release();
        await handover?.close();
        if (file !== undefined) openFiles.delete(file);
      }
    },
  };
}

function halfOfMemory(): string {
  // 0 where nobody limits it.
  const limit = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  return `${Math.floor(Math.min(totalmem(), limit) / 2 ** 21)}MiB`;
}

function settings({ threads = 1, memoryLimit = halfOfMemory() }: DuckDbOptions): Record<string, string> {
  return {
    // No code from elsewhere.
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    checkpoint_threshold: checkpointThreshold,
    threads: String(threads),
    memory_limit: memoryLimit,
  };
}

/** The same file by whatever path it is named, whether it is there already or not. */
async function canonical(path: string): Promise<string> {
  const absolute = resolve(path);
  await mkdir(dirname(absolute), { recursive: true });
  return realpath(absolute).catch(async () => join(await realpath(dirname(absolute)), basename(absolute)));
}
