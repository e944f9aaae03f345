import { Mutex } from '../../support/mutex.ts';
import type { JudgeThread } from './thread.ts';

/** The thread that is asked; another one takes the place of one that had to be ended, as soon as it has started. */
export class Threads {
  readonly #start: () => JudgeThread;
  readonly #mutex = new Mutex();
  #current: JudgeThread;

  constructor(start: () => JudgeThread) {
    this.#start = start;
    this.#current = start();
  }

  get current(): JudgeThread {
    if (this.#current.isOver) this.replace();
    return this.#current;
  }

  /** One at a time. Undefined when there is no thread that could be asked; `waits`: until it has started, if need be. */
  inTurn<T>(ask: (thread: JudgeThread) => Promise<T>, { waits }: { waits: boolean }): Promise<T | undefined> {
    return this.#mutex.run(async () => {
      const thread = this.current;
      const isReady = thread.isOpen || (waits && (await thread.opensLater()));
      return isReady ? ask(thread) : undefined;
    });
  }

  replace(): void {
    this.#current.end();
    this.#current = this.#start();
  }

  close(): void {
    this.#current.end();
  }
}
