import { mkdir, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { SentinelError } from '../../../model/errors.ts';
import { type Handover, openHandover } from './handover.ts';
import { inUse, openingError, unavailable } from './errors.ts';
import { type InstanceOptions, instanceSettings } from './instance-settings.ts';
import { literal } from './sql.ts';
import { openPrivately } from './private-file.ts';

export interface DuckDbOptions extends InstanceOptions {
  /** Database file, created when there is none; `:memory:` for a database that is gone when closed. */
  path: string;
  queryLimits?: QueryLimits;
  /** Absolute path of the folder for exports; none by default. */
  exports?: string;
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
  /** The same, without a transaction: for what attaches another database. */
  apart<T>(use: (connection: DuckDBConnection) => Promise<T>): Promise<T>;
  /** After a failure on the writer: leaves no transaction open, and opens the database anew when that is needed. */
  recover(): Promise<void>;
  close(): Promise<void>;
}

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
        ? await DuckDBInstance.create(':memory:', instanceSettings(options))
        : await openPrivately(file, () => DuckDBInstance.create(file, instanceSettings(options)));
    try {
      const connection = await opened.connect();
      await connection.run(`SET GLOBAL TimeZone = 'UTC'`);
      // Queries come from people and other services: nothing outside the database file but the files of the hand-over and
      // of exports, which only functions that no query may call can read (statement-check.ts).
      // Only now that the database is ours, and its lock with it: the files may be those of a service that runs.
      handover ??= await openHandover(file);
      const handed = [handover.rows, handover.repairs].map(({ path }) => literal(path)).join(', ');
      await connection.run(`SET GLOBAL allowed_paths = [${handed}]`);
      if (options.exports !== undefined)
        await connection.run(`SET GLOBAL allowed_directories = [${literal(options.exports)}]`);
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

  const read: Session['read'] = (use) =>
    apart(async (connection) => {
      try {
        await connection.run('BEGIN TRANSACTION READ ONLY');
        return await use(connection);
      } finally {
        // A result that was not read to its end keeps the transaction, also of a closed connection, and with it each checkpoint.
        await connection.run('ROLLBACK').catch(() => undefined);
      }
    });

  async function apart<T>(use: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    await open();
    const connection = await instance!.connect();
    const using = (async () => {
      try {
        return await use(connection);
      } finally {
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
    apart,
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

/** The same file by whatever path it is named, whether it is there already or not. */
async function canonical(path: string): Promise<string> {
  const absolute = resolve(path);
  await mkdir(dirname(absolute), { recursive: true });
  return realpath(absolute).catch(async () => join(await realpath(dirname(absolute)), basename(absolute)));
}
