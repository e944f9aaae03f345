import { statfs } from 'node:fs/promises';
import { nearestExisting } from './nearest-existing.ts';

/** What must stay free on a disk, in bytes: the queue's and the database's files grow by less than that between two looks. */
export const reservedBytes = 128 * 2 ** 20;

/** Bytes that are free for this process on the disk of a path; what is not there yet lies where its folder does. */
export async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(await nearestExisting(path));
  return bavail * bsize;
}
