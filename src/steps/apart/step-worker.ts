import { EventEmitter } from 'node:events';
import { type ChildProcess, fork } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import { answerLater } from '../../support/sync-call.ts';
import { builtFile } from '../../support/package-folder.ts';
import type { Beat } from '../../support/beat.ts';
import type { FromThread, StepThreadInput } from './protocol.ts';

/** What is said across the border of the process, beside the messages of the thread within it. */
export type FromProcess =
  | { message: unknown }
  | { question: unknown }
  | { beat: number }
  | { error: { code?: string | undefined; name: string } }
  | { ended: true };
export type ToProcess =
  { start: { file: string; memoryMb: number } } | { message: unknown } | { answer: unknown };

export interface StepWorkerOptions {
  file: string;
  beat: Beat;
  memoryMb: number;
  /** Carries out what the handler asks of contracts; must not reject. */
  answer: (question: unknown) => Promise<unknown>;
}

/** Where a step's code runs; `exit` comes once, with why when it is known. */
export interface StepWorker {
  postMessage(message: unknown): void;
  terminate(): Promise<unknown>;
  on(event: 'message', listener: (message: FromThread) => void): unknown;
  on(event: 'error', listener: (thrown: unknown) => void): unknown;
  on(event: 'exit', listener: (why: unknown) => void): unknown;
}

/** A thread of this process: what crashes it natively ends the service. */
export function startThread({ file, beat, memoryMb, answer }: StepWorkerOptions): StepWorker {
  const worker = new Worker(builtFile('step-thread'), {
    name: 'step',
    workerData: { file, beat } satisfies StepThreadInput,
    resourceLimits: { maxOldGenerationSizeMb: memoryMb },
  });
  worker.unref();
  worker.on('message', (message: FromThread) => {
    if (!('problems' in message)) return;
    answerLater(message.contracts, answer);
    message.contracts.port.unref();
  });
  return worker;
}

/** The same thread in a process of its own: nothing else dies of what its code does. A message takes some 100 µs longer. */
export const startProcess = (options: StepWorkerOptions): StepWorker => new StepProcess(options);

class StepProcess extends EventEmitter implements StepWorker {
  readonly #child: ChildProcess;
  readonly #over: Promise<void>;
  #isEnded = false;

  constructor({ file, beat, memoryMb, answer }: StepWorkerOptions) {
    super();
    this.#child = fork(builtFile('step-process'), [], {
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child.unref();
    this.#child.channel?.unref();
    this.#child.on('message', (said: FromProcess) => {
      if ('message' in said) this.emit('message', said.message);
      else if ('question' in said) void answer(said.question).then((given) => this.#send({ answer: given }));
      else if ('beat' in said) Atomics.store(beat, 0, said.beat);
      else if ('error' in said) this.emit('error', Object.assign(new Error('the step failed'), said.error));
    });
    this.#over = new Promise((resolve) => {
      const over = (_code: unknown, signal?: unknown): void => {
        resolve();
        this.emit(
          'exit',
          typeof signal === 'string' && !this.#isEnded ? `ended its process (${signal})` : undefined,
        );
      };
      this.#child.once('exit', over);
      this.#child.once('error', over);
    });
    this.#send({ start: { file, memoryMb } });
  }

  postMessage(message: unknown): void {
    this.#send({ message });
  }

  async terminate(): Promise<void> {
    this.#isEnded = true;
    this.#child.kill('SIGKILL');
    await this.#over;
  }

  #send(message: ToProcess): void {
    // One that has ended is told nothing; its end is.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }
}
