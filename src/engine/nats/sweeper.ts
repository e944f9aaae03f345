import { randomUUID } from 'node:crypto';
import { type Bucket, readHead, stateOwner } from './bucket.ts';
import { callOwner } from './calls.ts';
import type { Link } from './connection.ts';
import { deleteMessage } from './delete-message.ts';
import { type Follower, follow } from './follow.ts';
import type { LargeBodies } from './large.ts';

/**
 * Removes from the state bucket what is of no more use: values whose time is over, marks of deletions, parts of large
 * values that were replaced. One process of the cluster does it at a time; the others take over when it falls silent.
 */
export interface Sweeper {
  stop(): Promise<void>;
}

const leaseKey = 'sweeper';
const leaseMs = 15_000;
const roundMs = 5_000;
/** A mark of a deletion stays as long as a follower may be cut off and still notice. */
const keepDeletionsMs = 600_000;
const removedAtOnce = 500;
const inParallel = 16;
const sweepLargeMs = 600_000;

export function startSweeper(link: Link, bucket: Bucket, meta: Bucket, large: LargeBodies): Sweeper {
  const me = randomUUID();
  /** By sequence: when it may go. */
  const due = new Map<number, { at: number; subject: string }>();
  const largeBySubject = new Map<string, string>();
  let follower: Follower | undefined;
  let running: Promise<void> | undefined;
  const stopping = new AbortController();
  let largeSweptAt = 0;

  async function holdLease(): Promise<boolean> {
    const entry = await meta.read(leaseKey);
    if (entry?.value !== undefined && entry.value !== me) return false;
    return (await meta.write(leaseKey, me, { ttlMs: leaseMs, ifSeq: entry?.seq ?? 0 })) !== undefined;
  }

  async function begin(): Promise<void> {
    due.clear();
    largeBySubject.clear();
    follower = await follow(link, bucket.stream, { headersOnly: true }, (message) => {
      const head = readHead(message.header);
      const before = largeBySubject.get(message.subject);
      if (before !== undefined && before !== head.largeId) void removeLarge(before);
      if (head.largeId === undefined) largeBySubject.delete(message.subject);
      else largeBySubject.set(message.subject, head.largeId);
      const { seq, subject, at } = message;
      if (head.isDelete) due.set(seq, { at: at + keepDeletionsMs, subject });
      else if (head.expiresAt !== undefined) due.set(seq, { at: head.expiresAt, subject });
    });
    await follower.caughtUp;
  }

  /** What this leaves behind, the sweep of the large stream finds. */
  const removeLarge = (id: string): Promise<void> => large.remove(stateOwner, id).catch(() => undefined);

  async function sweep(): Promise<void> {
    const now = Date.now();
    const gone: [seq: number, subject: string][] = [];
    for (const [seq, { at, subject }] of due) {
      if (at <= now) gone.push([seq, subject]);
      if (gone.length >= removedAtOnce) break;
    }
    for (let at = 0; at < gone.length && !stopping.signal.aborted; at += inParallel)
      await Promise.all(gone.slice(at, at + inParallel).map(remove));
    if (now - largeSweptAt < sweepLargeMs) return;
    largeSweptAt = now;
    const alive = new Set(largeBySubject.values());
    await large.sweep(stateOwner, (id) => alive.has(id));
    // What nobody came to fetch.
    await large.sweep(callOwner, () => false);
  }

  async function remove([seq, subject]: [number, string]): Promise<void> {
    // False when a later write of the key has replaced it.
    const isLast = await deleteMessage(link, bucket.stream, seq);
    due.delete(seq);
    const largeId = isLast ? largeBySubject.get(subject) : undefined;
    if (largeId === undefined) return;
    largeBySubject.delete(subject);
    await removeLarge(largeId);
  }

  async function round(): Promise<void> {
    if (!(await holdLease())) {
      follower?.stop();
      follower = undefined;
      return;
    }
    if (follower === undefined) await begin();
    await sweep();
  }

  const timer = setInterval(() => {
    // NATS that does not answer is reported by those who need it; the next round tries again.
    running ??= round()
      .catch(() => undefined)
      .finally(() => (running = undefined));
  }, roundMs).unref();

  return {
    async stop() {
      stopping.abort();
      clearInterval(timer);
      await running;
      if (follower === undefined) return;
      follower.stop();
      await meta.write(leaseKey, undefined).catch(() => undefined); // it ends by itself otherwise
    },
  };
}
