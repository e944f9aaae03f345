import type { StateStore } from '../engine/engine.ts';

/** What is remembered of a delivery: under which request id its events are, or will be, in the queue. */
export interface Mark {
  id: string;
  /** When it was received first. */
  at: number;
  /** It is durable in the queue. */
  done?: true;
}

export interface Deliveries {
  /**
   * Remembers a delivery as `mine`, unless it is known: then what is known of it. One that is not `done` may have been cut
   * off by a crash, or be on its way at this moment; who publishes it again, under the id of the mark, makes no second event
   * of it.
   */
  claim(key: string, mine: Mark, ttlMs: number): Promise<Mark | undefined>;
  isKnown(key: string): Promise<boolean>;
  /** Says that a delivery is durable in the queue; written a moment later, with others. */
  settle(key: string, mark: Mark, ttlMs: number): void;
  /** Writes what is left to write. */
  close(): Promise<void>;
}

const flushMs = 50;
const flushAt = 500;

export function createDeliveries(
  state: Pick<StateStore, 'get' | 'putIfAbsent' | 'write'>,
  onError: (error: unknown) => void,
): Deliveries {
  /** Settled, and not yet written so. */
  let unwritten = new Map<string, { mark: Mark; ttlMs: number }>();
  let writing = new Map<string, { mark: Mark; ttlMs: number }>();
  let timer: NodeJS.Timeout | undefined;
  let flushing: Promise<void> = Promise.resolve();

  const known = async (key: string): Promise<Mark | undefined> =>
    unwritten.get(key)?.mark ??
    writing.get(key)?.mark ??
    (await state.get<{ id: string; at: number; done?: true }>(key));

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    writing = unwritten;
    unwritten = new Map();
    try {
      await state.write(
        [...writing].map(([key, { mark, ttlMs }]) => ({ put: key, value: { ...mark, done: true }, ttlMs })),
      );
    } catch (error) {
      // Nothing is lost: the next try of such a delivery is published again, under the same id.
      onError(error);
    }
    writing = new Map();
  }

  const flushInOrder = (): Promise<void> => (flushing = flushing.then(flush));

  return {
    async claim(key, mine, ttlMs) {
      for (;;) {
        const before = await known(key);
        if (before !== undefined) return before;
        if (await state.putIfAbsent(key, { ...mine }, { ttlMs })) return undefined;
      }
    },
    isKnown: async (key) => (await known(key)) !== undefined,
    settle(key, mark, ttlMs) {
      unwritten.set(key, { mark: { ...mark, done: true }, ttlMs });
      if (unwritten.size >= flushAt) void flushInOrder();
      else timer ??= setTimeout(() => void flushInOrder(), flushMs).unref();
    },
    async close() {
      await flushInOrder();
    },
  };
}
