import { SentinelError } from '../model/errors.ts';
import type { Consumer, EngineState } from './engine.ts';

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

  /** The state, guarded likewise. */
  guardState(state: EngineState): EngineState {
    return {
      get: (key) => this.guard(() => state.get(key)),
      put: (key, value, options) => this.guard(() => state.put(key, value, options)),
      putIfAbsent: (key, value, options) => this.guard(() => state.putIfAbsent(key, value, options)),
      replace: (key, from, to) => this.guard(() => state.replace(key, from, to)),
      replaceIndexed: (...args) => this.guard(() => state.replaceIndexed(...args)),
      delete: (key) => this.guard(() => state.delete(key)),
      write: (operations) => this.guard(() => state.write(operations)),
      list: (prefix, options) => this.guard(() => state.list(prefix, options)),
      watch: (prefix, listener) => {
        this.checkOpen();
        return state.watch(prefix, listener);
      },
    };
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

/** The consumers that an engine runs in this process: one of a group at most. */
interface Consumers {
  /** Throws `conflict` when the group of this topic has one. */
  start(topic: string, group: string, open: () => Promise<Consumer>): Promise<Consumer>;
  /** Resolves also when there is none. */
  stop(topic: string, group: string): Promise<void>;
  /** Resolves when all have stopped, with the errors of those that failed to. */
  stopAll(): Promise<unknown[]>;
}

function createConsumers(): Consumers {
  const running = new Map<string, Promise<Consumer>>();
  const nameOf = (topic: string, group: string): string => `${topic}/${group}`;

  return {
    async start(topic, group, open) {
      const name = nameOf(topic, group);
      if (running.has(name))
        throw new SentinelError('conflict', `group ${group} of ${topic} is being consumed`);
      const starting = open();
      running.set(name, starting);
      const forget = (): void => {
        if (running.get(name) === starting) running.delete(name);
      };
      const consumer = await starting.catch((error: unknown) => {
        forget();
        throw error;
      });
      return {
        pause: () => consumer.pause(),
        resume: () => consumer.resume(),
        stop: () => consumer.stop().finally(forget),
      };
    },
    async stop(topic, group) {
      const name = nameOf(topic, group);
      await (await running.get(name))?.stop();
      running.delete(name);
    },
    async stopAll() {
      const stops = await Promise.allSettled([...running.values()].map(async (one) => (await one).stop()));
      return stops.flatMap((stop) => (stop.status === 'rejected' ? [stop.reason as unknown] : []));
    },
  };
}
