import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PendingMessage } from '../engine.ts';
import { LogReader } from './log-reader.ts';
import { readGroup } from './records.ts';
import { readRetry, retryKeys } from './retry-area.ts';
import { refresh, type Store } from './store.ts';

type Match<T> = (message: PendingMessage) => T | undefined;

const atOnce = { maxEvents: 10_000, maxBytes: 4 * 1024 * 1024 };

/**
 * The port's `findPending`. It gives way to other work after each part, so messages move on meanwhile: what is set
 * aside while the log is searched shows up in the second look at the retry area.
 */
export async function findPending<T>(
  store: Store,
  topic: string,
  group: string,
  match: Match<T>,
): Promise<T | undefined> {
  return (
    (await findWaiting(store, topic, group, match)) ??
    (await findNew(store, topic, group, match)) ??
    (await findWaiting(store, topic, group, match))
  );
}

async function findNew<T>(
  store: Store,
  topic: string,
  group: string,
  match: Match<T>,
): Promise<T | undefined> {
  const reader = new LogReader(store, topic, new Map(readGroup(store, topic, group)?.marks));
  for (;;) {
    refresh(store);
    const batch = reader.next(atOnce);
    if (!batch) return undefined;
    for (const message of batch.deliveries) {
      const found = match(message);
      if (found !== undefined) return found;
    }
    await nextTurn();
  }
}

async function findWaiting<T>(
  store: Store,
  topic: string,
  group: string,
  match: Match<T>,
): Promise<T | undefined> {
  let keys = retryKeys(store, topic, group, atOnce.maxEvents);
  while (keys.length > 0) {
    refresh(store);
    for (const key of keys) {
      const message = readRetry(store, key);
      const found = message && match(message);
      if (found !== undefined) return found;
    }
    await nextTurn();
    keys = retryKeys(store, topic, group, atOnce.maxEvents, keys.at(-1));
  }
  return undefined;
}
