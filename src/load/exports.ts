import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SentinelError, messageOf } from '../model/errors.ts';
import { requireSpace, reservedBytes, sizeOf } from '../support/disk-space.ts';
import type { Logger } from '../support/log.ts';
import { exportsFolder } from './export.ts';
import { type Exported, type ExportRequest, writerOf } from './export-writer.ts';

/** What the ids of copies of the queue begin with: they hold more than rows, and not every key may have them. */
export const queueCopyPrefix = 'queue-';

export interface ExportStatus {
  id: string;
  state: 'running' | 'done' | 'failed';
  /** Of the file, so far. */
  bytes: number;
  /** Of a table, once they are all written. */
  rows: number | undefined;
  error: string | undefined;
}

/** What the rest of the service asks; see `Exports`. */
export interface ExportApi {
  beginExport(request: ExportRequest): Promise<ExportStatus>;
  exportStatus(id: string): Promise<ExportStatus>;
  exportFile(id: string): Promise<{ path: string; bytes: number }>;
  removeExport(id: string): Promise<void>;
}

interface Running {
  id: string;
  file: string;
  state: ExportStatus['state'];
  rows?: number;
  error?: string;
  endedAt?: number;
  stop: AbortController;
  work: Promise<void>;
}

const keepMs = 3_600_000;
const mostKept = 8;
const lookMs = 500;

/**
 * Files with the rows of a table, or a copy of the database: written here while the service loads, and handed out from
 * here. One at a time is written. A file is kept for an hour, if nobody removes it before.
 */
export class Exports {
  readonly api: ExportApi = {
    beginExport: (request) => this.begin(request),
    exportStatus: (id) => this.status(id),
    exportFile: (id) => this.file(id),
    removeExport: (id) => this.remove(id),
  };
  readonly #parts: Exported;
  readonly #folder: string;
  readonly #log: Logger;
  readonly #all = new Map<string, Running>();
  #closed = false;

  constructor(parts: Exported, dataDir: string, log: Logger) {
    this.#parts = parts;
    this.#folder = resolve(exportsFolder(dataDir));
    this.#log = log;
  }

  /** Deletes what another process left when it was killed. */
  async removeLeftovers(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Throws `query_busy` while another one is written, and `query_refused` where there are none. */
  async begin(request: ExportRequest): Promise<ExportStatus> {
    const write = writerOf(request, this.#parts);
    if ([...this.#all.values()].some(({ state }) => state === 'running'))
      throw new SentinelError('query_busy', 'another export is being written; begin this one after it');
    const id = `${'queue' in request ? queueCopyPrefix : ''}${randomUUID()}`;
    const stop = new AbortController();
    const file = join(this.#folder, id);
    const running: Running = { id, file, state: 'running', stop, work: Promise.resolve() };
    this.#all.set(id, running);
    running.work = this.#run(running, request, write);
    await this.#forgetOld();
    return this.status(id);
  }

  async status(id: string): Promise<ExportStatus> {
    const { file, state, rows, error } = this.#find(id);
    return { id, state, bytes: await sizeOf(file), rows, error };
  }

  /** Where a finished one lies. Throws `conflict` of another. */
  async file(id: string): Promise<{ path: string; bytes: number }> {
    const { file, state, error } = this.#find(id);
    if (state === 'running') throw new SentinelError('conflict', 'the export is still being written');
    if (state === 'failed') throw new SentinelError('conflict', `the export failed: ${error}`);
    const { bytes } = await this.status(id);
    return { path: file, bytes };
  }

  /** Ends it if it runs, and deletes its file. */
  async remove(id: string): Promise<void> {
    const found = this.#find(id);
    found.stop.abort();
    await found.work;
    this.#all.delete(id);
    await rm(found.file, { force: true });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const id of this.#all.keys()) await this.remove(id);
  }

  #find(id: string): Running {
    const found = this.#all.get(id);
    if (found !== undefined) return found;
    throw new SentinelError('not_found', `there is no export ${id}; its file is deleted after an hour`);
  }

  async #run(running: Running, request: ExportRequest, write: ReturnType<typeof writerOf>): Promise<void> {
    const { file, stop } = running;
    const began = Date.now();
    // The disk is the queue's, too: an export must not be what fills it.
    const watch = setInterval(() => {
      requireSpace(this.#folder, reservedBytes).catch((error: unknown) => stop.abort(error));
    }, lookMs);
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await requireSpace(this.#folder, reservedBytes);
      const rows = await write({ file, signal: stop.signal });
      stop.signal.throwIfAborted();
      if (rows !== undefined) running.rows = rows;
      running.state = 'done';
      this.#log.info(
        { status: 'exported', ...request, rows, ms: Date.now() - began },
        'an export is written',
      );
    } catch (error) {
      running.state = 'failed';
      running.error = messageOf(stop.signal.aborted ? stop.signal.reason : error);
      await rm(file, { force: true });
      if (!this.#closed)
        this.#log.warn(
          { reason: running.error, status: 'failed', code: 'export_failed', ...request },
          'an export failed',
        );
    } finally {
      clearInterval(watch);
      running.endedAt = Date.now();
    }
  }

  /** Those of more than an hour ago, and the oldest of too many. */
  async #forgetOld(): Promise<void> {
    const ended = [...this.#all.values()].filter(({ endedAt }) => endedAt !== undefined);
    const tooMany = ended.slice(0, Math.max(0, ended.length - mostKept));
    const tooOld = ended.filter(({ endedAt }) => Date.now() - endedAt! > keepMs);
    for (const { id } of new Set([...tooMany, ...tooOld])) await this.remove(id);
  }
}
