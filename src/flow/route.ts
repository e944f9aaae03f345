import type { Delivery, Unsettled } from '../engine/engine.ts';
import type { FixedEvent } from '../model/event.ts';
import { parseJson } from '../model/exact-json.ts';
import { stopwatch } from '../observe/otel/span.ts';
import { createInOrder } from '../support/in-order.ts';
import { limitLog } from '../support/log-limit.ts';
import { createPatience } from '../support/patience.ts';
import { BatchJudge } from './batch-judge.ts';
import { type Candidates, addCandidate, noCandidates, replaysOver } from './candidates.ts';
import type { Outbox } from './outbox.ts';
import { encodeParked } from './parked-event.ts';
import { refusedEvent } from './refused-row.ts';
import { lookAgain } from '../load/parked-readers.ts';
import { traceLoad } from './trace-load.ts';
import type { RouteParts } from './route-parts.ts';
import type { RowEnd } from '../load/waiting-tables.ts';

/**
 * The path of a batch, which is acknowledged when its method resolves:
 *
 *   events ─► judge ─► publish the failures ─► settle the rows ─► publish the refused rows, copy the loaded ones
 *
 * Every event that is not a row is durable in the topic of the healers or of the dead letters before the acknowledgement. The
 * redelivery of a batch changes nothing, wherever it was cut off: the destination has decided how each event ended
 * (docs/exactly-once.md).
 */
export class Route {
  readonly #parts: RouteParts;
  readonly #batches: BatchJudge;
  readonly #inOrder = createInOrder();
  readonly #patience;
  readonly #limited;
  #batchesInFlight = 0;

  constructor(parts: RouteParts) {
    this.#parts = parts;
    this.#batches = new BatchJudge(parts);
    this.#patience = createPatience(parts.log);
    this.#limited = limitLog(parts.log);
  }

  /** Batches of `raw_event` and `replay_event`. Two at a time: while one is settled, the next is judged. */
  async fromQueue(batch: readonly Delivery[]): Promise<void> {
    this.#batchesInFlight++;
    try {
      await this.#fromQueue(batch);
    } finally {
      this.#batchesInFlight--;
    }
  }

  /** While one batch is settled, the next has come already: work that is less urgent should wait. */
  hasFullLoad(): boolean {
    return this.#batchesInFlight > 1;
  }

  async #fromQueue(batch: readonly Delivery[]): Promise<void> {
    const { candidates } = await this.#inOrder(
      () => this.#batches.all(batch),
      // In place until it works: a batch behind this one must not be settled before, or the later of two events with one key wins.
      ({ outbox }) =>
        this.#patience.until(() => outbox.flush(), {
          failed: 'the queue does not take what is to be healed; the batch waits',
          recovered: 'the queue takes what is to be healed again',
          fields: { messages: batch.length },
        }),
    );
    await this.#settle(candidates);
  }

  /** Batches of `late_event`. */
  async fromLate(batch: readonly Delivery[]): Promise<void> {
    const { candidates, outbox } = await this.#batches.all(batch, { isLate: true });
    await outbox.flush();
    await this.#settle(candidates);
  }

  /**
   * Batches of `slow_event`. First those whose contract is trusted again, or was not asked; then the others one by one: what is
   * not judged in time comes again, so that the others are settled.
   */
  async fromSlow(batch: readonly Delivery[]): Promise<Unsettled[]> {
    const trusted = await this.#batches.trusted(batch);
    await trusted.outbox.flush();
    await this.#settle(trusted.candidates);
    const { candidates, outbox, rest } = await this.#batches.aside(trusted.slow);
    await outbox.flush();
    await this.#settle(candidates);
    return rest.map(({ index }) => ({ index, deferMs: 0 }));
  }

  /** Batches of `schema_fixed`: what the healers repaired is validated again. */
  async fromHealers(batch: readonly Delivery[]): Promise<void> {
    const outbox = this.#parts.outbox();
    const candidates = noCandidates();
    const healed: string[] = [];
    for (const { body } of batch) {
      const fixed = parseJson(Buffer.from(body).toString()) as unknown as FixedEvent;
      if (fixed.chained === true) continue;
      const row = await this.#parts.judge.fixed(fixed, outbox);
      if (row === undefined) continue;
      healed.push(fixed.request_id);
      addCandidate(candidates, row, fixed.raw, fixed);
    }
    await outbox.flush();
    await this.#settle(candidates, healed);
  }

  /** Batches of a table that takes no rows, or took none: they stay until it does. */
  async fromParked(table: string, batch: readonly Delivery[]): Promise<Unsettled[]> {
    const { waiting, judge } = this.#parts;
    const outbox = this.#parts.outbox();
    const candidates = noCandidates();
    for (const { body } of batch) await judge.parked(body, candidates, outbox);
    const measured = stopwatch();
    const takesRows = await this.#ended(candidates, () => waiting.settleWaiting(table, candidates.rows));
    if (!takesRows) return lookAgain(batch, measured());
    await outbox.flush();
    return [];
  }

  /** Gives up waiting for a queue that is full. */
  stop(): void {
    this.#patience.stop();
  }

  /** `healed`: events that the healers have finished. */
  async #settle(candidates: Candidates, healed: readonly string[] = []): Promise<void> {
    await this.#ended(candidates, () => this.#parts.waiting.settle(candidates.rows), healed);
  }

  /** False when nothing was settled, as their table takes no rows. */
  async #ended(
    candidates: Candidates,
    settling: () => Promise<readonly RowEnd[] | undefined>,
    healed: readonly string[] = [],
  ): Promise<boolean> {
    const { rows } = candidates;
    const measured = stopwatch();
    const settled = await settling();
    if (settled === undefined) return false;
    if (candidates.traces.size > 0) traceLoad(this.#parts.recordSpan, candidates, settled, measured());
    const outbox = this.#parts.outbox();
    this.#followUp(candidates, settled, outbox);
    for (const requestId of healed) outbox.healed(requestId);
    await outbox.flush();
    const replayed = replaysOver(candidates, settled);
    if (replayed.length > 0) await this.#parts.letters.settleReplayed(replayed);
    this.#parts.metrics.loaded(rows, settled);
    this.#parts.onSettled(rows);
    return true;
  }

  /** Also for rows that were settled before a crash, since their copies may not have been sent. */
  #followUp({ rows, raws, replays, traces }: Candidates, settled: readonly RowEnd[], outbox: Outbox): void {
    const { feed } = this.#parts;
    for (let at = 0; at < settled.length; at++) {
      const outcome = settled[at]!;
      if (outcome.status === 'loaded') feed?.copy(rows[at]!, raws[at]!, outbox.copy);
      if (outcome.status === 'waits')
        outbox.parked(
          outcome.table,
          encodeParked(rows[at]!, raws[at]!, { replay: replays.get(at), trace: traces.get(at) }),
        );
      if (outcome.status !== 'rejected') continue;
      const event = refusedEvent(
        rows[at]!,
        raws[at]!,
        { replay: replays.get(at), trace: traces.get(at) },
        outcome,
      );
      const { source, contract, request_id, code } = event;
      const fields = { status: 'failed', source, contract, request_id, code };
      this.#limited.write('warn', 'rejected', fields, outcome.reason);
      outbox.unrecoverable(event);
    }
  }
}
