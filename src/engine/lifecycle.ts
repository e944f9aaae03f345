import { SentinelError } from '../model/errors.ts';
import { createConsumers } from './consumers.ts';

/** Guards the calls of an engine: none is served after it closed, and its consumers stop before the rest. */
export class Lifecycle {
  readonly consumers = createConsumers();
  readonly #toError: (error: unknown) => unknown;
  #closing: Promise<void> | undefined;
  #isClosed = false;

  /** `toError` turns an error of the engine's library into one of ours. */
  constructor(toError: (error: unknown) => unknown = (error) => error) {
    this.#toError = toError;
  }

  /** Throws `engine_closed` once the engine is closed. While it closes, calls are still served. */
  checkOpen(): void {
    if (this.#isClosed) throw engineClosed();
  }

  /** Throws `engine_closed` as soon as closing has begun. */
  checkStaysOpen(): void {
    if (this.#closing !== undefined) throw engineClosed();
  }

  /** On the way of each event, so it is one promise. */
  guard<T>(work: () => Promise<T>): Promise<T> {
    return this.translate(() => {
      this.checkOpen();
      return work();
    });
  }

  async translate<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#toError(error);
    }
  }

  /** Stops the consumers, then flushes, then releases, also after a failure; rejects with the first failure. */
  async close(flush: () => Promise<void>, release: () => Promise<void>): Promise<void> {
    this.#closing ??= this.#close(flush, release);
    await this.#closing;
  }

  async #close(flush: () => Promise<void>, release: () => Promise<void>): Promise<void> {
    try {
      const failures = await this.consumers.stopAll();
      this.#isClosed = true;
      await flush();
      if (failures.length > 0) throw failures[0];
    } finally {
      this.#isClosed = true;
      await release();
    }
  }
}

const engineClosed = (): SentinelError => new SentinelError('engine_closed', 'the engine is closed');
