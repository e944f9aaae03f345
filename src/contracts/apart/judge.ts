import { join } from 'node:path';
import type { Logger } from '../../support/log.ts';
import { limitLog } from '../../support/log-limit.ts';
import type { markedThreads } from './deaths.ts';
import type { ContractSources } from './judging.ts';
import { Lane } from './lane.ts';
import { withLimits } from './limits.ts';
import { JudgeProcess } from './process.ts';
import type { Question } from './question.ts';
import type { Suspects } from './suspects.ts';
import { type Asked, type Heard, JudgeThread } from './thread.ts';
import { Threads } from './threads.ts';
import { whileAnswered } from './while-answered.ts';
import { type Ask, type Unanswered, Work } from './work.ts';

/** Where the whole pipeline stands still for it. */
const mostWaitingMs = 500;
/** Questions that are sent together, so that answers come while others are still asked. */
const most = 1000;
/** How long a batch waits for answers that do come: so long, and as much for each question. */
const batchWaitsMs = 250;
const batchWaitsForEachMs = 0.2;

interface Asking<T> {
  at: number;
  work: Work<T>;
  asks: Unanswered;
}

/**
 * Judges events in threads that hold nothing else, so that they can be interrupted, or ended: whatever a contract's code does there,
 * it costs the event that it is about. Nobody stands still meanwhile, but whoever asks by `ask` outside of `together` and `inTurn`.
 */
export class Judge {
  readonly #stallMs: number;
  readonly #suspects: Suspects;
  readonly #start: (mark: (typeof markedThreads)[number]) => JudgeThread;
  readonly #threads: Threads;
  readonly #lane: Lane;
  /** For those who stand still until they are answered. */
  #waiting: Threads | undefined;
  #ask: Ask = (label, question) => this.#askWaiting(label, question);
  #answers = 0;

  constructor(
    given: Omit<ContractSources, 'mark'>,
    { stallMs, suspects, log }: { stallMs: number; suspects: Suspects; log: Logger },
  ) {
    const lines = limitLog(log);
    const onError = (error: string): void =>
      lines.write(
        'warn',
        'contract_error',
        { status: 'failed', code: 'contract_failed', error },
        'the code of a contract failed after it had answered, such as a promise that nobody waits for',
      );
    const { marks } = suspects;
    this.#start = (name) => new JudgeThread({ ...given, mark: marks && join(marks, name) }, onError);
    this.#stallMs = stallMs;
    this.#suspects = suspects;
    this.#lane = new Lane(() => new JudgeProcess(given, onError), this.#suspects, stallMs);
    this.#threads = new Threads(() => this.#start('together'));
  }

  /** What the contract says; undefined when its code did not end, nor could be interrupted. */
  ask(label: string, question: Question): Asked | undefined {
    return this.#ask(label, question);
  }

  /** Does work that asks nothing; undefined when it asks: it is to be done again, by `together`. */
  atOnce<T>(work: () => T): { value: T } | undefined {
    const done = this.#attempt(new Work(work));
    return 'value' in done ? done : undefined;
  }

  /** Resolves when `ask` finds a thread that has started. */
  async ready(): Promise<void> {
    await (this.#waiting ??= new Threads(() => this.#start('waiting'))).current.opensLater();
  }

  /**
   * Does each work, as often as it asks; for work, see `Work`. Undefined for one that is to be done aside, so that the others need
   * not wait for it: it asks a contract that hangs, or has hung lately, or whose answer does not come at once. `isPatient`: only
   * those that hang are.
   */
  async together<T>(
    works: readonly (() => T)[],
    { isPatient = false } = {},
  ): Promise<({ value: T } | undefined)[]> {
    const results: ({ value: T } | undefined)[] = works.map(() => undefined);
    let asking: Asking<T>[] = [];
    const attempt = (at: number, work: Work<T>): void => {
      const done = this.#attempt(work);
      if ('value' in done) results[at] = done;
      else asking.push({ at, work, asks: done });
    };
    for (const [at, work] of works.entries()) attempt(at, new Work(work));
    for (;;) {
      asking = asking.filter(({ asks }) => !this.#suspects.has(asks.label));
      const part = asking.slice(0, most);
      if (part.length === 0) return results;
      const { heard, isOver } = await this.#askTogether(
        part.map(({ asks }) => asks),
        isPatient,
      );
      // Those behind what has ended its thread are asked once more, of the next thread.
      asking = asking.slice(heard.length);
      for (const [i, answer] of heard.entries()) {
        const { at, work } = part[i]!;
        if (typeof answer === 'string') continue;
        work.learn(answer);
        attempt(at, work);
      }
      if (isOver) return results;
    }
  }

  /** Does the work until it asks no more, however long its contract's code takes. */
  async inTurn<T>(given: () => T): Promise<T> {
    const work = new Work(given);
    for (;;) {
      const done = this.#attempt(work);
      if ('value' in done) return done.value;
      const { label, question } = done;
      const [heard] = this.#suspects.has(label) ? [] : (await this.#askTogether([done], true)).heard;
      work.learn(typeof heard === 'object' ? heard : await this.#lane.ask(label, question));
    }
  }

  #attempt<T>(work: Work<T>): { value: T } | Unanswered {
    return work.attempt((ask, run) => {
      const before = this.#ask;
      this.#ask = ask;
      try {
        return run();
      } finally {
        this.#ask = before;
      }
    });
  }

  /** What was heard; `isOver`: of the others nothing will be, for now. */
  async #askTogether(
    asked: readonly Unanswered[],
    isPatient: boolean,
  ): Promise<{ heard: readonly Heard[]; isOver: boolean }> {
    const heard: Heard[] = [];
    let [isLate, isOver] = [false, true];
    const done = this.#threads.inTurn(
      async (thread) => {
        if (isLate) return;
        isOver = false;
        const stoodAt = await thread.askAll(withLimits(asked, thread.used), (told) => {
          const { label } = asked[heard.length]!;
          thread.used.add(label);
          if (told === 'hung') this.#suspect(label);
          heard.push(told);
          this.#answers++;
        });
        if (stoodAt === undefined) return;
        this.#suspect(asked[Math.min(stoodAt, asked.length - 1)]!.label);
        this.#threads.replace();
      },
      { waits: isPatient },
    );
    if (isPatient) await done;
    else await whileAnswered(done, () => this.#answers, batchWaitsMs + batchWaitsForEachMs * asked.length);
    isLate = true;
    return { heard: [...heard], isOver: isOver || (!isPatient && heard.length < asked.length) };
  }

  #askWaiting(label: string, question: Question): Asked | undefined {
    if (this.#suspects.isKiller(label)) return undefined;
    const threads = (this.#waiting ??= new Threads(() => this.#start('waiting')));
    const thread = threads.current;
    const limitMs = Math.min(this.#suspects.patienceMs(label), mostWaitingMs);
    const asked = thread.opens()
      ? thread.ask({ ...question, limitMs }, limitMs + this.#stallMs / 2)
      : undefined;
    if (asked === undefined) threads.replace();
    this.#suspects.learn(label, asked);
    return asked;
  }

  #suspect(label: string): void {
    this.#suspects.add(label);
    this.#lane.warm();
  }

  close(): void {
    this.#threads.close();
    this.#waiting?.close();
    this.#lane.close();
  }
}
