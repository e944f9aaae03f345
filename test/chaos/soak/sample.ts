import { readFileSync, readdirSync, statSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** One look at the service. Sizes in bytes, times in milliseconds. */
export interface Sample {
  seconds: number;
  phase: string;
  rss: number;
  heap_main: number;
  heap_pipeline: number;
  heap_others: number;
  external: number;
  threads: number;
  handles: number;
  open_files: number;
  disk: number;
  accepted_p50: number | undefined;
  accepted_p99: number | undefined;
  queryable_p50: number | undefined;
  queryable_p99: number | undefined;
  accepted: number;
  refused: number;
  pending: number;
  dead_letters: number;
}

interface ThreadMemory {
  thread: number;
  rss: number;
  heapUsed: number;
  external: number;
  handles: number;
}

export type ProcessSample = Pick<
  Sample,
  'rss' | 'heap_main' | 'heap_pipeline' | 'heap_others' | 'external' | 'threads' | 'handles' | 'open_files'
>;

/** From what the preloaded module of each thread has written. A thread that has ended writes no more. */
export function sampleProcess(folder: string): ProcessSample {
  const fresh = Date.now() - 6000;
  const files = readdirSync(folder).filter((name) => statSync(join(folder, name)).mtimeMs > fresh);
  const threads = files.flatMap((name) => readThread(join(folder, name)));
  const main = threads.find(({ thread }) => thread === 0);
  const pipeline = threads
    .filter(({ thread }) => thread !== 0)
    .toSorted((a, b) => b.heapUsed - a.heapUsed)[0];
  const sum = (field: 'heapUsed' | 'external' | 'handles') =>
    threads.reduce((total, thread) => total + thread[field], 0);
  const pid = files[0]?.split('-')[0];
  return {
    rss: main?.rss ?? 0,
    heap_main: main?.heapUsed ?? 0,
    heap_pipeline: pipeline?.heapUsed ?? 0,
    heap_others: sum('heapUsed') - (main?.heapUsed ?? 0) - (pipeline?.heapUsed ?? 0),
    external: sum('external'),
    threads: threads.length,
    handles: sum('handles'),
    open_files: pid === undefined ? 0 : countFiles(pid),
  };
}

function readThread(path: string): ThreadMemory[] {
  try {
    return [JSON.parse(readFileSync(path, 'utf8')) as ThreadMemory];
  } catch {
    return []; // it is being written
  }
}

function countFiles(pid: string): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return 0; // there is no /proc on other systems
  }
}

/** Bytes that the files below a folder take on the disk. */
export async function diskOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async ({ parentPath, name }) =>
        stat(join(parentPath, name)).then(
          ({ blocks }) => blocks * 512,
          () => 0,
        ),
      ),
  );
  return sizes.reduce((total, size) => total + size, 0);
}

export function quantileOf(values: readonly number[], share: number): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
