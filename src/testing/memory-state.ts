import { isDeepStrictEqual } from 'node:util';
import type { EngineState, StateChange } from '../engine/engine.ts';
import type { Json } from '../model/json.ts';

/**
 * State in memory, for tests of what is built on it. Values go through JSON, as they do in every engine. Several
 * parts may share one; `now` moves TTLs.
 */
export function memoryState(now: () => number = Date.now): EngineState {
  const entries = new Map<string, { json: string; expiresAt: number }>();
  const watchers = new Set<{ prefix: string; listener: (change: StateChange) => void }>();

  const read = (key: string): Json | undefined => {
    const entry = entries.get(key);
    return entry === undefined || entry.expiresAt <= now() ? undefined : (JSON.parse(entry.json) as Json);
  };
  const tell = (key: string): void => {
    for (const { prefix, listener } of watchers)
      if (key.startsWith(prefix)) setImmediate(() => listener({ key, value: read(key) }));
  };
  const put = (key: string, value: Json, ttlMs = Number.POSITIVE_INFINITY): void => {
    entries.set(key, { json: JSON.stringify(value), expiresAt: now() + ttlMs });
    tell(key);
  };
  const remove = (key: string): void => {
    if (entries.delete(key)) tell(key);
  };

  const state: EngineState = {
    async get<T extends Json>(key: string) {
      return read(key) as T | undefined;
    },
    async put(key, value, options) {
      put(key, value, options?.ttlMs);
    },
    async putIfAbsent(key, value, options) {
      if (read(key) !== undefined) return false;
      put(key, value, options?.ttlMs);
      return true;
    },
    async replace(key, from, to) {
      if (!isDeepStrictEqual(read(key), from)) return false;
      if (to === undefined) remove(key);
      else put(key, to);
      return true;
    },
    async replaceIndexed(key, from, to, entryOf) {
      if (!isDeepStrictEqual(read(key), from)) return false;
      if (from !== undefined) remove(entryOf(from).key);
      if (to === undefined) remove(key);
      else {
        put(key, to);
        put(entryOf(to).key, entryOf(to).value);
      }
      return true;
    },
    async delete(key) {
      remove(key);
    },
    async write(operations) {
      for (const operation of operations)
        if ('put' in operation) put(operation.put, operation.value, operation.ttlMs);
        else remove(operation.delete);
    },
    async list<T extends Json>(prefix: string, options: { after?: string; limit?: number } = {}) {
      const keys = [...entries.keys()]
        .filter((key) => key.startsWith(prefix) && key > (options.after ?? ''))
        .sort();
      return keys
        .map((key) => ({ key, value: read(key) as T | undefined }))
        .filter((entry): entry is { key: string; value: T } => entry.value !== undefined)
        .slice(0, options.limit);
    },
    watch(prefix, listener) {
      const watcher = { prefix, listener };
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
  };
  return state;
}
