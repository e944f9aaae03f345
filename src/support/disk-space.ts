import { access, stat, statfs } from 'node:fs/promises';
import { SentinelError } from '../model/errors.ts';
import { dirname } from 'node:path';

/** What must stay free on a disk, in bytes: the queue's and the database's files grow by less than that between two looks. */
export const reservedBytes = 128 * 2 ** 20;

/** Bytes that are free for this process on the disk of a path; what is not there yet lies where its folder does. */
export async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(await nearestExisting(path));
  return bavail * bsize;
}

/** Throws `query_refused`, with both figures, when less than that is free on the disk of a path. */
export async function requireSpace(path: string, bytes: number): Promise<void> {
  const free = await freeBytes(path);
  if (free >= bytes) return;
  const inMb = (count: number): string => `${Math.ceil(count / 2 ** 20)} MB`;
  throw new SentinelError(
    'query_refused',
    `the disk of ${path} is too full for it: ${inMb(bytes)} are needed, ${inMb(free)} are free`,
  );
}

/** The path itself, or the nearest folder above it that is there. */
export async function nearestExisting(path: string): Promise<string> {
  try {
    await access(path);
    return path;
  } catch (error) {
    const parent = dirname(path);
    if (parent === path) throw error;
    return nearestExisting(parent);
  }
}

/** Bytes of a file; 0 of one that is not there. */
export const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );
