import type { Json } from '../../model/json.ts';
import { durable, refresh, writeTogether, type Store } from './store.ts';
import type { Wakeup } from './wakeup.ts';

const maxSweptAtOnce = 1000;
/** The version of an entry is when it expires. */
const never = 0;
const expiryBytes = 8;
const nothing = Buffer.alloc(0);
const start = Buffer.from([0]);

/** Within a transaction. */
export function putEntry(store: Store, key: Buffer, value: Json, ttlMs: number | undefined): void {
  const expiresAt = ttlMs === undefined ? never : Date.now() + ttlMs;
  void store.state.put(key, value, expiresAt);
  if (expiresAt !== never) void store.expiry.put(expiryKey(expiresAt, key), nothing);
}

export function isExpired(version: number | undefined): boolean {
  return version !== undefined && version !== never && version <= Date.now();
}

/** Deletes expired entries for all threads: the thread that deletes a key tells all watchers. */
export async function sweep(store: Store, wakeup: Wakeup): Promise<void> {
  for (;;) {
    refresh(store);
    const due = [
      ...store.expiry.getKeys({
        start,
        end: expiryKey(Date.now() + 1, Buffer.alloc(0)),
        limit: maxSweptAtOnce,
      }),
    ];
    const gone = await Promise.all(
      due.map(async (indexKey) => {
        const expiresAt = indexKey.readDoubleBE(0);
        const key = indexKey.subarray(expiryBytes);
        // Only if nobody has written the key again in the meantime.
        const deleted = await durable(store, () =>
          store.state.ifVersion(key, expiresAt, () => void store.state.remove(key)),
        );
        return deleted ? key.toString() : undefined;
      }),
    );
    await writeTogether(store, () => {
      for (const indexKey of due) void store.expiry.remove(indexKey);
    });
    const keys = gone.filter((key) => key !== undefined);
    if (keys.length > 0) wakeup.changed(keys);
    if (due.length < maxSweptAtOnce) return;
  }
}

/** Positive doubles, big-endian, sort as bytes like the numbers. */
function expiryKey(expiresAt: number, key: Buffer): Buffer {
  const time = Buffer.alloc(expiryBytes);
  time.writeDoubleBE(expiresAt);
  return Buffer.concat([time, key]);
}
