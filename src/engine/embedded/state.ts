import type { Json } from '../../model/json.ts';
import type { EngineState, StateChange, StateEntry, StateWrite } from '../engine.ts';
import { ConditionalWrites } from './conditional-writes.ts';
import { isExpired, putEntry, sweep } from './expiry.ts';
import { durable, refresh, writeTogether, type Store } from './store.ts';
import { keyBytes } from '../state-key.ts';
import type { Wakeup } from './wakeup.ts';

const sweepMs = 1000;
const zero = Buffer.from([0]);

/** State in LMDB, with a sweeper that deletes expired entries. */
export class EmbeddedState implements EngineState {
  readonly #store: Store;
  readonly #wakeup: Wakeup;
  readonly #timer: NodeJS.Timeout;
  readonly #conditional: ConditionalWrites;
  #sweeping: Promise<void> | undefined;

  constructor(store: Store, wakeup: Wakeup) {
    this.#store = store;
    this.#wakeup = wakeup;
    this.#conditional = new ConditionalWrites(store, wakeup, (key) => this.#read(key));
    this.#timer = setInterval(() => void this.#sweepQuietly(), sweepMs).unref();
  }

  async get<T extends Json>(key: string): Promise<T | undefined> {
    return this.#read<T>(keyBytes(key));
  }

  async put(key: string, value: Json, options?: { ttlMs?: number }): Promise<void> {
    await this.write([{ put: key, value, ...options }]);
  }

  async putIfAbsent(key: string, value: Json, options?: { ttlMs?: number }): Promise<boolean> {
    const bytes = keyBytes(key);
    for (;;) {
      refresh(this.#store);
      const entry = this.#store.state.getEntry(bytes);
      const version = entry?.version;
      if (entry && !isExpired(version)) return false;
      const write = (): void => putEntry(this.#store, bytes, value, options?.ttlMs);
      const won = await durable(this.#store, () =>
        version === undefined
          ? this.#store.state.ifNoExists(bytes, write)
          : this.#store.state.ifVersion(bytes, version, write),
      );
      if (won) {
        this.#wakeup.changed([key]);
        return true;
      }
    }
  }

  replace(key: string, from: Json | undefined, to: Json | undefined): Promise<boolean> {
    return this.#unlessChanged(key, from, [to === undefined ? { delete: key } : { put: key, value: to }]);
  }

  replaceIndexed(
    key: string,
    from: Json | undefined,
    to: Json | undefined,
    entryOf: (value: Json) => StateEntry,
  ): Promise<boolean> {
    const operations: StateWrite[] = [to === undefined ? { delete: key } : { put: key, value: to }];
    if (from !== undefined) operations.push({ delete: entryOf(from).key });
    const entry = to === undefined ? undefined : entryOf(to);
    if (entry !== undefined) operations.push({ put: entry.key, value: entry.value });
    return this.#unlessChanged(key, from, operations);
  }

  async delete(key: string): Promise<void> {
    await this.write([{ delete: key }]);
  }

  async write(operations: readonly StateWrite[]): Promise<void> {
    if (operations.length === 0) return;
    const write = this.#prepared(operations);
    await writeTogether(this.#store, write);
    this.#wakeup.changed([...new Set(operations.map(keyOf))]);
  }

  async list<T extends Json>(
    prefix: string,
    options: { after?: string; limit?: number } = {},
  ): Promise<StateEntry<T>[]> {
    const start = Buffer.from(prefix);
    const after = options.after === undefined ? start : Buffer.concat([Buffer.from(options.after), zero]);
    const end = endOf(start);
    const entries: StateEntry<T>[] = [];
    const range = this.#store.state.getRange({
      start: Buffer.compare(start, after) > 0 || after.length === 0 ? atLeastOne(start) : after,
      ...(end && { end }),
      versions: true,
    });
    for (const { key, value, version } of range) {
      if (entries.length >= (options.limit ?? Infinity)) break;
      if (!isExpired(version)) entries.push({ key: key.toString(), value: value as T });
    }
    return entries;
  }

  watch(prefix: string, listener: (change: StateChange) => void): () => void {
    return this.#wakeup.onChanged((keys) => {
      const changed = keys.filter((key) => key.startsWith(prefix));
      if (changed.length === 0) return;
      refresh(this.#store);
      for (const key of changed) tell(listener, { key, value: this.#read(Buffer.from(key)) });
    });
  }

  /** Ends the sweeper. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#conditional.idle();
    await this.#sweeping?.catch(() => undefined);
  }

  #read<T extends Json>(key: Buffer): T | undefined {
    const entry = this.#store.state.getEntry(key);
    return entry && !isExpired(entry.version) ? (entry.value as T) : undefined;
  }

  /** All or nothing, and only while the value of `key` is still `from`. */
  async #unlessChanged(
    key: string,
    from: Json | undefined,
    operations: readonly StateWrite[],
  ): Promise<boolean> {
    const write = this.#prepared(operations);
    return this.#conditional.add({ key: keyBytes(key), from, changed: operations.map(keyOf), write });
  }

  /** Throws for a key that is too long, before anything is written. */
  #prepared(operations: readonly StateWrite[]): () => void {
    const writes = operations.map((operation) => ({ operation, bytes: keyBytes(keyOf(operation)) }));
    return () => {
      for (const { operation, bytes } of writes)
        if ('put' in operation) putEntry(this.#store, bytes, operation.value, operation.ttlMs);
        else void this.#store.state.remove(bytes);
    };
  }

  async #sweepQuietly(): Promise<void> {
    if (this.#sweeping) return;
    try {
      this.#sweeping = sweep(this.#store, this.#wakeup);
      await this.#sweeping;
    } catch {
      // What has expired is absent whether deleted or not, and a disk that refuses this write refuses others,
      // which report it; the next round tries again.
    }
    this.#sweeping = undefined;
  }
}

/** On its own, so that a listener that throws cannot fail the write it is told about. */
function tell(listener: (change: StateChange) => void, change: StateChange): void {
  queueMicrotask(() => listener(change));
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
