import { SentinelError } from '../../model/errors.ts';
import { Mutex } from '../../support/mutex.ts';
import type { Question } from './question.ts';
import type { Suspects } from './suspects.ts';
import type { Asked, JudgeThread } from './thread.ts';

/** A schema of this length is compiled within the time of a stall, on a machine however busy. */
const compiledInTime = 200_000;

/** Where suspects are judged: in a thread of their own, for which nobody stands still, and which interrupts their code. */
export class Lane {
  readonly #start: () => JudgeThread;
  readonly #suspects: Suspects;
  readonly #stallMs: number;
  readonly #mutex = new Mutex();
  #thread: JudgeThread | undefined;

  constructor(start: () => JudgeThread, suspects: Suspects, stallMs: number) {
    this.#start = start;
    this.#suspects = suspects;
    this.#stallMs = stallMs;
  }

  /** Has the thread ready before it is asked. */
  warm(): JudgeThread {
    if (this.#thread === undefined || this.#thread.isOver) this.#thread = this.#start();
    return this.#thread;
  }

  /** One at a time. Undefined when the code could not be interrupted either. Throws when there is no thread to ask. */
  ask(label: string, question: Question): Promise<Asked | undefined> {
    return this.#mutex.run(() => this.#askNow(label, question));
  }

  async #askNow(label: string, question: Question): Promise<Asked | undefined> {
    const thread = this.warm();
    if (!(await thread.opensLater())) {
      thread.end();
      throw new SentinelError('pipeline_busy', 'the thread that judges suspects does not start', {
        retryable: true,
      });
    }
    const { name, version, schemaLength } = question;
    // To compile a contract may take longer than the patience for its code.
    if (!thread.used.has(label))
      await thread.askLater(
        { name, version, schemaLength, event: {}, limitMs: this.#stallMs / 2 },
        this.#stallMs * (1 + schemaLength / compiledInTime),
      );
    thread.used.add(label);
    const limitMs = this.#suspects.patienceMs(label);
    const asked = thread.isOver
      ? undefined
      : await thread.askLater({ ...question, limitMs }, limitMs + this.#stallMs / 2);
    this.#suspects.learn(label, asked);
    return asked;
  }

  close(): void {
    this.#thread?.end();
  }
}
