import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { builtFile } from '../support/package-folder.ts';
import type { ImportInput } from './import-thread.ts';
import { ThreadEnded, untilRead } from './until-read.ts';

/** Modules whose code does not end when they are imported, or ends its thread, and what is said of each. They run in another thread. */
export async function hangingFiles(
  files: readonly string[],
  { stallMs, cache }: { stallMs: number; cache: string | undefined },
): Promise<ReadonlyMap<string, string>> {
  if (files.length === 0) return new Map();
  return untilRead(
    stallMs,
    () => undefined,
    async ({ signal, ...given }) => {
      const thread = new Worker(builtFile('import-thread'), {
        name: 'import',
        workerData: { files, cache, ...given } satisfies ImportInput,
      });
      let done = false;
      thread.on('message', () => (done = true));
      // What the code throws is told when the file is read in earnest.
      thread.on('error', () => undefined);
      signal.addEventListener('abort', () => void thread.terminate(), { once: true });
      await once(thread, 'exit');
      if (!done) throw new ThreadEnded('it ended its thread');
      return given.setAside;
    },
  );
}
