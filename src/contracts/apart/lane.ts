import { SentinelError } from '../../model/errors.ts';
import { Mutex } from '../../support/mutex.ts';
import type { JudgeProcess } from './process.ts';
import type { Question } from './question.ts';
import type { Suspects } from './suspects.ts';
import type { Asked } from './thread.ts';

/** A schema of this length is compiled within the time of a stall, on a machine however busy. */
const compiledInTime = 200_000;

/** Reading contracts in TypeScript takes seconds on a busy machine. */
const opensWithinMs = 30_000;

/** Where suspects are judged: in a process of their own, for which nobody stands still, and which interrupts their code. */
export class Lane {
  readonly #start: () => JudgeProcess;
  readonly #suspects: Suspects;
  readonly #stallMs: number;
  readonly #mutex = new Mutex();
  #process: JudgeProcess | undefined;

  constructor(start: () => JudgeProcess, suspects: Suspects, stallMs: number) {
    this.#start = start;
    this.#suspects = suspects;
    this.#stallMs = stallMs;
  }

  /** Has the process ready before it is asked. */
  warm(): JudgeProcess {
    if (this.#process === undefined || this.#process.isOver) this.#process = this.#start();
    return this.#process;
  }

  /** One at a time. Undefined when the code could not be interrupted, or ended the process. Throws when there is none to ask. */
  ask(label: string, question: Question): Promise<Asked | undefined> {
    return this.#mutex.run(() => this.#askNow(label, question));
  }

  async #askNow(label: string, question: Question): Promise<Asked | undefined> {
    const process = this.warm();
    if (!(await process.opens(opensWithinMs))) {
      process.end();
      throw new SentinelError('pipeline_busy', 'the process that judges suspects does not start', {
        retryable: true,
      });
    }
    const { name, version, schemaLength } = question;
    // To compile a contract may take longer than the patience for its code.
    if (!process.used.has(label))
      await process.ask(
        { name, version, schemaLength, event: {}, limitMs: this.#stallMs / 2 },
        this.#stallMs * (1 + schemaLength / compiledInTime),
      );
    process.used.add(label);
    const limitMs = this.#suspects.patienceMs(label);
    const asked = await process.ask({ ...question, limitMs }, limitMs + this.#stallMs / 2);
    this.#suspects.learn(label, asked);
    if (asked === undefined && process.hasDied) this.#suspects.convict(label);
    return asked;
  }

  close(): void {
    this.#process?.end();
  }
}
