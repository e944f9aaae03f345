import type { Message, StatePut } from '../engine/engine.ts';
import type { Deliveries, DeliveryStore, Incoming, KnownMark, Mark, Published } from './deliveries.ts';

/** Where no other process receives: events and marks are one write. */
export function deliveriesInOneProcess(
  state: Pick<DeliveryStore['state'], 'get'>,
  publishWith: (messages: readonly Message[], entries: readonly StatePut[]) => Promise<void>,
): Deliveries {
  /** The last request with each key that is not durable yet. */
  const underWay = new Map<string, Promise<unknown>>();

  async function publish(incoming: readonly Incoming[], ttlMs: number): Promise<Published[]> {
    const messages: Message[] = [];
    const entries: StatePut[] = [];
    /** A key may stand in a request twice. */
    const marks = new Map<string, Mark>();
    const published: Published[] = [];
    for (const { key, mine, message } of incoming) {
      const seen = key === undefined ? undefined : marks.get(key);
      const known = key === undefined ? undefined : (seen ?? (await state.get<KnownMark>(key)));
      const { id, at } = known ?? mine;
      const isNew = seen === undefined && known?.done !== true;
      published.push({ mark: { id, at }, isNew });
      if (isNew) messages.push(message({ id, at }));
      if (key === undefined) continue;
      marks.set(key, { id, at });
      if (isNew) entries.push({ put: key, value: { id, at, done: true }, ttlMs });
    }
    await publishWith(messages, entries);
    return published;
  }

  return {
    wholeOrNone: true,
    async publish(incoming, ttlMs) {
      const keys = new Set(incoming.flatMap(({ key }) => key ?? []));
      const before = [...keys].flatMap((key) => underWay.get(key) ?? []);
      const work =
        before.length === 0
          ? publish(incoming, ttlMs)
          : Promise.allSettled(before).then(() => publish(incoming, ttlMs));
      for (const key of keys) underWay.set(key, work);
      try {
        return await work;
      } finally {
        for (const key of keys) if (underWay.get(key) === work) underWay.delete(key);
      }
    },
    isKnown: async (key) => (await state.get(key)) !== undefined,
    close: async () => undefined,
  };
}
