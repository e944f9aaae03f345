import type { Json } from '../../model/json.ts';
import type { StateChange } from '../engine.ts';
import { type Bucket, type EntryHead, isExpired, readHead } from './bucket.ts';
import type { Link } from './connection.ts';
import { type Followed, type Follower, follow } from './follow.ts';
import { decodeKey, wildcardOf } from './names.ts';
import { SortedKeys } from './sorted-keys.ts';
import { subjectOfBucket } from './streams.ts';

/** What a mirror knows of a key. */
interface Known {
  seq: number;
  /** Undefined when there is none now, or when it is too large to be kept here. */
  value: Json | undefined;
  exists: boolean;
  expiresAt: number | undefined;
}

/** One entry of a listing; `value` is undefined when it must be read from the bucket. */
export interface Listed {
  key: string;
  value: Json | undefined;
}

/**
 * The keys below a prefix, in order, kept current by following the bucket: JetStream itself can list subjects, but
 * neither in order nor in pages. Small values are kept too.
 */
export interface Mirror {
  readonly root: string;
  readonly ready: Promise<void>;
  isReady(): boolean;
  /** In the order of the keys' bytes. */
  list(prefix: string, after: string | undefined, limit: number): Listed[];
  watch(prefix: string, listener: (change: StateChange) => void): () => void;
  /** What this process wrote itself, before the bucket tells of it. */
  apply(key: string, seq: number, value: Json | undefined, ttlMs: number | undefined): void;
  hasWatchers(): boolean;
  stop(): void;
}

/** Values up to this size are kept in the mirror. */
const maxKeptBytes = 2048;
/** A deletion is remembered until older news of the key can no longer be on their way. */
const tombstoneMs = 60_000;
const longestTimerMs = 2 ** 31 - 1;

export function startMirror(link: Link, bucket: Bucket, bucketName: string, root: string): Mirror {
  const known = new Map<string, Known>();
  const keys = new SortedKeys();
  const listeners = new Set<{ prefix: string; listener: (change: StateChange) => void }>();
  const timers = new Map<string, NodeJS.Timeout>();
  const subjects = subjectOfBucket(bucketName);
  let isReady = false;
  let follower: Follower | undefined;
  let stopped = false;

  function tell(key: string, value: Json | undefined): void {
    for (const one of listeners)
      if (key.startsWith(one.prefix))
        // On its own, so that a listener that throws can't fail what it is told about.
        queueMicrotask(() => {
          if (listeners.has(one)) one.listener({ key, value });
        });
  }

  /** `told`: what the listeners are given; nothing when left out. */
  function set(key: string, next: Known, told?: { value: Json | undefined }): void {
    const before = known.get(key);
    if (before !== undefined && before.seq >= next.seq) return;
    known.set(key, next);
    clearTimeout(timers.get(key));
    timers.delete(key);
    if (next.exists) {
      keys.add(key);
      if (next.expiresAt !== undefined) armExpiry(key, next.seq, next.expiresAt);
    } else {
      keys.delete(key);
      setTimeout(() => {
        if (known.get(key)?.seq === next.seq) known.delete(key);
      }, tombstoneMs).unref();
    }
    if (told && (next.exists || before?.exists !== false)) tell(key, told.value);
  }

  /** Each mirror notices for itself, so that nobody has to write that a key is gone. */
  function armExpiry(key: string, seq: number, expiresAt: number): void {
    const timer = setTimeout(
      () => {
        const now = known.get(key);
        if (now?.seq !== seq) return;
        if (expiresAt > Date.now()) return armExpiry(key, seq, expiresAt);
        known.set(key, { ...now, exists: false, value: undefined });
        timers.delete(key);
        keys.delete(key);
        tell(key, undefined);
      },
      Math.min(longestTimerMs, Math.max(1, expiresAt - Date.now() + 1)),
    ).unref();
    timers.set(key, timer);
  }

  function onMessage(message: Followed): void {
    const key = decodeKey(message.subject.slice(subjects.length));
    const head = readHead(message.header);
    const { seq } = message;
    if ((known.get(key)?.seq ?? -1) >= seq) return;
    if (head.isDelete || isExpired(head)) return set(key, gone(seq), { value: undefined });
    if (head.largeId !== undefined) return readLarge(key, seq, head);
    const value = JSON.parse(Buffer.from(message.data).toString()) as Json;
    const kept = message.data.length <= maxKeptBytes ? value : undefined;
    set(key, { seq, value: kept, exists: true, expiresAt: head.expiresAt }, { value });
  }

  /** The listeners get the value, which is read first; whoever lists meanwhile reads it too. */
  function readLarge(key: string, seq: number, { expiresAt }: EntryHead): void {
    set(key, { seq, value: undefined, exists: true, expiresAt });
    bucket.read(key).then(
      (entry) => {
        if (entry?.seq === seq && entry.value !== undefined) tell(key, entry.value);
      },
      () => undefined, // it is listed; its reader hears why it can't be read
    );
  }

  async function begin(see: (message: Followed) => void): Promise<void> {
    const filter = subjects + wildcardOf(root);
    follower = await follow(link, bucket.stream, { filter, onGap: () => retryLater(0) }, see);
    if (stopped) follower.stop();
    await follower.caughtUp;
  }

  function retryLater(ms: number): void {
    setTimeout(() => {
      if (!stopped) beginAgain().catch(() => retryLater(1000));
    }, ms).unref();
  }

  /** After a long silence: the marks of what was deleted meanwhile may be gone, so what is not there is gone too. */
  async function beginAgain(): Promise<void> {
    const before = [...known].filter(([, { exists }]) => exists);
    const seen = new Set<string>();
    await begin((message) => {
      seen.add(decodeKey(message.subject.slice(subjects.length)));
      onMessage(message);
    });
    for (const [key, { seq }] of before)
      if (!seen.has(key) && known.get(key)?.seq === seq) set(key, gone(seq + 0.5), { value: undefined });
  }

  const ready = begin(onMessage).then(() => {
    isReady = true;
  });
  ready.catch(() => undefined); // whoever lists hears of it

  return {
    root,
    ready,
    isReady: () => isReady,
    list(prefix, after, limit) {
      const found: Listed[] = [];
      for (const key of keys.from(prefix, after)) {
        if (found.length >= limit || !key.startsWith(prefix)) break;
        const entry = known.get(key);
        if (entry === undefined || (entry.expiresAt !== undefined && entry.expiresAt <= Date.now())) continue;
        found.push({ key, value: entry.value });
      }
      return found;
    },
    watch(prefix, listener) {
      const one = { prefix, listener };
      listeners.add(one);
      return () => void listeners.delete(one);
    },
    apply(key, seq, value, ttlMs) {
      if (value === undefined) return set(key, gone(seq), { value: undefined });
      const expiresAt = ttlMs === undefined ? undefined : Date.now() + ttlMs;
      const isSmall = JSON.stringify(value).length <= maxKeptBytes;
      set(key, { seq, value: isSmall ? value : undefined, exists: true, expiresAt }, { value });
    },
    hasWatchers: () => listeners.size > 0,
    stop() {
      stopped = true;
      listeners.clear();
      for (const timer of timers.values()) clearTimeout(timer);
      follower?.stop();
    },
  };
}

const gone = (seq: number): Known => ({ seq, value: undefined, exists: false, expiresAt: undefined });
