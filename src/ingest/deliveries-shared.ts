import type { Deliveries, DeliveryStore, Incoming, KnownMark, Mark, Published } from './deliveries.ts';
import { stateKeyOf } from '../engine/published-key.ts';
import { Mutex } from '../support/mutex.ts';

const flushMs = 50;
const flushAt = 500;
/** Deliveries of one request that are looked up at the same time. */
const claimsAtOnce = 64;

/**
 * Where another process may receive the same delivery at this moment: the mark is written first, if there is none, then the
 * events, and a moment later that the mark is done.
 */
export function deliveriesAmongProcesses(
  { state, publish }: DeliveryStore,
  topic: string,
  onError: (error: unknown) => void,
): Deliveries {
  /** Durable, and not yet written so. */
  let unwritten = new Map<string, { mark: Mark; ttlMs: number }>();
  let writing = new Map<string, { mark: Mark; ttlMs: number }>();
  let timer: NodeJS.Timeout | undefined;
  const flushing = new Mutex();

  const known = async (key: string): Promise<Mark | undefined> =>
    unwritten.get(key)?.mark ?? writing.get(key)?.mark ?? (await state.get<KnownMark>(key));

  async function claim(key: string, mine: Mark, ttlMs: number): Promise<Mark | undefined> {
    for (;;) {
      const before = await known(key);
      if (before !== undefined) return before;
      if (await state.putIfAbsent(key, { ...mine }, { ttlMs })) return undefined;
    }
  }

  async function publishOne(
    { mine, message }: Incoming,
    key: string | undefined,
    ttlMs: number,
  ): Promise<Published> {
    const before = key === undefined ? undefined : await claim(key, mine, ttlMs);
    if (before?.done === true) return { mark: before, isNew: false };
    const mark = before ?? mine;
    await publish(topic, [message(mark)]);
    if (key !== undefined) settle(key, mark, ttlMs);
    return { mark, isNew: true };
  }

  function settle(key: string, mark: Mark, ttlMs: number): void {
    unwritten.set(key, { mark: { ...mark, done: true }, ttlMs });
    if (unwritten.size >= flushAt) void flushInOrder();
    else timer ??= setTimeout(() => void flushInOrder(), flushMs).unref();
  }

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

  const flushInOrder = (): Promise<void> => flushing.run(flush);

  return {
    wholeOrNone: false,
    async publish(incoming, ttlMs) {
      const publishOnce = oncePerKey((one, key) => publishOne(one, key, ttlMs));
      const published: Published[] = [];
      for (let from = 0; from < incoming.length; from += claimsAtOnce)
        published.push(
          ...(await Promise.all(incoming.slice(from, from + claimsAtOnce).map((one) => publishOnce(one)))),
        );
      return published;
    },
    isKnown: async (key) => (await known(stateKeyOf(key))) !== undefined,
    close: () => flushInOrder(),
  };
}

/** A key may stand in a request twice: only the first event with it is published. */
function oncePerKey(
  publish: (one: Incoming, key: string | undefined) => Promise<Published>,
): (one: Incoming) => Promise<Published> {
  const seen = new Map<string, Promise<Published>>();
  return (one) => {
    const key = one.key && stateKeyOf(one.key);
    const first = key === undefined ? undefined : seen.get(key);
    if (first !== undefined) return first.then(({ mark }) => ({ mark, isNew: false }));
    const published = publish(one, key);
    if (key !== undefined) seen.set(key, published);
    return published;
  };
}
