import { stat } from 'node:fs/promises';

/**
 * Databases make and remove files beside their own (`.wal` of DuckDB) as they go, with the modes that the process allows:
 * from now on no more than these files have. Of the whole process, and not from a worker thread.
 */
export async function allowNoMoreThan(files: readonly string[]): Promise<void> {
  for (const file of files) {
    const mode = await stat(file).then(
      (found) => found.mode,
      () => 0o600,
    );
    process.umask(process.umask() | (~mode & 0o066));
  }
}
