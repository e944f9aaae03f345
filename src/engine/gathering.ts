import { SentinelError } from '../model/errors.ts';

interface Waiting<T> {
  item: T;
  resolve: () => void;
  reject: (error: unknown) => void;
}

export interface GatheringLimits {
  /** Groups on their way at the same time. */
  flights: number;
  /** Of a group; a larger item goes alone. Default: no limit. */
  bytes?: number;
}

/**
 * Sends what is published in groups. A group takes whatever came while the last ones were on their way, so its size
 * follows the load by itself: one item when idle, thousands when busy, with no delay to tune.
 */
export class Gathering<T extends { readonly bytes: number }> {
  readonly #send: (items: readonly T[]) => Promise<void>;
  readonly #limits: GatheringLimits;
  #queue: Waiting<T>[] = [];
  readonly #flights = new Set<Promise<void>>();
  #scheduled = false;

  constructor(send: (items: readonly T[]) => Promise<void>, limits: GatheringLimits) {
    this.#send = send;
    this.#limits = limits;
  }

  /** Settles as the group does that the item is sent with. */
  add(item: T): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ item, resolve, reject });
      this.#schedule();
    });
  }

  /** Resolves when nothing is on its way any more. */
  async idle(): Promise<void> {
    while (this.#queue.length > 0 || this.#flights.size > 0) {
      await Promise.all(this.#flights);
      await new Promise(setImmediate);
    }
  }

  /** What comes in the same turn of the event loop, as from many sockets, shares a group. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#pump();
    });
  }

  #pump(): void {
    while (this.#queue.length > 0 && this.#flights.size < this.#limits.flights) {
      const flight = this.#fly(this.#take()).finally(() => {
        this.#flights.delete(flight);
        if (this.#queue.length > 0) this.#schedule();
      });
      this.#flights.add(flight);
    }
  }

  /** At least one, and as many as make a group. */
  #take(): Waiting<T>[] {
    let bytes = 0;
    let count = 0;
    for (const { item } of this.#queue) {
      bytes += item.bytes;
      if (count > 0 && bytes > (this.#limits.bytes ?? Infinity)) break;
      count++;
    }
    return this.#queue.splice(0, count);
  }

  async #fly(group: readonly Waiting<T>[]): Promise<void> {
    try {
      await this.#send(group.map(({ item }) => item));
      for (const { resolve } of group) resolve();
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }
}

export const topicFull = (topic: string): SentinelError =>
  new SentinelError('engine_full', `topic ${topic} is full until its consumers catch up`);
