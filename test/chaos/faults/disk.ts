import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './fault.ts';

const fullMs = 4000;

export interface SmallDisk {
  folder: string;
  /** Takes all that is left; returns how to give it back. */
  fill(): () => void;
  fills: (victim: string) => Fault;
  remove(): Promise<void>;
}

/** A file system of its own in memory, which can be filled; undefined, with a line that says so, where mounting is not permitted. */
export function mountSmallDisk(bytes: number): SmallDisk | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'sentinel-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=700`, 'tmpfs', folder], {
      stdio: 'pipe',
    });
  } catch (error) {
    rmSync(folder, { recursive: true });
    process.stderr.write(`skipped: "the disk is full" (a tmpfs can't be mounted here: ${String(error)})\n`);
    return undefined;
  }
  const unmount = () => void execFileSync('umount', ['-l', folder]);
  process.once('exit', unmount);
  const fill = () => {
    const filler = join(folder, 'filler');
    takeAll(filler);
    return () => rmSync(filler, { force: true });
  };
  return {
    folder,
    fill,
    fills: (victim) => ({
      name: `the disk of ${victim} is full`,
      victim: `the disk of ${victim}`,
      async happen() {
        const free = fill();
        await sleep(fullMs);
        free();
      },
    }),
    async remove() {
      await sleep(100);
      process.off('exit', unmount);
      unmount();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Until the last page is taken. */
function takeAll(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (let size = 2 ** 22; size >= 4096;) {
      try {
        writeSync(file, Buffer.alloc(size, 1));
      } catch {
        size /= 2;
      }
    }
  } finally {
    closeSync(file);
  }
}
