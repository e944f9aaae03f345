import type { Json } from '../../model/json.ts';
import type { Bucket } from './bucket.ts';
import type { Link } from './connection.ts';
import { type Follower, follow } from './follow.ts';
import { largeHeader, readRef } from './large.ts';
import type { Layout } from './names.ts';
import { eventsHeader } from './publisher.ts';

/** What was trimmed from a topic's stream: how many events lay before a sequence. */
export type Trimmed = { seq: number; events: number; by: string; at: number };

const answerMs = 5000;

export const trimmedKey = (topic: string): string => `trimmed/${topic}`;

export async function readTrimmed(
  meta: Bucket,
  topic: string,
): Promise<{ trimmed: Trimmed; revision: number }> {
  const entry = await meta.read(trimmedKey(topic));
  const none: Trimmed = { seq: 1, events: 0, by: '', at: 0 };
  return { trimmed: (entry?.value as Trimmed | undefined) ?? none, revision: entry?.seq ?? 0 };
}

export const asJson = (trimmed: Trimmed): Json => trimmed;

/**
 * Counts the events of a topic. JetStream counts messages only, and a message is a block of events: so the headers of
 * the blocks that are kept are read once, and the events of trimmed blocks are recorded when they are trimmed.
 */
export class Tally {
  readonly #link: Link;
  readonly #layout: Layout;
  readonly #meta: Bucket;
  readonly #topic: string;
  #base: { seq: number; events: number } = { seq: 1, events: 0 };
  /** Sequences that are kept, in order, and the events up to and with each since `#base`. */
  #seqs: number[] = [];
  #sums: number[] = [];
  readonly #large = new Map<number, string>();
  #seen = 0;
  #follower: Promise<Follower> | undefined;
  readonly #waiting = new Set<{ seq: number; resolve: () => void }>();

  constructor(link: Link, layout: Layout, meta: Bucket, topic: string) {
    this.#link = link;
    this.#layout = layout;
    this.#meta = meta;
    this.#topic = topic;
  }

  /** Events of all blocks up to the last sequence, since the topic began. */
  async published(lastSeq: number): Promise<number> {
    this.#follower ??= this.#begin();
    try {
      const current = await this.#follower;
      await current.caughtUp;
    } catch (error) {
      this.#follower = undefined;
      throw error;
    }
    const { trimmed } = await readTrimmed(this.#meta, this.#topic);
    if (trimmed.seq > this.#base.seq) this.forget(trimmed);
    // The last ones may be trimmed already, and are counted then.
    if (lastSeq >= this.#base.seq && !(await this.#reached(lastSeq))) this.rest();
    return this.#base.events + (this.#sums.at(-1) ?? 0);
  }

  /** Of these, the ones before a sequence. */
  before(seq: number): number {
    if (seq <= this.#base.seq) return this.#base.events;
    let low = 0;
    let high = this.#seqs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#seqs[middle]! < seq) low = middle + 1;
      else high = middle;
    }
    return this.#base.events + (low === 0 ? 0 : this.#sums[low - 1]!);
  }

  /** Sequences of the blocks that are kept, before a sequence. */
  seqsBefore(seq: number): number[] {
    return this.#seqs.filter((at) => at < seq);
  }

  /** Ids of large bodies that blocks before a sequence refer to. */
  largeBefore(seq: number): string[] {
    return [...this.#large].filter(([at]) => at < seq).map(([, id]) => id);
  }

  /** Blocks before it are gone. */
  forget(trimmed: Trimmed): void {
    const firstKept = this.#seqs.findIndex((seq) => seq >= trimmed.seq);
    const dropped = firstKept === -1 ? this.#seqs.length : firstKept;
    const sum = dropped === 0 ? 0 : this.#sums[dropped - 1]!;
    this.#seqs = this.#seqs.slice(dropped);
    this.#sums = this.#sums.slice(dropped).map((one) => one - sum);
    this.#base = { seq: trimmed.seq, events: trimmed.events };
    for (const seq of this.#large.keys()) if (seq < trimmed.seq) this.#large.delete(seq);
    this.#seen = Math.max(this.#seen, trimmed.seq - 1);
  }

  /** Stops following the stream; the next count begins anew. */
  rest(): void {
    void this.#follower?.then(
      (one) => one.stop(),
      () => undefined,
    );
    this.#follower = undefined;
  }

  async #begin(): Promise<Follower> {
    const { trimmed } = await readTrimmed(this.#meta, this.#topic);
    this.#base = trimmed;
    this.#seqs = [];
    this.#sums = [];
    this.#large.clear();
    this.#seen = trimmed.seq - 1;
    return await follow(
      this.#link,
      this.#layout.streamOf(this.#topic),
      { startSeq: trimmed.seq, headersOnly: true },
      (message) => {
        const { seq } = message;
        if (seq <= this.#seen) return;
        this.#seen = seq;
        this.#seqs.push(seq);
        this.#sums.push((this.#sums.at(-1) ?? 0) + Number(message.header(eventsHeader) ?? 0));
        const ref = readRef(message.header(largeHeader));
        if (ref !== undefined) this.#large.set(seq, ref.id);
        for (const one of this.#waiting) if (one.seq <= seq) one.resolve();
      },
    );
  }

  /** False when it was not seen in time: it was trimmed by others while we were on the way. */
  async #reached(seq: number): Promise<boolean> {
    if (this.#seen >= seq) return true;
    let one: { seq: number; resolve: () => void } | undefined;
    const arrived = new Promise<true>((resolve) => {
      one = { seq, resolve: () => resolve(true) };
      this.#waiting.add(one);
    });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), answerMs);
    });
    const result = await Promise.race([arrived, late]);
    clearTimeout(timer);
    this.#waiting.delete(one!);
    return result;
  }
}
