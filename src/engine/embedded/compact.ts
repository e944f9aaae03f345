import { sizeOf } from '../../support/disk-space.ts';
import { open, rename, rm, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { lockFolder } from './folder-lock.ts';
import { type Store, openStore } from './store.ts';

/** A smaller file is not worth it, nor is one of which less is free. */
const leastBytes = 64 * 2 ** 20;
const leastFreeShare = 0.5;

/** Bytes of the file. */
export interface Compacted {
  before: number;
  after: number;
}

/**
 * LMDB uses pages that are free again, but its file never shrinks. Writes the file anew when most of it is free, and puts it in
 * the place of the old one; for the start, before anything has the store open. A crash leaves either the old file or the new one.
 * Returns undefined when there was nothing to do.
 */
export async function compactStore(
  folder: string,
  { leastSize = leastBytes }: { leastSize?: number } = {},
): Promise<Compacted | undefined> {
  const path = join(folder, 'engine.mdb');
  const copy = join(folder, 'engine.compacting.mdb');
  await rm(copy, { force: true });
  const size = await sizeOf(path);
  if (size < leastSize) return undefined;
  const unlock = await lockFolder(folder);
  try {
    if (!(await writeAnew(path, copy, size))) return undefined;
    // The readers' table belongs to the file that was.
    await rm(`${path}-lock`, { force: true });
    await rename(copy, path);
    await sync(dirname(path));
    return { before: size, after: await sizeOf(path) };
  } finally {
    await unlock();
  }
}

/** False when too little of the file is free, or of the disk. */
async function writeAnew(path: string, copy: string, size: number): Promise<boolean> {
  const store = openStore(path);
  try {
    const used = usedBytes(store);
    const { bavail, bsize } = await statfs(dirname(path));
    if (used > size * (1 - leastFreeShare) || bavail * bsize < 2 * used) return false;
    await store.root.backup(copy, true);
  } finally {
    await store.root.close();
  }
  await sync(copy);
  return true;
}

interface TreeStats {
  pageSize: number;
  treeBranchPageCount: number;
  treeLeafPageCount: number;
  overflowPages: number;
}

function usedBytes({ root, log, retries, records, state, expiry, publishedKeys }: Store): number {
  let bytes = 0;
  for (const tree of [root, log, retries, records, state, expiry, publishedKeys]) {
    const { pageSize, treeBranchPageCount, treeLeafPageCount, overflowPages } = tree.getStats() as TreeStats;
    bytes += pageSize * (treeBranchPageCount + treeLeafPageCount + overflowPages);
  }
  return bytes;
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
