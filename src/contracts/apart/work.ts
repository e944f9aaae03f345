import type { Question } from './question.ts';
import type { Asked } from './thread.ts';

/** Ends work that has asked what is not answered yet. */
export class Unanswered extends Error {
  readonly label: string;
  readonly question: Question;

  constructor(label: string, question: Question) {
    super('not answered yet');
    this.label = label;
    this.question = question;
  }
}

export type Ask = (label: string, question: Question) => Asked | undefined;

/**
 * Work that is done again each time that a question of it was answered: it must ask the same each time, and change nothing
 * before its last question.
 */
export class Work<T> {
  readonly #work: () => T;
  readonly #known: (Asked | undefined)[] = [];

  constructor(work: () => T) {
    this.#work = work;
  }

  /** `using` has the contracts ask by what it is given while it runs the work. */
  attempt(using: (ask: Ask, work: () => T) => T): { value: T } | Unanswered {
    let asked = 0;
    const ask: Ask = (label, question) => {
      if (asked === this.#known.length) throw new Unanswered(label, question);
      return this.#known[asked++];
    };
    try {
      return { value: using(ask, this.#work) };
    } catch (error) {
      if (error instanceof Unanswered) return error;
      throw error;
    }
  }

  /** The answer to what it has asked at last. */
  learn(asked: Asked | undefined): void {
    this.#known.push(asked);
  }
}
