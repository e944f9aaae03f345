import { isDeepStrictEqual } from 'node:util';
import type { Logger } from '../../support/log.ts';
import { limitLog } from '../../support/log-limit.ts';
import { Lane } from './lane.ts';
import type { Question } from './question.ts';
import { Suspects } from './suspects.ts';
import { type Asked, type ContractSources, JudgeThread } from './thread.ts';

/** What an answer may take where the event can be judged aside instead. */
const mostAtOnceMs = 250;
const mostAtFirstMs = 1000;
/** A schema of this length takes a second to compile on a busy machine. */
const compiledInSecond = 100_000;

type Ask = (label: string, question: Question) => Asked | undefined;

/** Ends work that has asked what can't be answered at once. */
class Unanswered extends Error {
  readonly label: string;
  readonly question: Question;

  constructor(label: string, question: Question) {
    super('no answer at once');
    this.label = label;
    this.question = question;
  }
}

/**
 * Judges events in threads that hold nothing else, so that they can be ended: whatever a contract's code does there, it
 * costs the event that it is about. Who asks stands still meanwhile: within `atOnce` for a moment at most, within
 * `inTurn` not at all, otherwise for a part of `stallMs`.
 */
export class Judge {
  readonly #start: () => JudgeThread;
  readonly #stallMs: number;
  readonly #suspects: Suspects;
  readonly #lane: Lane;
  #thread: JudgeThread;
  #isFirst = true;
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
    this.#start = () => new JudgeThread(given, onError);
    this.#stallMs = stallMs;
    this.#suspects = new Suspects(stallMs, log);
    this.#lane = new Lane(this.#start, this.#suspects, stallMs);
    this.#thread = this.#start();
  }

  /** What the contract says; undefined when its code did not end, nor could be interrupted. */
  ask(label: string, question: Question): Asked | undefined {
    return this.#ask(label, question);
  }

  /** Undefined when the work asks a contract that hangs, or has hung lately: it is to be done again, by `inTurn`. */
  atOnce<T>(work: () => T): { value: T } | undefined {
    const done = this.#attempt(work, (label, question) => this.#askAtOnce(label, question));
    return done instanceof Unanswered ? undefined : done;
  }

  /** Does the work again each time that a question was answered, so it must ask the same each time, and change nothing. */
  async inTurn<T>(work: () => T): Promise<T> {
    const known: { label: string; question: Question; asked: Asked | undefined }[] = [];
    for (;;) {
      const done = this.#attempt(work, (label, question) => {
        const found = known.find(
          (each) => each.label === label && isDeepStrictEqual(each.question, question),
        );
        if (found === undefined) throw new Unanswered(label, question);
        return found.asked;
      });
      if (!(done instanceof Unanswered)) return done.value;
      const { label, question } = done;
      known.push({ label, question, asked: await this.#lane.ask(label, question) });
    }
  }

  #attempt<T>(work: () => T, ask: Ask): { value: T } | Unanswered {
    const before = this.#ask;
    this.#ask = ask;
    try {
      return { value: work() };
    } catch (error) {
      if (error instanceof Unanswered) return error;
      throw error;
    } finally {
      this.#ask = before;
    }
  }

  #askAtOnce(label: string, question: Question): Asked {
    const thread = this.#ready();
    // Where one has hung, the next may take seconds to start. Only at the start of the service is there nothing to lose.
    const isReady = thread.isOpen || (this.#isFirst && thread.opens());
    if (!isReady || this.#suspects.has(label)) throw new Unanswered(label, question);
    const withinMs = thread.used.has(label)
      ? Math.min(this.#stallMs * 0.2, mostAtOnceMs)
      : Math.min(this.#stallMs * 0.3, mostAtFirstMs * (1 + question.schemaLength / compiledInSecond));
    thread.used.add(label);
    const asked = thread.ask(question, withinMs);
    if (asked !== undefined) return asked;
    this.#suspect(label);
    throw new Unanswered(label, question);
  }

  /** When the code does not end, it is asked once more, and interrupted, which can tell the field. */
  #askWaiting(label: string, question: Question): Asked | undefined {
    if (!this.#suspects.has(label)) {
      const thread = this.#ready();
      const withinMs = this.#stallMs * (thread.used.has(label) ? 0.2 : 0.3);
      thread.used.add(label);
      const asked = thread.opens() ? thread.ask(question, withinMs) : undefined;
      if (asked !== undefined) return asked;
      this.#suspect(label);
    }
    const thread = this.#ready();
    const limitMs = this.#suspects.patienceMs(label);
    const asked = thread.opens() ? thread.ask({ ...question, limitMs }, this.#stallMs / 2) : undefined;
    if (asked === undefined) thread.end();
    this.#suspects.learn(label, asked);
    return asked;
  }

  #suspect(label: string): void {
    this.#suspects.add(label);
    this.#thread.end();
    this.#ready();
    this.#lane.warm();
  }

  #ready(): JudgeThread {
    if (!this.#thread.isOver) return this.#thread;
    this.#isFirst = false;
    return (this.#thread = this.#start());
  }

  close(): void {
    this.#thread.end();
    this.#lane.close();
  }
}
