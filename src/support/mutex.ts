/** Does one piece of work at a time, in the order of the calls. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  /** Settles as the work does. What failed does not keep the next one from its turn. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  /** Resolves when all that was asked for so far has been done. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
