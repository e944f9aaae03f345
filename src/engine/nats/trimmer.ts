import type { Bucket } from './bucket.ts';
import type { Link } from './connection.ts';
import { deleteMessage } from './delete-message.ts';
import { isNotFound } from './errors.ts';
import { readGroups } from './groups.ts';
import type { LargeBodies } from './large.ts';
import { encodeToken, type Layout } from './names.ts';
import { type Tally, asJson, readTrimmed, trimmedKey } from './tally.ts';

/**
 * Deletes what all groups of a topic have settled. The stream keeps its messages until then, also while no group
 * reads it; that is what no retention policy of JetStream does. The workers take turns.
 */
export interface Trimmer {
  /** Something of the topic was settled. */
  touch(topic: string): void;
  stop(): Promise<void>;
}

const roundMs = 500;
/** Also without a sign of it, in case another worker fell silent. */
const idleRounds = 20;
const inParallel = 64;
/** Deleted at once of what another has left over; the next round goes on. */
const maxLeftOver = 10_000;
/** Who trimmed last does it again, as long as it goes on: one reader of headers is enough. */
const turnMs = 3000;

export function createTrimmer(
  deps: {
    link: Link;
    layout: Layout;
    meta: Bucket;
    large: LargeBodies;
    tallyOf: (topic: string) => Tally;
  },
  me: string,
): Trimmer {
  const { link, layout, meta, large } = deps;
  const touched = new Map<string, boolean>();
  let rounds = 0;
  let running: Promise<void> | undefined;

  async function trim(topic: string): Promise<void> {
    const stream = layout.streamOf(topic);
    const { trimmed, revision } = await readTrimmed(meta, topic);
    await finish(stream, trimmed.seq);
    if (trimmed.by !== me && Date.now() - trimmed.at < turnMs) return void touched.set(topic, true);
    const settled = await settledBefore(topic);
    if (settled === undefined || settled <= trimmed.seq) return;
    const tally = deps.tallyOf(topic);
    await tally.published(settled - 1);
    const next = { seq: settled, events: tally.before(settled), by: me, at: Date.now() };
    const bodies = tally.largeBefore(settled);
    const seqs = tally.seqsBefore(settled);
    // Before the record moves on: what is purged twice is harmless, what is forgotten stays.
    for (const id of bodies) await large.remove(encodeToken(topic), id);
    const won = await meta.write(trimmedKey(topic), asJson(next), { ifSeq: revision });
    if (won === undefined) return;
    tally.forget(next);
    await deleteAll(stream, seqs);
  }

  /** What one who died has recorded as trimmed and not deleted any more. */
  async function finish(stream: string, before: number): Promise<void> {
    const { state } = await link.jsm.streams.info(stream);
    if (state.messages === 0 || state.first_seq >= before) return;
    const count = Math.min(before - state.first_seq, maxLeftOver);
    await deleteAll(
      stream,
      Array.from({ length: count }, (_, index) => state.first_seq + index),
    );
  }

  /**
   * One by one: a purge up to a sequence makes servers of version 2.9 forget, for every consumer, which of the later
   * messages were handed out and not acknowledged, so that those of a worker that died would never come again.
   */
  async function deleteAll(stream: string, seqs: readonly number[]): Promise<void> {
    for (let at = 0; at < seqs.length; at += inParallel)
      await Promise.all(seqs.slice(at, at + inParallel).map((seq) => deleteMessage(link, stream, seq)));
  }

  /** The sequence before which everything is settled by all groups; undefined when there is no group. */
  async function settledBefore(topic: string): Promise<number | undefined> {
    const floors = (await readGroups(link, layout, topic)).map(
      ({ ack_floor: floor }) => floor.stream_seq + 1,
    );
    return floors.length === 0 ? undefined : Math.min(...floors);
  }

  async function round(): Promise<void> {
    rounds++;
    for (const [topic, isTouched] of touched) {
      if (!isTouched && rounds % idleRounds !== 0) continue;
      touched.set(topic, false);
      try {
        await trim(topic);
      } catch (error) {
        if (!isNotFound(error)) touched.set(topic, true); // NATS that does not answer is reported by those who need it
      }
    }
  }

  const timer = setInterval(() => {
    running ??= round().finally(() => (running = undefined));
  }, roundMs).unref();

  return {
    touch: (topic) => void touched.set(topic, true),
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
