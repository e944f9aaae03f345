import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { packNumbers, unpackNumbers } from '../../model/exact-messages.ts';
import { clearMark } from '../../support/mark-file.ts';
import { builtFile } from '../../support/package-folder.ts';
import { type Limited, SyncCaller } from '../../support/sync-call.ts';
import type { JudgeInput } from './judge-thread.ts';
import type { ContractSources } from './judging.ts';
import type { Answer, Question } from './question.ts';

/** What a contract's code may take of memory: an event of the largest size, many times over. */
const resourceLimits = { maxOldGenerationSizeMb: 512 };

/** Reading contracts in TypeScript takes seconds on a busy machine. */
const opensWithinMs = 30_000;

export interface Asked {
  answer: Answer;
}

/** `hung`: its code was interrupted; `skipped`: it was not asked, after that. */
export type Heard = Asked | 'hung' | 'skipped';

/** A thread that holds nothing but contracts. It is ended when it does not answer, and takes no questions then. */
export class JudgeThread {
  /** Contracts that it has compiled, which takes a while with the first event. */
  readonly used = new Set<string>();
  readonly #thread: Worker;
  readonly #caller = new SyncCaller();
  readonly #mark: string | undefined;
  #isOver = false;

  /** `onError` is told the name of what the code of a contract threw after it had answered. */
  constructor(given: ContractSources, onError: (name: string) => void) {
    const { answerEnd } = this.#caller;
    this.#mark = given.mark;
    this.#thread = new Worker(builtFile('judge-thread'), {
      name: 'judge',
      workerData: { ...given, answerEnd } satisfies JudgeInput,
      transferList: [answerEnd.port],
      resourceLimits,
    });
    this.#thread.unref();
    this.#thread.on('message', onError);
    const over = (): void => void (this.#isOver = true);
    this.#thread.on('exit', over);
    this.#thread.on('error', over);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get isOpen(): boolean {
    return this.#caller.isOpen;
  }

  /** The caller stands still meanwhile. */
  opens(): boolean {
    return this.isOpen || this.#caller.opens(opensWithinMs);
  }

  async opensLater(): Promise<boolean> {
    const deadline = performance.now() + opensWithinMs;
    while (!this.isOpen && !this.isOver && performance.now() < deadline) await sleep(10);
    return this.isOpen && !this.isOver;
  }

  /** The caller stands still meanwhile. */
  ask(question: Question, withinMs: number): Asked | undefined {
    return this.#orEnd(this.#caller.ask(packNumbers(question), withinMs));
  }

  /** See `SyncCaller.askAll`. It is ended when it stood still. */
  async askAll(
    questions: readonly (Limited & { question: Question })[],
    tell: (told: Heard) => void,
  ): Promise<number | undefined> {
    const stoodAt = await this.#caller.askAll(
      questions.map((limited) => ({ ...limited, question: packNumbers(limited.question) })),
      (told) => tell(typeof told === 'string' ? told : { answer: unpackNumbers(told.answer) as Answer }),
    );
    if (stoodAt !== undefined) this.end();
    return stoodAt;
  }

  #orEnd(answered: { answer: unknown } | undefined): Asked | undefined {
    if (answered !== undefined) return { answer: unpackNumbers(answered.answer) as Answer };
    this.end();
    return undefined;
  }

  end(): void {
    this.#isOver = true;
    this.#caller.close();
    void this.#thread.terminate();
    // This process has survived it.
    if (this.#mark !== undefined) clearMark(this.#mark);
  }
}
