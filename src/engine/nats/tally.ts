import type { Json } from '../../model/json.ts';
import type { Bucket } from './bucket.ts';
import type { Link } from './connection.ts';
import { type Follower, follow } from './follow.ts';
import { largeHeader, readRef } from './large.ts';
import type { Layout } from './names.ts';
import { eventsHeader } from './publisher.ts';

/** What was trimmed from a topic's stream: how many events lay before a sequence. */
export type Trimmed = { seq: number; events: number; by: string; at: number };

/**
 * Counts the events of a topic. JetStream counts messages only, and a message is a block of events: so the headers of
 * the blocks that are kept are read once, and what was trimmed is remembered with the trimming.
 */
export interface Tally {
  /** Events of all blocks up to the last sequence, since the topic began. */
  published(lastSeq: number): Promise<number>;
  /** Of these, the ones before a sequence. */
  before(seq: number): number;
  /** Sequences of the blocks that are kept, before a sequence. */
  seqsBefore(seq: number): number[];
  /** Ids of large bodies that blocks before a sequence refer to. */
  largeBefore(seq: number): string[];
  /** Blocks before it are gone. */
  forget(trimmed: Trimmed): void;
  /** Lets go of the stream; the next count begins anew. */
  rest(): void;
}

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

export function createTally(link: Link, layout: Layout, meta: Bucket, topic: string): Tally {
  let base: { seq: number; events: number } = { seq: 1, events: 0 };
  /** Sequences that are kept, in order, and the events up to and with each since `base`. */
  let seqs: number[] = [];
  let sums: number[] = [];
  const large = new Map<number, string>();
  let seen = 0;
  let follower: Promise<Follower> | undefined;
  const waiting = new Set<{ seq: number; resolve: () => void }>();

  async function begin(): Promise<Follower> {
    const { trimmed } = await readTrimmed(meta, topic);
    base = trimmed;
    seqs = [];
    sums = [];
    large.clear();
    seen = trimmed.seq - 1;
    return await follow(
      link,
      layout.streamOf(topic),
      { startSeq: trimmed.seq, headersOnly: true },
      (message) => {
        const { seq } = message;
        if (seq <= seen) return;
        seen = seq;
        seqs.push(seq);
        sums.push((sums.at(-1) ?? 0) + Number(message.header(eventsHeader) ?? 0));
        const ref = readRef(message.header(largeHeader));
        if (ref !== undefined) large.set(seq, ref.id);
        for (const one of waiting) if (one.seq <= seq) one.resolve();
      },
    );
  }

  /** False when it was not seen in time: it was trimmed by others while we were on the way. */
  async function reached(seq: number): Promise<boolean> {
    if (seen >= seq) return true;
    let one: { seq: number; resolve: () => void } | undefined;
    const arrived = new Promise<true>((resolve) => {
      one = { seq, resolve: () => resolve(true) };
      waiting.add(one);
    });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), answerMs);
    });
    const result = await Promise.race([arrived, late]);
    clearTimeout(timer);
    waiting.delete(one!);
    return result;
  }

  const tally: Tally = {
    async published(lastSeq) {
      follower ??= begin();
      try {
        const current = await follower;
        await current.caughtUp;
      } catch (error) {
        follower = undefined;
        throw error;
      }
      const { trimmed } = await readTrimmed(meta, topic);
      if (trimmed.seq > base.seq) tally.forget(trimmed);
      // The last ones may be trimmed already, and are counted then.
      if (lastSeq >= base.seq && !(await reached(lastSeq))) tally.rest();
      return base.events + (sums.at(-1) ?? 0);
    },
    before(seq) {
      if (seq <= base.seq) return base.events;
      let low = 0;
      let high = seqs.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (seqs[middle]! < seq) low = middle + 1;
        else high = middle;
      }
      return base.events + (low === 0 ? 0 : sums[low - 1]!);
    },
    seqsBefore: (seq) => seqs.filter((at) => at < seq),
    largeBefore: (seq) => [...large].filter(([at]) => at < seq).map(([, id]) => id),
    forget(trimmed) {
      const firstKept = seqs.findIndex((seq) => seq >= trimmed.seq);
      const dropped = firstKept === -1 ? seqs.length : firstKept;
      const sum = dropped === 0 ? 0 : sums[dropped - 1]!;
      seqs = seqs.slice(dropped);
      sums = sums.slice(dropped).map((one) => one - sum);
      base = { seq: trimmed.seq, events: trimmed.events };
      for (const seq of large.keys()) if (seq < trimmed.seq) large.delete(seq);
      seen = Math.max(seen, trimmed.seq - 1);
    },
    rest() {
      void follower?.then(
        (one) => one.stop(),
        () => undefined,
      );
      follower = undefined;
    },
  };
  return tally;
}
