import type { Deliveries, DeliveryStore, Incoming, Published } from './deliveries.ts';
import { deliveriesAmongProcesses } from './deliveries-shared.ts';
import type { Message, PublishedOnce } from '../engine/engine.ts';
import type { PublishedKey } from '../engine/published-key.ts';

/** `onError` is told of marks that could not be written as done; nothing is lost by that. */
export function createDeliveries(
  engine: DeliveryStore,
  topic: string,
  onError: (error: unknown) => void,
): Deliveries {
  return engine.published === undefined
    ? deliveriesAmongProcesses(engine, topic, onError)
    : deliveriesInOneProcess(engine.published, topic);
}

/** Where no other process receives: events and what is remembered of their deliveries are one write. */
function deliveriesInOneProcess(once: PublishedOnce, topic: string): Deliveries {
  /** The last request with each key that is not durable yet. */
  const underWay = new Map<string, Promise<unknown>>();

  async function publish(incoming: readonly Incoming[], ttlMs: number): Promise<Published[]> {
    const messages: Message[] = [];
    const keys: PublishedKey[] = [];
    /** A key may stand in a request twice. */
    const ids = incoming.length > 1 ? new Map<string, string>() : undefined;
    const published = incoming.map(({ key, mine, message }) => {
      const known = key && (ids?.get(key) ?? once.find(key));
      if (known !== undefined) return { mark: { id: known, at: mine.at }, isNew: false };
      messages.push(message(mine));
      if (key !== undefined) {
        ids?.set(key, mine.id);
        keys.push({ key, id: mine.id, expiresAt: mine.at + ttlMs });
      }
      return { mark: mine, isNew: true };
    });
    await once.publish(topic, messages, keys);
    return published;
  }

  return {
    wholeOrNone: true,
    async publish(incoming, ttlMs) {
      const keys = new Set<string>();
      const before: Promise<unknown>[] = [];
      for (const { key } of incoming) {
        if (key === undefined) continue;
        keys.add(key);
        const other = underWay.get(key);
        if (other !== undefined) before.push(other);
      }
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
    isKnown: async (key) => once.find(key) !== undefined,
    close: async () => undefined,
  };
}
