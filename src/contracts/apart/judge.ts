import { Worker } from 'node:worker_threads';
import { packNumbers, unpackNumbers } from '../../model/exact-messages.ts';
import { SyncCaller } from '../../support/sync-call.ts';
import { limitLog } from '../../support/log-limit.ts';
import type { Logger } from '../../support/log.ts';
import type { JudgeInput } from './judge-thread.ts';
import type { Answer, Question } from './question.ts';

/** What a contract's code may take of memory: an event of the largest size, many times over. */
const resourceLimits = { maxOldGenerationSizeMb: 512 };

/** Reading contracts in TypeScript takes seconds on a busy machine. */
const opensWithinMs = 30_000;

interface Running {
  /** Contracts that it has compiled, which takes a while with the first event. */
  used: Set<string>;
  thread: Worker;
  caller: SyncCaller;
  isOpen: boolean;
}

/**
 * Judges events in a thread that holds nothing else, so that it can be ended: whatever a contract's code does there, it
 * costs the event that it is about. The caller stands still meanwhile, for `stallMs` at most.
 */
export class Judge {
  readonly #given: Pick<JudgeInput, 'folders' | 'cache' | 'setAside'>;
  readonly #stallMs: number;
  readonly #lines;
  readonly #known = new Set<string>();
  #running: Running | undefined;

  constructor(
    given: Pick<JudgeInput, 'folders' | 'cache' | 'setAside'>,
    { stallMs, log }: { stallMs: number; log: Logger },
  ) {
    this.#given = given;
    this.#stallMs = stallMs;
    this.#lines = limitLog(log);
    this.#running = this.#start();
  }

  /**
   * What the contract says. When the thread does not answer it is ended, and another one is asked once, which
   * interrupts the contract by itself and so can tell the field. Undefined when there is no answer then, either.
   */
  ask(label: string, question: Question): { answer: Answer } | undefined {
    const answered = this.#askOnce(question, this.#stallMs * (this.#running?.used.has(label) ? 0.2 : 0.3));
    this.#running?.used.add(label);
    return answered ?? this.#askAnother(label, question);
  }

  #askAnother(label: string, question: Question): { answer: Answer } | undefined {
    this.#known.add(label);
    const answered = this.#askOnce(question, this.#stallMs / 2);
    this.#lines.write(
      'warn',
      'contract_hung',
      { status: 'failed', code: 'contract_hung' },
      `the code of ${label} did not end; the thread that ran it was ended, and the others go on`,
    );
    return answered;
  }

  #askOnce(question: Question, withinMs: number): { answer: Answer } | undefined {
    this.#running ??= this.#start();
    const { caller } = this.#running;
    this.#running.isOpen ||= caller.opens(opensWithinMs);
    const answered = this.#running.isOpen ? caller.ask(packNumbers(question), withinMs) : undefined;
    if (answered !== undefined) return { answer: unpackNumbers(answered.answer) as Answer };
    this.close();
    return undefined;
  }

  #start(): Running {
    const caller = new SyncCaller();
    const { answerEnd } = caller;
    const thread = new Worker(new URL(threadFile, import.meta.url), {
      name: 'judge',
      workerData: {
        ...this.#given,
        known: [...this.#known],
        patienceMs: Math.ceil(this.#stallMs / 5),
        answerEnd,
      } satisfies JudgeInput,
      transferList: [answerEnd.port],
      resourceLimits,
    });
    thread.unref();
    thread.on('message', (error: string) =>
      this.#lines.write(
        'warn',
        'contract_error',
        { status: 'failed', code: 'contract_failed', error },
        'the code of a contract failed after it had answered, such as a promise that nobody waits for',
      ),
    );
    const ended = (): void => {
      if (this.#running?.thread === thread) this.#running = undefined;
    };
    thread.on('exit', ended);
    thread.on('error', ended);
    return { thread, caller, isOpen: false, used: new Set() };
  }

  close(): void {
    this.#running?.caller.close();
    void this.#running?.thread.terminate();
    this.#running = undefined;
  }
}

/** Worker threads get no TypeScript loader: from the sources, too, the built file is started. */
const threadFile = import.meta.url.endsWith('.ts')
  ? '../../../dist/contracts/apart/judge-thread.js'
  : './judge-thread.js';
