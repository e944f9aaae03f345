import { writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { countOf, createBeat } from '../../support/beat.ts';
import { builtFile } from '../../support/package-folder.ts';
import { answerLater } from '../../support/sync-call.ts';
import type { FromThread, StepThreadInput } from './protocol.ts';
import type { FromProcess, ToProcess } from './step-worker.ts';

/** A process for the thread of one step, through which it talks with the service. */
const send = (said: FromProcess, then?: () => void): void => void process.send!(said, () => then?.());
process.once('disconnect', () => process.exit(0));
// Whoever stops the service by its group means the service, which ends this process when the step is done.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => undefined);
try {
  // Where memory runs out, this process is to end, and not the service.
  writeFileSync('/proc/self/oom_score_adj', '1000');
} catch {
  // Other systems have no such file.
}

let worker: Worker | undefined;
let answered: ((answer: unknown) => void) | undefined;
process.on('message', (said: ToProcess) => {
  if ('start' in said) worker = start(said.start);
  else if ('answer' in said) answered?.(said.answer);
  else worker?.postMessage(said.message);
});

function start({ file, memoryMb }: { file: string; memoryMb: number }): Worker {
  const beat = createBeat();
  setInterval(() => send({ beat: countOf(beat) }), 200);
  const thread = new Worker(builtFile('step-thread'), {
    workerData: { file, beat } satisfies StepThreadInput,
    resourceLimits: { maxOldGenerationSizeMb: memoryMb },
  });
  thread.on('message', (message: FromThread) => {
    if (!('problems' in message)) return send({ message });
    const { contracts, ...rest } = message;
    // The thread stands still until it is answered, so there is one question at a time.
    answerLater(contracts, (question) => {
      send({ question });
      return new Promise((resolve) => (answered = resolve));
    });
    send({ message: rest });
  });
  thread.on('error', (thrown: unknown) => {
    const { code, name }: { code?: string | undefined; name: unknown } =
      thrown instanceof Error ? thrown : { name: undefined };
    send({ error: { code, name: typeof name === 'string' ? name : '' } });
  });
  thread.on('exit', () => send({ ended: true }, () => process.exit(0)));
  return thread;
}
