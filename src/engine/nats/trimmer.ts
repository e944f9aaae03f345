import type { Bucket } from './bucket.ts';
import type { Link } from './connection.ts';
import { deleteMessage } from './delete-message.ts';
import { isNotFound } from './errors.ts';
import type { FloorWatch } from './floor-watch.ts';
import { readGroups } from './groups.ts';
import type { LargeBodies } from './large.ts';
import { encodeToken, type Layout } from './names.ts';
import { type Tally, asJson, readTrimmed, trimmedKey } from './tally.ts';

const roundMs = 500;
/** Also without a sign of it, in case another worker fell silent. */
const idleRounds = 20;
const inParallel = 64;
/** Deleted at once of what another has left over; the next round goes on. */
const maxLeftOver = 10_000;
/** Who trimmed last does it again, as long as it goes on: one reader of headers is enough. */
const turnMs = 3000;

interface TrimmerDeps {
  link: Link;
  layout: Layout;
  meta: Bucket;
  large: LargeBodies;
  tallyOf: (topic: string) => Tally;
  floors: FloorWatch;
}

/**
 * Deletes messages that all groups of a topic have settled. The stream keeps each message until then, also while no
 * group reads it; no retention policy of JetStream does that. The workers take turns.
 */
export class Trimmer {
  readonly #deps: TrimmerDeps;
  /** Names this process among those that take turns. */
  readonly #me: string;
  /** By topic: whether something of it was settled since the last round. */
  readonly #touched = new Map<string, boolean>();
  readonly #timer: NodeJS.Timeout;
  #rounds = 0;
  #running: Promise<void> | undefined;

  constructor(deps: TrimmerDeps, me: string) {
    this.#deps = deps;
    this.#me = me;
    this.#timer = setInterval(() => {
      this.#running ??= this.#round().finally(() => (this.#running = undefined));
    }, roundMs).unref();
  }

  /** Something of the topic was settled. */
  touch(topic: string): void {
    this.#touched.set(topic, true);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  async #trim(topic: string): Promise<void> {
    const { layout, meta, large, tallyOf } = this.#deps;
    const stream = layout.streamOf(topic);
    const { trimmed, revision } = await readTrimmed(meta, topic);
    await this.#finish(stream, trimmed.seq);
    if (trimmed.by !== this.#me && Date.now() - trimmed.at < turnMs)
      return void this.#touched.set(topic, true);
    const settled = await this.#settledBefore(topic);
    if (settled === undefined || settled <= trimmed.seq) return;
    const tally = tallyOf(topic);
    await tally.published(settled - 1);
    const next = { seq: settled, events: tally.before(settled), by: this.#me, at: Date.now() };
    const bodies = tally.largeBefore(settled);
    const seqs = tally.seqsBefore(settled);
    // Before the record moves on: a body removed twice does no harm, a forgotten one would stay.
    for (const id of bodies) await large.remove(encodeToken(topic), id);
    const won = await meta.write(trimmedKey(topic), asJson(next), { ifSeq: revision });
    if (won === undefined) return;
    tally.forget(next);
    await this.#deleteAll(stream, seqs);
  }

  /** What one who died has recorded as trimmed and not deleted any more. */
  async #finish(stream: string, before: number): Promise<void> {
    const { state } = await this.#deps.link.jsm.streams.info(stream);
    if (state.messages === 0 || state.first_seq >= before) return;
    const count = Math.min(before - state.first_seq, maxLeftOver);
    await this.#deleteAll(
      stream,
      Array.from({ length: count }, (_, index) => state.first_seq + index),
    );
  }

  /**
   * One by one: a purge up to a sequence makes servers of version 2.9 forget, for every consumer, which of the later
   * messages were handed out and not acknowledged, so that those of a worker that died would never come again.
   */
  async #deleteAll(stream: string, seqs: readonly number[]): Promise<void> {
    for (let at = 0; at < seqs.length; at += inParallel)
      await Promise.all(
        seqs.slice(at, at + inParallel).map((seq) => deleteMessage(this.#deps.link, stream, seq)),
      );
  }

  /** The sequence before which everything is settled by all groups; undefined when there is no group. */
  async #settledBefore(topic: string): Promise<number | undefined> {
    const { link, layout, floors: watch } = this.#deps;
    const groups = await readGroups(link, layout, topic);
    if (groups.map((one) => watch.look(one)).includes(true)) this.touch(topic);
    const floors = groups.map(({ ack_floor: floor }) => floor.stream_seq + 1);
    return floors.length === 0 ? undefined : Math.min(...floors);
  }

  /** Of what was deferred, which is removed as it is settled: nothing else would look at it. */
  async #lookAtRetries(topic: string): Promise<void> {
    const { link, layout, floors: watch } = this.#deps;
    for (const { group } of await readGroups(link, layout, topic))
      watch.look(await link.jsm.consumers.info(layout.retryStream, layout.retryConsumerOf(topic, group)));
  }

  async #round(): Promise<void> {
    this.#rounds++;
    for (const [topic, isTouched] of this.#touched) {
      const isIdleRound = this.#rounds % idleRounds === 0;
      if (!isTouched && !isIdleRound) continue;
      this.#touched.set(topic, false);
      try {
        await this.#trim(topic);
        if (isIdleRound) await this.#lookAtRetries(topic);
      } catch (error) {
        if (!isNotFound(error)) this.#touched.set(topic, true); // NATS that does not answer is reported by those who need it
      }
    }
  }
}
