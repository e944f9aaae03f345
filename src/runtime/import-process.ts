import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { builtFile } from '../support/package-folder.ts';
import type { ImportOrder, ImportVerdict } from './hanging-files.ts';
import type { ImportInput } from './import-thread.ts';
import { ThreadEnded, untilRead } from './until-read.ts';

/** Imports files in a thread, and says which of them do not end, or end it; the process may die of one. */
const [{ files, stallMs, cache }] = (await once(process, 'message')) as [ImportOrder];
process.once('disconnect', () => process.exit(0));
const setAside = await untilRead(
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
process.send!([...setAside] satisfies ImportVerdict, () => process.exit(0));
