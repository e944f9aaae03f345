import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../../model/json.ts';
import type { StateChange, StateEntry, StateStore, StateWrite } from '../engine.ts';
import { durable, refresh, writeTogether, type Store } from './store.ts';
import { keyBytes } from '../state-key.ts';
import type { Wakeup } from './wakeup.ts';

const sweepMs = 1000;
const maxSweptAtOnce = 1000;
const never = 0;

/** State, and the sweeper that deletes what has expired. `stop` ends the sweeper. */
export function createState(store: Store, wakeup: Wakeup): { state: StateStore; stop: () => Promise<void> } {
  const sweeper = setInterval(() => void sweepQuietly(), sweepMs).unref();
  let sweeping: Promise<void> | undefined;

  function read<T extends Json>(key: Buffer): T | undefined {
    const entry = store.state.getEntry(key);
    return entry && !isExpired(entry.version) ? (entry.value as T) : undefined;
  }

  async function sweepQuietly(): Promise<void> {
    if (sweeping) return;
    try {
      sweeping = sweep(store, wakeup);
      await sweeping;
    } catch {
      // What has expired is absent whether deleted or not, and a disk that refuses this write refuses others,
      // which report it; the next round tries again.
    }
    sweeping = undefined;
  }

  const state: StateStore = {
    async get<T extends Json>(key: string) {
      return read<T>(keyBytes(key));
    },
    async put(key, value, options) {
      await state.write([{ put: key, value, ...options }]);
    },
    async putIfAbsent(key, value, options) {
      const bytes = keyBytes(key);
      for (;;) {
        refresh(store);
        const entry = store.state.getEntry(bytes);
        const version = entry?.version;
        if (entry && !isExpired(version)) return false;
        const write = (): void => putEntry(store, bytes, value, options?.ttlMs);
        const won = await durable(() =>
          version === undefined
            ? store.state.ifNoExists(bytes, write)
            : store.state.ifVersion(bytes, version, write),
        );
        if (won) {
          wakeup.changed([key]);
          return true;
        }
      }
    },
    async replace(key, from, to) {
      const bytes = keyBytes(key);
      const won = await durable(() =>
        store.root.transaction(() => {
          if (!isDeepStrictEqual(read(bytes), from)) return false;
          if (to === undefined) void store.state.remove(bytes);
          else putEntry(store, bytes, to, undefined);
          return true;
        }),
      );
      if (won) wakeup.changed([key]);
      return won;
    },
    async delete(key) {
      await state.write([{ delete: key }]);
    },
    async write(operations) {
      const writes = operations.map((operation) => ({ operation, bytes: keyBytes(keyOf(operation)) }));
      if (writes.length === 0) return;
      await writeTogether(store, () => {
        for (const { operation, bytes } of writes) {
          if ('put' in operation) putEntry(store, bytes, operation.value, operation.ttlMs);
          else void store.state.remove(bytes);
        }
      });
      wakeup.changed([...new Set(operations.map(keyOf))]);
    },
    async list<T extends Json>(prefix: string, options: { after?: string; limit?: number } = {}) {
      const start = Buffer.from(prefix);
      const after = options.after === undefined ? start : Buffer.concat([Buffer.from(options.after), zero]);
      const end = endOf(start);
      const entries: StateEntry<T>[] = [];
      const range = store.state.getRange({
        start: Buffer.compare(start, after) > 0 || after.length === 0 ? atLeastOne(start) : after,
        ...(end && { end }),
        versions: true,
      });
      for (const { key, value, version } of range) {
        if (entries.length >= (options.limit ?? Infinity)) break;
        if (!isExpired(version)) entries.push({ key: key.toString(), value: value as T });
      }
      return entries;
    },
    watch(prefix, listener) {
      return wakeup.onChanged((keys) => {
        const changed = keys.filter((key) => key.startsWith(prefix));
        if (changed.length === 0) return;
        refresh(store);
        for (const key of changed) tell(listener, { key, value: read(Buffer.from(key)) });
      });
    },
  };
  return {
    state,
    async stop() {
      clearInterval(sweeper);
      await sweeping?.catch(() => undefined);
    },
  };
}

/** Within a transaction. */
export function putEntry(store: Store, key: Buffer, value: Json, ttlMs: number | undefined): void {
  const expiresAt = ttlMs === undefined ? never : Date.now() + ttlMs;
  void store.state.put(key, value, expiresAt);
  if (expiresAt !== never) void store.expiry.put(expiryKey(expiresAt, key), nothing);
}

/** On its own, so that a listener that throws cannot fail the write it is told about. */
function tell(listener: (change: StateChange) => void, change: StateChange): void {
  queueMicrotask(() => listener(change));
}

function isExpired(version: number | undefined): boolean {
  return version !== undefined && version !== never && version <= Date.now();
}

/** Deletes what has expired, in every thread's name: whoever deletes a key tells all watchers. */
async function sweep(store: Store, wakeup: Wakeup): Promise<void> {
  for (;;) {
    refresh(store);
    const due = [
      ...store.expiry.getKeys({
        start: zero,
        end: expiryKey(Date.now() + 1, Buffer.alloc(0)),
        limit: maxSweptAtOnce,
      }),
    ];
    const gone = await Promise.all(
      due.map(async (indexKey) => {
        const expiresAt = indexKey.readDoubleBE(0);
        const key = indexKey.subarray(expiryBytes);
        // Only if nobody has written the key again in the meantime.
        const deleted = await durable(() =>
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

const expiryBytes = 8;
const nothing = Buffer.alloc(0);
const zero = Buffer.from([0]);

/** Positive doubles, big-endian, sort as bytes like the numbers. */
function expiryKey(expiresAt: number, key: Buffer): Buffer {
  const time = Buffer.alloc(expiryBytes);
  time.writeDoubleBE(expiresAt);
  return Buffer.concat([time, key]);
}

function keyOf(operation: StateWrite): string {
  return 'put' in operation ? operation.put : operation.delete;
}

/** LMDB has no empty key. */
function atLeastOne(start: Buffer): Buffer {
  return start.length === 0 ? zero : start;
}

/** The first key after all those with this prefix; undefined for the empty prefix. UTF-8 has no byte 255. */
function endOf(prefix: Buffer): Buffer | undefined {
  const last = prefix.at(-1);
  if (last === undefined) return undefined;
  const end = Buffer.from(prefix);
  end[end.length - 1] = last + 1;
  return end;
}
