import type { Logger } from '../../support/log.ts';
import { limitLog } from '../../support/log-limit.ts';
import { Lane } from './lane.ts';
import type { Question } from './question.ts';
import { Suspects } from './suspects.ts';
import { type Asked, type ContractSources, JudgeThread } from './thread.ts';
import { Threads } from './threads.ts';
import { type Ask, type Unanswered, Work } from './work.ts';

/** What an answer may take where others wait for it, milliseconds: some microseconds mostly, but a busy machine takes its time. */
const mostTogetherMs = 250;
/** The first answer, for which a schema is compiled. One of so many characters takes as long again. */
const mostAtFirstMs = 1000;
const compiledMeanwhile = 100_000;
/** Questions that are sent together, so that answers come while others are still asked. */
const most = 1000;

interface Asking<T> {
  at: number;
  work: Work<T>;
  asks: Unanswered;
}

/**
 * Judges events in threads that hold nothing else, so that they can be ended: whatever a contract's code does there, it
 * costs the event that it is about. Nobody stands still meanwhile, but whoever asks by `ask` outside of `together` and `inTurn`: for a
 * part of `stallMs`.
 */
export class Judge {
  readonly #stallMs: number;
  readonly #suspects: Suspects;
  readonly #start: () => JudgeThread;
  readonly #threads: Threads;
  readonly #lane: Lane;
  /** For those who stand still until they are answered. */
  #waiting: Threads | undefined;
  #ask: Ask = (label, question) => this.#askWaiting(label, question);

  constructor(given: ContractSources, { stallMs, log }: { stallMs: number; log: Logger }) {
    const lines = limitLog(log);
    const onError = (error: string): void =>
      lines.write(
        'warn',
        'contract_error',
        { status: 'failed', code: 'contract_failed', error },
        'the code of a contract failed after it had answered, such as a promise that nobody waits for',
      );
    const start = (): JudgeThread => new JudgeThread(given, onError);
    this.#start = start;
    this.#stallMs = stallMs;
    this.#suspects = new Suspects(stallMs, log);
    this.#lane = new Lane(start, this.#suspects, stallMs);
    this.#threads = new Threads(start);
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

  /**
   * Does each work, as often as it asks; for work, see `Work`. Undefined for one that asks a contract that hangs, or has hung
   * lately, or for which no thread is ready: it is to be done by `inTurn`, so that the others need not wait for it.
   */
  async together<T>(works: readonly (() => T)[]): Promise<({ value: T } | undefined)[]> {
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
      const answers = part.length === 0 ? undefined : await this.#askTogether(part.map(({ asks }) => asks));
      if (answers === undefined) return results;
      // Those behind what hangs are asked once more, of the next thread.
      asking = asking.slice(answers.length);
      for (const [i, answer] of answers.entries()) {
        const { at, work } = part[i]!;
        work.learn(answer);
        attempt(at, work);
      }
    }
  }

  /** Does the work until it asks no more, however long its contract's code takes. */
  async inTurn<T>(given: () => T): Promise<T> {
    const work = new Work(given);
    for (;;) {
      const done = this.#attempt(work);
      if ('value' in done) return done.value;
      const { label, question } = done;
      const answers = this.#suspects.has(label) ? undefined : await this.#askTogether([done]);
      work.learn(answers?.[0] ?? (await this.#lane.ask(label, question)));
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

  /**
   * The answers, until one does not come in time: its contract is a suspect then, and has lost its thread. Undefined when no
   * thread is ready.
   */
  async #askTogether(asked: readonly Unanswered[]): Promise<Asked[] | undefined> {
    return this.#threads.inTurn(async (thread) => {
      const first = new Set<number>();
      for (const [at, { label }] of asked.entries()) {
        if (!thread.used.has(label)) first.add(at);
        thread.used.add(label);
      }
      const withinMs = (at: number): number =>
        first.has(at)
          ? mostAtFirstMs * (1 + asked[at]!.question.schemaLength / compiledMeanwhile)
          : mostTogetherMs;
      const { answers, stoodAt } = await thread.askAll(
        asked.map(({ question }) => question),
        withinMs,
      );
      if (stoodAt !== undefined)
        this.#suspect(asked[Math.min(stoodAt, asked.length - 1)]!.label, this.#threads);
      return answers;
    });
  }

  /** When the code does not end, it is asked once more, and interrupted, which can tell the field. */
  #askWaiting(label: string, question: Question): Asked | undefined {
    const threads = (this.#waiting ??= new Threads(this.#start));
    if (!this.#suspects.has(label)) {
      const thread = threads.current;
      const withinMs = this.#stallMs * (thread.used.has(label) ? 0.2 : 0.3);
      thread.used.add(label);
      const asked = thread.opens() ? thread.ask(question, withinMs) : undefined;
      if (asked !== undefined) return asked;
      this.#suspect(label, threads);
    }
    const thread = threads.current;
    const limitMs = this.#suspects.patienceMs(label);
    const asked = thread.opens() ? thread.ask({ ...question, limitMs }, this.#stallMs / 2) : undefined;
    if (asked === undefined) threads.replace();
    this.#suspects.learn(label, asked);
    return asked;
  }

  #suspect(label: string, threads: Threads): void {
    this.#suspects.add(label);
    threads.replace();
    this.#lane.warm();
  }

  close(): void {
    this.#threads.close();
    this.#waiting?.close();
    this.#lane.close();
  }
}
