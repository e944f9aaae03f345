import { existsSync } from 'node:fs';
import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckDBInstance } from './duckdb.ts';
import { SentinelError } from '../../../model/errors.ts';
import { type SpillFiles, openSpillFiles } from './spill-files.ts';
import type { QueryLimits } from '../../destination-kit/query-turns.ts';
import { fileGone, inUse, openingError, unavailable } from './errors.ts';
import { type InstanceOptions, confine, instanceSettings } from './instance-settings.ts';
import { givePagesBack, writeOut } from './memory.ts';
import { openPrivately } from './private-file.ts';
import { canonical } from './canonical-path.ts';
import { OpenedFile } from '../../../support/opened-file.ts';

export interface DuckDbOptions extends InstanceOptions {
  /** Database file, created when there is none; `:memory:` for a database that is gone when closed. */
  path: string;
  /** Default: a query runs 30 s at most, and waits 5 s for its turn. */
  queryLimits?: QueryLimits;
  /** Absolute path of the folder for exports; none by default. */
  exports?: string;
}

/** Files that this process has open. A second handle would, when closed, drop the lock of the first (fcntl). */
const openFiles = new Set<string>();

/** The open database: one connection that writes, and others for as long as a question takes. */
export class Session {
  readonly #options: DuckDbOptions;
  /** Undefined in memory. */
  readonly #file: string | undefined;
  readonly #reading = new Map<DuckDBConnection, Promise<unknown>>();
  #instance: DuckDBInstance | undefined;
  #writing: DuckDBConnection | undefined;
  #opening: Promise<DuckDBConnection> | undefined;
  #spill: SpillFiles | undefined;
  #openedFile: OpenedFile | undefined;
  #isClosed = false;

  private constructor(options: DuckDbOptions, file: string | undefined) {
    this.#options = options;
    this.#file = file;
  }

  /** Throws `data_folder_in_use`, or `destination_unavailable` when the file can't be opened. */
  static async open(options: DuckDbOptions): Promise<Session> {
    const file = options.path === ':memory:' ? undefined : await canonical(options.path);
    if (file !== undefined && openFiles.has(file)) throw inUse(file, 'this process');
    if (file !== undefined) openFiles.add(file);
    const session = new Session(options, file);
    try {
      await session.writer();
    } catch (error) {
      await session.#spill?.close();
      if (file !== undefined) openFiles.delete(file);
      throw openingError(options.path, error);
    }
    return session;
  }

  /** The files through which batches reach the writer. */
  spill(): SpillFiles {
    return this.#spill!;
  }

  /** The connection of loads and DDL; the caller makes sure that one thing at a time uses it. */
  async writer(): Promise<DuckDBConnection> {
    if (this.#isClosed)
      throw new SentinelError('destination_unavailable', 'the destination is closed', { retryable: false });
    if (this.#writing !== undefined) return this.#writing;
    this.#opening ??= this.#create().finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  /** Gives `use` a connection of its own, on which nothing can be written. */
  read<T>(use: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    return this.apart(async (connection) => {
      try {
        await connection.run('BEGIN TRANSACTION READ ONLY');
        return await use(connection);
      } finally {
        // A result that was not read to its end keeps the transaction, also of a closed connection, and with it each checkpoint.
        await connection.run('ROLLBACK').catch(() => undefined);
      }
    });
  }

  /** The same, without a transaction: for work that attaches another database. */
  async apart<T>(use: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    await this.writer();
    const connection = await this.#instance!.connect();
    const using = (async () => {
      try {
        return await use(connection);
      } finally {
        this.#reading.delete(connection);
        connection.closeSync();
      }
    })();
    this.#reading.set(connection, using);
    return using;
  }

  /** After a commit, which leaves a log unless it has made a checkpoint: throws when somebody took the file, and what was committed, away. */
  async checkFiles(): Promise<void> {
    if (this.#openedFile === undefined) return;
    if (!existsSync(`${this.#file!}.wal`)) await this.#writing!.run('CHECKPOINT');
    this.checkFile();
  }

  /** Throws when the database is not the file that its path leads to. */
  checkFile(): void {
    if (this.#openedFile?.isThere() === false) throw fileGone(this.#file!);
  }

  givePagesBack(): Promise<void> {
    return this.apart((connection) => givePagesBack(connection, this.#options));
  }

  /** Writes out what DuckDB holds in memory, unless it is little, and gives back what the process does not need; false while somebody reads. */
  async rest(): Promise<boolean> {
    if (this.#reading.size > 0 || !(await writeOut(this.#writing!, this.#file))) return false;
    await this.givePagesBack();
    return true;
  }

  /** After a failure on the writer: leaves no transaction open, and opens the database anew when that is needed. */
  async recover(): Promise<void> {
    const connection = await this.writer();
    // Refused when the failure has ended the transaction already.
    await connection.run('ROLLBACK').catch(() => undefined);
    // After a fatal error the database answers nothing until it is opened again; in memory that would lose all.
    const usable = await connection.run('SELECT 1').then(
      () => true,
      () => false,
    );
    if (usable || this.#file === undefined) return;
    await this.#release();
    await this.writer();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    // Whoever reads would keep the checkpoint from being written.
    await this.#endReading();
    try {
      await this.#writing?.run('CHECKPOINT').catch((error: unknown) => {
        throw unavailable('write its last checkpoint', error);
      });
    } finally {
      this.#isClosed = true;
      await this.#release();
      await this.#spill?.close();
      if (this.#file !== undefined) openFiles.delete(this.#file);
    }
  }

  async #create(): Promise<DuckDBConnection> {
    const options = this.#options;
    const file = this.#file;
    const opened =
      file === undefined
        ? await DuckDBInstance.create(':memory:', instanceSettings(options))
        : await openPrivately(file, () => DuckDBInstance.create(file, instanceSettings(options)));
    try {
      const connection = await opened.connect();
      // Only now that the database is ours, and its lock with it: the files may be those of a service that runs.
      this.#spill ??= await openSpillFiles(file);
      await confine(connection, {
        files: [this.#spill.rows.path, this.#spill.repairs.path],
        folder: options.exports,
      });
      [this.#instance, this.#writing] = [opened, connection];
      this.#openedFile = file === undefined ? undefined : new OpenedFile(file);
      return connection;
    } catch (error) {
      opened.closeSync();
      throw error;
    }
  }

  async #endReading(): Promise<void> {
    for (const connection of this.#reading.keys()) connection.interrupt();
    await Promise.allSettled(this.#reading.values());
  }

  async #release(): Promise<void> {
    await this.#endReading();
    this.#writing?.closeSync();
    this.#instance?.closeSync();
    this.#writing = undefined;
    this.#instance = undefined;
  }
}

/** Whether this process has the file open: a second handle would drop its lock. */
export const isOpenHere = async (path: string): Promise<boolean> => openFiles.has(await canonical(path));
