import { packNumbers, unpackNumbers } from '../../model/exact-messages.ts';
import { type Beat, createBeat } from '../../support/beat.ts';
import { type MarkFile, openMark } from '../../support/mark-file.ts';
import { type StepConfig, type StepContext, type StepModule, StepFailure } from '../step.ts';
import { ContextCalls } from './context-calls.ts';
import { type ContractQuestion, type FromThread, type Run, fromPlain } from './protocol.ts';
import { type StepWorker, startProcess, startThread } from './step-worker.ts';
import { watchBeat, watchRun } from './watches.ts';

interface Limits {
  /** How long its code may keep the thread from turning. */
  stallMs: number;
  /** How long it may take for a message. Default 10 minutes. */
  stepTimeoutMs?: number;
  /** To compile what it imports, on a busy machine. Default 30 s. */
  loadMs?: number;
  /** Of its heap. Default 512. */
  memoryMb?: number;
}

export interface Isolation extends Limits {
  /** The process ended while its code ran, lately: it runs in a process of its own. */
  isApart?: boolean;
  /** Its code has ended the process of its own. */
  onDeadly?: () => void;
  /** Path of the file that says that its code runs. */
  mark?: string | undefined;
}

/** A message that has ended its step's thread so often is given up on. */
const maxDeaths = 3;

interface Thread {
  worker: StepWorker;
  beat: Beat;
  loaded: Promise<Extract<FromThread, { problems: string[] }>>;
  runs: Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void; attempt: number }>;
  calls: ContextCalls;
  end: (why: string) => void;
}

/**
 * A step in a thread of its own: what its code does there costs the message that it is about. The thread is ended when it
 * stands still for `stallMs`, and another one takes the next message.
 */
export class IsolatedStep {
  readonly #file: string;
  readonly #limits: Required<Limits>;
  readonly #isApart: boolean;
  readonly #onDeadly: (() => void) | undefined;
  readonly #mark: MarkFile | undefined;
  #marked = 0;
  #thread: Thread | undefined;
  #ids = 0;

  constructor(file: string, { isApart = false, onDeadly, mark, ...limits }: Isolation) {
    const { stallMs, stepTimeoutMs = 600_000, loadMs = 30_000, memoryMb = 512 } = limits;
    this.#file = file;
    this.#isApart = isApart;
    this.#onDeadly = onDeadly;
    this.#mark = mark === undefined || isApart ? undefined : openMark(mark);
    this.#limits = { stallMs, stepTimeoutMs, loadMs, memoryMb };
  }

  /** The step's config, or why it can't be used. */
  load(): Promise<{ step?: StepModule; problems: string[] }> {
    return this.#marking(() => this.#load());
  }

  /** While its code may run, the mark names it. */
  async #marking<T>(work: () => Promise<T>): Promise<T> {
    if (this.#marked++ === 0) this.#mark?.write(this.#file);
    try {
      return await work();
    } finally {
      if (--this.#marked === 0) this.#mark?.write('');
    }
  }

  async #load(): Promise<{ step?: StepModule; problems: string[] }> {
    const thread = this.#current();
    const { loadMs } = this.#limits;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`not loaded after ${loadMs / 1000} s`)), loadMs);
    });
    try {
      const { loaded, problems } = await Promise.race([thread.loaded, late]);
      if (loaded === undefined) await this.close();
      return loaded === undefined ? { problems } : { step: this.#module(loaded), problems };
    } catch (error) {
      await this.close();
      return { problems: [`${this.#file}: can't be loaded: ${(error as Error).message}`] };
    } finally {
      clearTimeout(timer);
    }
  }

  #module(config: StepConfig): StepModule {
    return {
      config,
      file: this.#file,
      handler: (input, context) => this.#marking(() => this.#run(input, context)) as never,
      close: () => this.close(),
    };
  }

  #run(input: unknown, context: StepContext): Promise<unknown> {
    const thread = this.#current();
    const run = ++this.#ids;
    const { trigger, attempt, requestId, signal } = context;
    thread.calls.begin(run, context);
    const abort = (): void => thread.worker.postMessage({ abort: true });
    signal.addEventListener('abort', abort, { once: true });
    const result = new Promise<unknown>((resolve, reject) => {
      thread.runs.set(run, { resolve, reject, attempt });
    });
    thread.worker.postMessage(packNumbers({ run, input, trigger, attempt, requestId } satisfies Run));
    const slow = watchRun(thread, context, this.#limits.stepTimeoutMs);
    return result.finally(() => {
      clearInterval(slow);
      signal.removeEventListener('abort', abort);
      thread.runs.delete(run);
      thread.calls.end(run);
    });
  }

  #current(): Thread {
    return (this.#thread ??= this.#start());
  }

  #start(): Thread {
    const { stallMs, loadMs, memoryMb } = this.#limits;
    const beat = createBeat();
    const runs: Thread['runs'] = new Map();
    const calls = new ContextCalls((message) => worker.postMessage(packNumbers(message)));
    const worker = (this.#isApart ? startProcess : startThread)({
      file: this.#file,
      beat,
      memoryMb,
      answer: async (question) =>
        packNumbers(await calls.validate(unpackNumbers(question) as ContractQuestion)),
    });
    let reason: string | undefined;
    const end = (why: string): void => {
      reason = why;
      void worker.terminate();
    };
    const loaded = new Promise<Extract<FromThread, { problems: string[] }>>((resolve, reject) => {
      worker.on('message', (packed: FromThread) => {
        const message = unpackNumbers(packed) as FromThread;
        if ('problems' in message) {
          isLoaded = true;
          resolve(message);
        } else if ('done' in message) {
          const entry = runs.get(message.done);
          if (message.error === undefined) entry?.resolve(message.value);
          else entry?.reject(fromPlain(message.error));
        } else calls.receive(message);
      });
      worker.on('error', (thrown: unknown) => {
        // Its code may throw anything, null too.
        const { code, name } = thrown instanceof Error ? (thrown as NodeJS.ErrnoException) : {};
        reason =
          code === 'ERR_WORKER_OUT_OF_MEMORY'
            ? `took more than ${memoryMb} MB of memory`
            : `failed where nobody waited for it (${typeof name === 'string' ? name : 'it threw no error'})`;
      });
      let isLoaded = false;
      const limit = (): number => (calls.isAsked ? Infinity : isLoaded ? stallMs : loadMs);
      const watch = watchBeat(beat, limit, () => end(`stood still for ${limit() / 1000} s`));
      worker.on('exit', (how) => {
        clearInterval(watch);
        if (this.#thread?.worker === worker) this.#thread = undefined;
        calls.close();
        // By a signal, and none of ours.
        if (reason === undefined && typeof how === 'string') this.#onDeadly?.();
        const why = reason ?? (typeof how === 'string' ? how : 'ended its thread');
        reject(new Error(why));
        for (const { reject, attempt } of runs.values())
          reject(new StepFailure(`its code ${why}`, { tag: 'step_killed', retryable: attempt < maxDeaths }));
      });
    });
    loaded.catch(() => undefined);
    return { worker, beat, loaded, runs, calls, end };
  }

  async close(): Promise<void> {
    await this.#thread?.worker.terminate();
  }
}
