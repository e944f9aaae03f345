import type { Delivery } from '../engine.ts';
import { partitionName } from './records.ts';
import type { RetryKey, Store } from './store.ts';

/** A message that was deferred: it comes back when it is due. */
export interface RetryEntry {
  key: RetryKey;
  /** Failed tries so far. */
  failures: number;
  events: number;
  body: Uint8Array;
}

/** A redelivery with the entry it came from. */
export interface Redelivery {
  delivery: Delivery;
  key: RetryKey;
}

export interface RetryArea {
  /** Entries that are due, oldest first, within the limits (at least one); they are not handed out again until released. */
  takeDue(now: number, limits: { maxEvents: number; maxBytes: number }): Redelivery[];
  /** When the next entry is due that was not handed out; undefined when there is none. */
  nextDue(): number | undefined;
  /** Entries that are no longer in the area. */
  release(keys: readonly RetryKey[]): void;
}

const failuresAt = 0;
const eventsAt = 4;
const bodyAt = 8;

export function retryKey(topic: string, group: string, due: number, delivery: Delivery): RetryKey {
  const { partition, offset } = delivery.position;
  return [topic, group, due, partition.slice(topic.length + 1), offset];
}

/** Within a write (`writeTogether`). Copies the body. */
export function putRetry(store: Store, entry: RetryEntry): void {
  const record = Buffer.allocUnsafe(bodyAt + entry.body.length);
  record.writeUInt32LE(entry.failures, failuresAt);
  record.writeUInt32LE(entry.events, eventsAt);
  record.set(entry.body, bodyAt);
  void store.retries.put(entry.key, record);
}

export function createRetryArea(store: Store, topic: string, group: string): RetryArea {
  const taken = new Set<string>();

  function* waiting(before: number): Generator<RetryKey> {
    for (const key of store.retries.getKeys({ start: [topic, group], end: [topic, group, before] }))
      if (!taken.has(idOf(key))) yield key;
  }

  return {
    takeDue(now, { maxEvents, maxBytes }) {
      const redeliveries: Redelivery[] = [];
      let events = maxEvents;
      let bytes = maxBytes;
      for (const key of waiting(now + 1)) {
        const delivery = readRetry(store, key);
        if (!delivery) continue;
        events -= delivery.events;
        bytes -= delivery.body.length;
        if (redeliveries.length > 0 && (events < 0 || bytes < 0)) break;
        redeliveries.push({ delivery, key });
      }
      for (const { key } of redeliveries) taken.add(idOf(key));
      return redeliveries;
    },
    nextDue() {
      for (const key of waiting(Number.MAX_SAFE_INTEGER)) return key[2]; // leaving the loop closes LMDB's cursor
      return undefined;
    },
    release(keys) {
      for (const key of keys) taken.delete(idOf(key));
    },
  };
}

function idOf(key: RetryKey): string {
  return `${key[2]}/${key[3]}/${key[4]}`;
}

/** Keys of the next entries of a group, by due time. */
export function retryKeys(
  store: Store,
  topic: string,
  group: string,
  limit: number,
  after?: RetryKey,
): RetryKey[] {
  return [
    ...store.retries.getKeys({
      start: after ?? [topic, group],
      exclusiveStart: after !== undefined,
      end: [topic, group, Number.MAX_SAFE_INTEGER],
      limit,
    }),
  ];
}

/** The message under this key; undefined when it is no longer there. */
export function readRetry(store: Store, key: RetryKey): Delivery | undefined {
  const record = store.retries.getBinary(key);
  return (
    record && {
      body: record.subarray(bodyAt),
      events: record.readUInt32LE(eventsAt),
      position: { partition: partitionName(key[0], key[3]), offset: key[4] },
      attempt: record.readUInt32LE(failuresAt) + 1,
    }
  );
}
