import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file from which DuckDB reads one batch at a time. */
export interface SpillFile {
  path: string;
  /** Replaces the content. */
  write(pieces: readonly Uint8Array[]): Promise<void>;
}

/**
 * The files that DuckDB may read although everything outside of the database is closed to it. Written over and over,
 * never flushed to disk on purpose. Their names have no extension, as `FROM 'rows.json'` would read such a file.
 */
export interface SpillFiles {
  rows: SpillFile;
  repairs: SpillFile;
  close(): Promise<void>;
}

/** Beside the database, as DuckDB's own log; for a database in memory, a folder of its own that nobody else can read. */
export async function openSpillFiles(database: string | undefined): Promise<SpillFiles> {
  const folder =
    database === undefined ? await mkdtemp(join(tmpdir(), 'sentinel-spill-')) : `${database}.spill`;
  // Files that a killed process left behind; older versions called the folder `.handover`.
  for (const left of [folder, ...(database === undefined ? [] : [`${database}.handover`])])
    await rm(left, { recursive: true, force: true });
  await mkdir(folder, { mode: 0o700 });
  const files = await Promise.all(['rows', 'repairs'].map((name) => openFile(join(folder, name))));
  const [rows, repairs] = files as [OpenFile, OpenFile];
  return {
    rows,
    repairs,
    async close() {
      await Promise.all(files.map((file) => file.close()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface OpenFile extends SpillFile {
  close(): Promise<void>;
}

async function openFile(path: string): Promise<OpenFile> {
  const handle = await open(path, 'w', 0o600);
  let length = 0;
  return {
    path,
    async write(pieces) {
      let at = 0;
      for (let from = 0; from < pieces.length; from += mostPieces) {
        const some = joined(pieces.slice(from, from + mostPieces));
        for (let written = 0; written < some.length;) {
          const { bytesWritten } = await handle.write(some, written, some.length - written, at);
          written += bytesWritten;
          at += bytesWritten;
        }
      }
      if (at < length) await handle.truncate(at);
      length = at;
    },
    close: () => handle.close(),
  };
}

/** Small pieces are copied together, as each write is a trip to another thread. */
const mostPieces = 1000;
const joined = (pieces: readonly Uint8Array[]): Uint8Array =>
  pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
