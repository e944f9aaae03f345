import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file through which one batch at a time is handed to DuckDB. */
export interface HandoverFile {
  path: string;
  /** In place of what was there. The text must be well-formed. */
  write(text: string): Promise<void>;
}

/**
 * The files that DuckDB may read although everything outside of the database is closed to it. Written over and over,
 * never flushed to disk on purpose. Their names have no extension, as `FROM 'rows.json'` would read such a file.
 */
export interface Handover {
  rows: HandoverFile;
  repairs: HandoverFile;
  close(): Promise<void>;
}

/** Beside the database, as DuckDB's own log; for a database in memory, a folder of its own that nobody else can read. */
export async function openHandover(database: string | undefined): Promise<Handover> {
  const folder =
    database === undefined ? await mkdtemp(join(tmpdir(), 'sentinel-handover-')) : `${database}.handover`;
  // What a killed process left.
  await rm(folder, { recursive: true, force: true });
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

interface OpenFile extends HandoverFile {
  close(): Promise<void>;
}

async function openFile(path: string): Promise<OpenFile> {
  const handle = await open(path, 'w', 0o600);
  let length = 0;
  return {
    path,
    async write(text) {
      const bytes = Buffer.from(text);
      let written = 0;
      while (written < bytes.length) {
        const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, written);
        written += bytesWritten;
      }
      if (bytes.length < length) await handle.truncate(bytes.length);
      length = bytes.length;
    },
    close: () => handle.close(),
  };
}
