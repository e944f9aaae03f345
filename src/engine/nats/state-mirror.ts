import type { Json } from '../../model/json.ts';
import type { StateChange } from '../engine.ts';
import { type Bucket, type EntryHead, isExpired, readHead } from './bucket.ts';
import type { Link } from './connection.ts';
import { type Followed, type Follower, follow } from './follow.ts';
import { decodeKey, wildcardOf } from './names.ts';
import { type Known, type Listed, gone } from './mirror-entry.ts';
import { SortedKeys } from './sorted-keys.ts';
import { subjectOfBucket } from './streams.ts';

/** Values up to this size are kept in the mirror. */
const maxKeptBytes = 2048;
/** A deletion is remembered until older news of the key can no longer be on their way. */
const tombstoneMs = 60_000;
const longestTimerMs = 2 ** 31 - 1;

/**
 * The keys below a prefix, in order, kept current by following the bucket: JetStream itself can list subjects, but
 * neither in order nor in pages. Small values are kept too.
 */
export class Mirror {
  readonly root: string;
  readonly ready: Promise<void>;
  readonly #link: Link;
  readonly #bucket: Bucket;
  /** Before the key in each subject. */
  readonly #subjects: string;
  readonly #known = new Map<string, Known>();
  readonly #keys = new SortedKeys();
  readonly #listeners = new Set<{ prefix: string; listener: (change: StateChange) => void }>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #isReady = false;
  #follower: Follower | undefined;
  #stopped = false;

  constructor(link: Link, bucket: Bucket, bucketName: string, root: string) {
    this.root = root;
    this.#link = link;
    this.#bucket = bucket;
    this.#subjects = subjectOfBucket(bucketName);
    this.ready = this.#begin((message) => this.#see(message)).then(() => {
      this.#isReady = true;
    });
    this.ready.catch(() => undefined); // whoever lists hears of it
  }

  isReady(): boolean {
    return this.#isReady;
  }

  /** In the order of the keys' bytes. */
  list(prefix: string, after: string | undefined, limit: number): Listed[] {
    const found: Listed[] = [];
    for (const key of this.#keys.from(prefix, after)) {
      if (found.length >= limit || !key.startsWith(prefix)) break;
      const entry = this.#known.get(key);
      if (entry === undefined || (entry.expiresAt !== undefined && entry.expiresAt <= Date.now())) continue;
      found.push({ key, value: entry.value });
    }
    return found;
  }

  watch(prefix: string, listener: (change: StateChange) => void): () => void {
    const one = { prefix, listener };
    this.#listeners.add(one);
    return () => void this.#listeners.delete(one);
  }

  /** What this process wrote itself, before the bucket tells of it. */
  apply(key: string, seq: number, value: Json | undefined, ttlMs: number | undefined): void {
    if (value === undefined) return this.#set(key, gone(seq), { value: undefined });
    const expiresAt = ttlMs === undefined ? undefined : Date.now() + ttlMs;
    const isSmall = JSON.stringify(value).length <= maxKeptBytes;
    this.#set(key, { seq, value: isSmall ? value : undefined, exists: true, expiresAt }, { value });
  }

  hasWatchers(): boolean {
    return this.#listeners.size > 0;
  }

  stop(): void {
    this.#stopped = true;
    this.#listeners.clear();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#follower?.stop();
  }

  #tell(key: string, value: Json | undefined): void {
    for (const one of this.#listeners)
      if (key.startsWith(one.prefix))
        // On its own, so that a listener that throws can't fail what it is told about.
        queueMicrotask(() => {
          if (this.#listeners.has(one)) one.listener({ key, value });
        });
  }

  /** `told`: what the listeners are given; nothing when left out. */
  #set(key: string, next: Known, told?: { value: Json | undefined }): void {
    const before = this.#known.get(key);
    if (before !== undefined && before.seq >= next.seq) return;
    this.#known.set(key, next);
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
    if (next.exists) {
      this.#keys.add(key);
      if (next.expiresAt !== undefined) this.#armExpiry(key, next.seq, next.expiresAt);
    } else {
      this.#keys.delete(key);
      setTimeout(() => {
        if (this.#known.get(key)?.seq === next.seq) this.#known.delete(key);
      }, tombstoneMs).unref();
    }
    if (told && (next.exists || before?.exists !== false)) this.#tell(key, told.value);
  }

  /** Each mirror notices for itself, so that nobody has to write that a key is gone. */
  #armExpiry(key: string, seq: number, expiresAt: number): void {
    const timer = setTimeout(
      () => {
        const now = this.#known.get(key);
        if (now?.seq !== seq) return;
        if (expiresAt > Date.now()) return this.#armExpiry(key, seq, expiresAt);
        this.#known.set(key, { ...now, exists: false, value: undefined });
        this.#timers.delete(key);
        this.#keys.delete(key);
        this.#tell(key, undefined);
      },
      Math.min(longestTimerMs, Math.max(1, expiresAt - Date.now() + 1)),
    ).unref();
    this.#timers.set(key, timer);
  }

  #see(message: Followed): void {
    const key = decodeKey(message.subject.slice(this.#subjects.length));
    const head = readHead(message.header);
    const { seq } = message;
    if ((this.#known.get(key)?.seq ?? -1) >= seq) return;
    if (head.isDelete || isExpired(head)) return this.#set(key, gone(seq), { value: undefined });
    if (head.largeId !== undefined) return this.#readLarge(key, seq, head);
    const value = JSON.parse(Buffer.from(message.data).toString()) as Json;
    const kept = message.data.length <= maxKeptBytes ? value : undefined;
    this.#set(key, { seq, value: kept, exists: true, expiresAt: head.expiresAt }, { value });
  }

  /** The listeners get the value, which is read first; whoever lists meanwhile reads it too. */
  #readLarge(key: string, seq: number, { expiresAt }: EntryHead): void {
    this.#set(key, { seq, value: undefined, exists: true, expiresAt });
    this.#bucket.read(key).then(
      (entry) => {
        if (entry?.seq === seq && entry.value !== undefined) this.#tell(key, entry.value);
      },
      () => undefined, // it is listed; its reader hears why it can't be read
    );
  }

  async #begin(see: (message: Followed) => void): Promise<void> {
    const filter = this.#subjects + wildcardOf(this.root);
    const options = { filter, onGap: () => this.#retryLater(0), onLost: () => this.#forgetAll() };
    this.#follower = await follow(this.#link, this.#bucket.stream, options, see);
    if (this.#stopped) this.#follower.stop();
    await this.#follower.caughtUp;
  }

  /** The bucket was lost: nothing that was in it is there any more, and its revisions begin again. */
  #forgetAll(): void {
    for (const [key, { exists }] of this.#known) {
      clearTimeout(this.#timers.get(key));
      this.#timers.delete(key);
      this.#keys.delete(key);
      if (exists) this.#tell(key, undefined);
    }
    this.#known.clear();
    this.#retryLater(0);
  }

  #retryLater(ms: number): void {
    setTimeout(() => {
      if (!this.#stopped) this.#beginAgain().catch(() => this.#retryLater(1000));
    }, ms).unref();
  }

  /** After a long silence: the tombstones of deleted keys may be gone, so a key that is not there was deleted. */
  async #beginAgain(): Promise<void> {
    const before = [...this.#known].filter(([, { exists }]) => exists);
    const seen = new Set<string>();
    await this.#begin((message) => {
      seen.add(decodeKey(message.subject.slice(this.#subjects.length)));
      this.#see(message);
    });
    for (const [key, { seq }] of before)
      if (!seen.has(key) && this.#known.get(key)?.seq === seq)
        this.#set(key, gone(seq + 0.5), { value: undefined });
  }
}
