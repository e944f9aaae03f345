import { Mutex } from '../../support/mutex.ts';
import type { JudgeThread } from './thread.ts';

/** The thread that is asked; another one takes the place of one that had to be ended, as soon as it has started. */
export class Threads {
  readonly #start: () => JudgeThread;
  readonly #mutex = new Mutex();
  #current: JudgeThread;
  #isFirst = true;

  constructor(start: () => JudgeThread) {
    this.#start = start;
    this.#current = start();
  }

  get current(): JudgeThread {
    if (this.#current.isOver) this.replace();
    return this.#current;
  }

  /** One at a time. Undefined when there is no thread that could be asked now: only for the first one there is nothing to lose. */
  inTurn<T>(ask: (thread: JudgeThread) => Promise<T>): Promise<T | undefined> {
    return this.#mutex.run(async () => {
      const thread = this.current;
      const isReady = thread.isOpen || (this.#isFirst && (await thread.opensLater()));
      return isReady ? ask(thread) : undefined;
    });
  }

  replace(): void {
    this.#isFirst = false;
    this.#current.end();
    this.#current = this.#start();
  }

  close(): void {
    this.#current.end();
  }
}
