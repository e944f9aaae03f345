import { randomUUID } from 'node:crypto';
import { type Bucket, readHead, stateOwner } from './bucket.ts';
import { callOwner } from './calls.ts';
import type { Link } from './connection.ts';
import { deleteMessage } from './delete-message.ts';
import { type Follower, follow } from './follow.ts';
import type { LargeBodies } from './large.ts';

const leaseKey = 'sweeper';
const leaseMs = 15_000;
const roundMs = 5_000;
/** A mark of a deletion stays as long as a follower may be cut off and still notice. */
const keepDeletionsMs = 600_000;
const removedAtOnce = 500;
const inParallel = 16;
const sweepLargeMs = 600_000;

/**
 * Removes from the state bucket what no reader needs: expired values, tombstones, parts of large values that were
 * replaced. One process of the cluster holds the lease for it; another takes over when it falls silent.
 */
export class Sweeper {
  readonly #link: Link;
  readonly #bucket: Bucket;
  readonly #meta: Bucket;
  readonly #largeBodies: LargeBodies;
  readonly #me = randomUUID();
  /** By sequence: when it may go. */
  readonly #due = new Map<number, { at: number; subject: string }>();
  readonly #largeBySubject = new Map<string, string>();
  readonly #stopping = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #follower: Follower | undefined;
  #running: Promise<void> | undefined;
  #largeSweptAt = 0;

  constructor(link: Link, bucket: Bucket, meta: Bucket, large: LargeBodies) {
    this.#link = link;
    this.#bucket = bucket;
    this.#meta = meta;
    this.#largeBodies = large;
    this.#timer = setInterval(() => {
      // Calls that need NATS report that it does not answer; the next round tries again.
      this.#running ??= this.#round()
        .catch(() => undefined)
        .finally(() => (this.#running = undefined));
    }, roundMs).unref();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    clearInterval(this.#timer);
    await this.#running;
    if (this.#follower === undefined) return;
    this.#follower.stop();
    await this.#meta.write(leaseKey, undefined).catch(() => undefined); // it ends by itself otherwise
  }

  async #holdLease(): Promise<boolean> {
    const entry = await this.#meta.read(leaseKey);
    if (entry?.value !== undefined && entry.value !== this.#me) return false;
    return (
      (await this.#meta.write(leaseKey, this.#me, { ttlMs: leaseMs, ifSeq: entry?.seq ?? 0 })) !== undefined
    );
  }

  #forget(): void {
    this.#due.clear();
    this.#largeBySubject.clear();
    this.#follower = undefined;
  }

  async #begin(): Promise<void> {
    this.#forget();
    // Its numbers begin again with other entries.
    const onLost = () => this.#forget();
    this.#follower = await follow(
      this.#link,
      this.#bucket.stream,
      { headersOnly: true, onLost },
      (message) => {
        const head = readHead(message.header);
        const before = this.#largeBySubject.get(message.subject);
        if (before !== undefined && before !== head.largeId) void this.#removeLarge(before);
        if (head.largeId === undefined) this.#largeBySubject.delete(message.subject);
        else this.#largeBySubject.set(message.subject, head.largeId);
        const { seq, subject, at } = message;
        if (head.isDelete) this.#due.set(seq, { at: at + keepDeletionsMs, subject });
        else if (head.expiresAt !== undefined) this.#due.set(seq, { at: head.expiresAt, subject });
      },
    );
    await this.#follower.caughtUp;
  }

  /** The sweep of the large stream finds what this leaves behind. */
  async #removeLarge(id: string): Promise<void> {
    await this.#largeBodies.remove(stateOwner, id).catch(() => undefined);
  }

  async #sweep(): Promise<void> {
    const now = Date.now();
    const gone: [seq: number, subject: string][] = [];
    for (const [seq, { at, subject }] of this.#due) {
      if (at <= now) gone.push([seq, subject]);
      if (gone.length >= removedAtOnce) break;
    }
    for (let at = 0; at < gone.length && !this.#stopping.signal.aborted; at += inParallel)
      await Promise.all(gone.slice(at, at + inParallel).map((one) => this.#remove(one)));
    if (now - this.#largeSweptAt < sweepLargeMs) return;
    this.#largeSweptAt = now;
    const alive = new Set(this.#largeBySubject.values());
    await this.#largeBodies.sweep(stateOwner, (id) => alive.has(id));
    // What nobody came to fetch.
    await this.#largeBodies.sweep(callOwner, () => false);
  }

  async #remove([seq, subject]: [number, string]): Promise<void> {
    if (!this.#due.has(seq)) return;
    // False when a later write of the key has replaced it.
    const isLast = await deleteMessage(this.#link, this.#bucket.stream, seq);
    this.#due.delete(seq);
    const largeId = isLast ? this.#largeBySubject.get(subject) : undefined;
    if (largeId === undefined) return;
    this.#largeBySubject.delete(subject);
    await this.#removeLarge(largeId);
  }

  async #round(): Promise<void> {
    if (!(await this.#holdLease())) {
      this.#follower?.stop();
      this.#follower = undefined;
      return;
    }
    if (this.#follower === undefined) await this.#begin();
    await this.#sweep();
  }
}
