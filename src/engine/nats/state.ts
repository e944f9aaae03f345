import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../../model/json.ts';
import type { EngineState, StateChange, StateEntry, StateWrite } from '../engine.ts';
import { keyBytes } from '../state-key.ts';
import type { Bucket } from './bucket.ts';
import type { Link } from './connection.ts';
import { replaceIndexed } from './replace-indexed.ts';
import { Mirror } from './state-mirror.ts';

/** Mirrors that nobody watches; each costs the server a consumer, and us the keys. */
const maxIdleMirrors = 16;
/** Values of one listing that are read at the same time. */
const readAtOnce = 64;

/** State in a bucket. Reads and writes go to the bucket's leader; listings come from mirrors, which follow within milliseconds. */
export class NatsState implements EngineState {
  readonly #link: Link;
  readonly #bucket: Bucket;
  readonly #bucketName: string;
  /** By root; the one used last is last. */
  readonly #mirrors = new Map<string, Mirror>();

  constructor(link: Link, bucket: Bucket, bucketName: string) {
    this.#link = link;
    this.#bucket = bucket;
    this.#bucketName = bucketName;
  }

  async get<T extends Json>(key: string): Promise<T | undefined> {
    keyBytes(key);
    return (await this.#bucket.read(key))?.value as T | undefined;
  }

  async put(key: string, value: Json, options?: { ttlMs?: number }): Promise<void> {
    await this.write([{ put: key, value, ...options }]);
  }

  async putIfAbsent(key: string, value: Json, { ttlMs }: { ttlMs?: number } = {}): Promise<boolean> {
    keyBytes(key);
    for (;;) {
      // Looked at first: writes that a condition refuses are what lets replicas of servers of version 2.9 differ.
      const entry = await this.#bucket.read(key);
      if (entry?.value !== undefined) return false;
      const seq = await this.#bucket.write(key, value, { ttlMs, ifSeq: entry?.seq ?? 0 });
      if (seq === undefined) continue;
      this.#applied(key, seq, value, ttlMs);
      return true;
    }
  }

  async replace(key: string, from: Json | undefined, to: Json | undefined): Promise<boolean> {
    keyBytes(key);
    for (;;) {
      const entry = await this.#bucket.read(key);
      if (!isDeepStrictEqual(entry?.value, from)) return false;
      const seq = await this.#bucket.write(key, to, { ifSeq: entry?.seq ?? 0 });
      if (seq === undefined) continue;
      this.#applied(key, seq, to, undefined);
      return true;
    }
  }

  replaceIndexed(
    key: string,
    from: Json | undefined,
    to: Json | undefined,
    entryOf: (value: Json) => StateEntry,
  ): Promise<boolean> {
    return replaceIndexed(this, { key, from, to, entryOf });
  }

  async delete(key: string): Promise<void> {
    await this.write([{ delete: key }]);
  }

  async write(operations: readonly StateWrite[]): Promise<void> {
    for (const operation of operations) keyBytes('put' in operation ? operation.put : operation.delete);
    await inOrder(operations, (operation) => this.#writeOne(operation));
  }

  async list<T extends Json>(
    prefix: string,
    options: { after?: string; limit?: number } = {},
  ): Promise<StateEntry<T>[]> {
    const mirror = this.#mirrorOf(prefix);
    await mirror.ready;
    const listed = mirror.list(prefix, options.after, options.limit ?? Infinity);
    const entries: StateEntry<T>[] = [];
    for (let at = 0; at < listed.length; at += readAtOnce) {
      const part = await Promise.all(
        listed.slice(at, at + readAtOnce).map(async ({ key, value }) => ({
          key,
          value: value ?? (await this.#bucket.read(key))?.value,
        })),
      );
      // What has gone meanwhile is left out.
      for (const { key, value } of part) if (value !== undefined) entries.push({ key, value: value as T });
    }
    return entries;
  }

  watch(prefix: string, listener: (change: StateChange) => void): () => void {
    return this.#mirrorOf(prefix).watch(prefix, listener);
  }

  stop(): void {
    for (const mirror of this.#mirrors.values()) mirror.stop();
    this.#mirrors.clear();
  }

  #mirrorOf(prefix: string): Mirror {
    const root = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    const covering =
      this.#mirrors.get(root) ?? [...this.#mirrors.values()].find((one) => root.startsWith(one.root));
    const mirror = covering ?? new Mirror(this.#link, this.#bucket, this.#bucketName, root);
    this.#mirrors.delete(mirror.root);
    this.#mirrors.set(mirror.root, mirror);
    // One that could not begin is of no use to the next who asks.
    if (covering === undefined) mirror.ready.catch(() => this.#mirrors.delete(mirror.root));
    const idle = [...this.#mirrors.values()].filter((one) => one !== mirror && !one.hasWatchers());
    for (const one of idle.slice(0, Math.max(0, idle.length - maxIdleMirrors))) {
      one.stop();
      this.#mirrors.delete(one.root);
    }
    return mirror;
  }

  #applied(key: string, seq: number, value: Json | undefined, ttlMs: number | undefined): void {
    for (const mirror of this.#mirrors.values())
      if (key.startsWith(mirror.root)) mirror.apply(key, seq, value, ttlMs);
  }

  async #writeOne(operation: StateWrite): Promise<void> {
    const [key, value, ttlMs] =
      'put' in operation
        ? [operation.put, operation.value, operation.ttlMs]
        : [operation.delete, undefined, undefined];
    const seq = await this.#bucket.write(key, value, { ttlMs });
    this.#applied(key, seq!, value, ttlMs);
  }
}

/**
 * Sent one after the other without waiting, as the connection keeps their order; but for writes of the same key,
 * which could change places if one had to be sent again.
 */
async function inOrder(
  operations: readonly StateWrite[],
  write: (operation: StateWrite) => Promise<void>,
): Promise<void> {
  const last = new Map<string, Promise<void>>();
  const all = operations.map((operation) => {
    const key = 'put' in operation ? operation.put : operation.delete;
    const before = last.get(key);
    const mine = before === undefined ? write(operation) : before.then(() => write(operation));
    last.set(key, mine);
    return mine;
  });
  const results = await Promise.allSettled(all);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
