import { access, chmod } from 'node:fs/promises';

/**
 * Opens a database. One that was not there is for its owner alone; one that was keeps the mode that somebody gave it.
 * DuckDB takes no empty file for a new database, so the mode is set when it has made it, before there is a row in it.
 */
export async function openPrivately<T>(file: string, openFile: () => Promise<T>): Promise<T> {
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  const opened = await openFile();
  if (!isThere)
    await chmod(file, 0o600).catch((error: NodeJS.ErrnoException) => {
      // A file system without modes, such as FAT, is no reason not to run.
      if (error.code !== 'EPERM' && error.code !== 'ENOTSUP') throw error;
    });
  return opened;
}
