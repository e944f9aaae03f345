import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ContractRegistry } from '../contracts/registry.ts';
import { isStaleReplay } from '../dead-letter/dead-letter.ts';
import { type DeadLetterStore, healingKey } from '../dead-letter/store.ts';
import type { Delivery, Engine, Position } from '../engine/engine.ts';
import type { FixedEvent } from '../event.ts';
import { forEachEvent, headerOf } from '../ingest/record.ts';
import { requestIdsFrom } from '../ingest/request-id.ts';
import type { CopyFeed } from '../load/copies/feed.ts';
import type { RowOutcome } from '../load/destination.ts';
import type { LoadStage } from '../load/stage.ts';
import { limitLog } from '../log-limit.ts';
import type { Logger } from '../log.ts';
import { createPatience } from '../patience.ts';
import type { RecentEvents } from '../repair/recent-events.ts';
import type { Validate } from '../validate/stage.ts';
import { type Candidates, addCandidate, noCandidates, parkedMessages } from './candidates.ts';
import { type Committed, lastPositions, notCommitted } from './committed.ts';
import { createInOrder } from './in-order.ts';
import type { PipelineMetrics } from './metrics.ts';
import { type OneWay, mostUnderWay } from './one-way.ts';
import { Outbox } from './outbox.ts';
import { createParkedRows } from './parked-event.ts';
import type { Parking } from './parking.ts';
import { refusedEvent } from './refused-row.ts';
import { createRowMakers } from './row-makers.ts';
import { createSettleFixed } from './settle-fixed.ts';
import { createSettleVerdict } from './settle-verdict.ts';

/** Milliseconds of validation between two looks at what else waits, above all the load of the batch before. */
const turnMs = 2;

export interface Chain {
  /** Batches of `raw_event` and `replay_event`: validate, apply known rules, load. */
  fromIngest(batch: readonly Delivery[]): Promise<void>;
  /** Batches of `schema_fixed`: what the healers repaired is validated again and loaded. */
  fromHealers(batch: readonly Delivery[]): Promise<void>;
  /** Batches of `parked_event`: loaded as soon as the main destination is back. */
  fromParked(batch: readonly Delivery[]): Promise<void>;
  /** Gives up waiting for a queue that is full. */
  stop(): void;
}

/**
 * The hot path: validator and loader chained over one batch, so that a clean event is handed over in memory and
 * touches the disk twice, in the queue and in the destination. Whatever is not loaded is durable elsewhere before
 * the batch's position commits with its rows; so a position that is committed needs nothing done again.
 */
export function createChain(deps: {
  engine: Engine;
  contracts: ContractRegistry;
  validate: Validate;
  loading: LoadStage;
  letters: DeadLetterStore;
  committed: Committed;
  /** Undefined where several workers share the queues. */
  oneWay?: OneWay | undefined;
  /** Is shown the valid events. */
  recent?: Pick<RecentEvents, 'see'>;
  /** For the further destinations; undefined when there are none. */
  copies?: CopyFeed | undefined;
  /** Spares the further destinations the wait for the main one; undefined when there are none. */
  parking?: Parking | undefined;
  /** Topics that some step consumes. */
  subscribed: ReadonlySet<string>;
  metrics: PipelineMetrics;
  log: Logger;
}): Chain {
  const { engine, contracts, validate, loading, letters, recent, copies, parking, subscribed, metrics, log } =
    deps;
  const { oneWay } = deps;
  // Where workers share a topic, positions say nothing: the destination knows what it has by request id and key.
  const committed = engine.ordered ? deps.committed : undefined;
  const limited = limitLog(log);
  const inOrder = createInOrder();
  const patience = createPatience(log);
  const parkedRows = createParkedRows(contracts, letters);
  const makeRow = createRowMakers();
  const settleVerdict = createSettleVerdict({ makeRow, recent, metrics, log });
  const settleFixed = createSettleFixed(contracts, makeRow);
  const none: ReadonlySet<string> = new Set();
  /** From here on no event of the queue can be with the healers, too. */
  let onlyNew = false;
  let looked = 0;

  async function fromIngest(batch: readonly Delivery[]): Promise<void> {
    const fresh = notCommitted(batch, committed);
    if (fresh.length === 0) return;
    const { candidates } = await inOrder(
      async () => validateAll(fresh, await lettersAmong(fresh)),
      // In place until it works: a batch behind this one must not load, and move the position, before it does.
      ({ outbox }) =>
        patience.until(() => outbox.flush(), {
          failed: 'the queue does not take what is to be healed; the batch waits',
          recovered: 'the queue takes what is to be healed again',
          fields: { messages: fresh.length },
        }),
    );
    await load(candidates, fresh);
  }

  /** Events that failed before a crash and became dead letters meanwhile, or are about to. */
  async function lettersAmong(batch: readonly Delivery[]): Promise<ReadonlySet<string>> {
    if (oneWay === undefined || onlyNew) return none;
    const headers = batch.map(({ body }) => headerOf(body)).filter(({ replay }) => replay === undefined);
    const concerned = headers.filter(({ at }) => oneWay.isConcerned(at));
    const ids = concerned.flatMap(({ id, n }) => {
      const idAt = requestIdsFrom(id);
      return Array.from({ length: n }, (_, index) => idAt(index));
    });
    looked += ids.length;
    // The queue is in order: what follows was received since the start, or lay behind all that was under way at its end.
    onlyNew = (headers.length > 0 && concerned.length === 0) || looked >= mostUnderWay;
    if (ids.length === 0) return none;
    const mine = await oneWay.claim(ids);
    return new Set(ids.filter((id) => !mine.has(id)));
  }

  async function validateAll(
    batch: readonly Delivery[],
    gone: ReadonlySet<string>,
  ): Promise<{ candidates: Candidates; outbox: Outbox }> {
    const outbox = new Outbox(engine, subscribed);
    const candidates = noCandidates();
    let since = performance.now();
    for (const { body } of batch) {
      forEachEvent(body, (incoming) => {
        const { header, requestId, event, text } = incoming;
        if (gone.size > 0 && gone.has(requestId)) return;
        const verdict = validate(event, { requestId, receivedAt: header.at, source: header.source });
        const row = settleVerdict(verdict, incoming, outbox);
        if (row === undefined) {
          oneWay?.release(requestId);
          return;
        }
        copies?.copy(row, text, outbox.copy);
        if (parking?.isParking() !== true) loading.makeReady(row);
        addCandidate(candidates, row, text, header.replay);
      });
      if (performance.now() - since < turnMs) continue;
      await nextTurn();
      since = performance.now();
    }
    return { candidates, outbox };
  }

  async function fromHealers(batch: readonly Delivery[]): Promise<void> {
    const fresh = notCommitted(batch, committed);
    const outbox = new Outbox(engine, subscribed);
    const candidates = noCandidates();
    for (const { body } of fresh) {
      const fixed = JSON.parse(Buffer.from(body).toString()) as FixedEvent;
      if (fixed.chained === true || (await isLetter(fixed))) continue;
      const row = settleFixed(fixed, outbox);
      if (row === undefined) {
        oneWay?.release(fixed.request_id);
        continue;
      }
      copies?.copy(row, fixed.raw, outbox.copy);
      addCandidate(candidates, row, fixed.raw, fixed.replay);
    }
    await outbox.flush();
    await load(candidates, fresh);
    const settled = candidates.rows.map(({ requestId }) => ({ delete: healingKey(requestId) }));
    if (settled.length > 0) await engine.state.write(settled);
  }

  /** A late copy of an event that has become a dead letter by another one. */
  async function isLetter({ request_id: id, received_at: at, replay }: FixedEvent): Promise<boolean> {
    if (replay !== undefined) return isStaleReplay(await letters.get(id), replay);
    return oneWay?.isConcerned(at) === true && !(await oneWay.claim([id])).has(id);
  }

  async function fromParked(batch: readonly Delivery[]): Promise<void> {
    const outbox = new Outbox(engine, subscribed);
    const candidates = noCandidates();
    for (const { row, raw, replay } of await parkedRows(batch, outbox)) {
      loading.makeReady(row);
      addCandidate(candidates, row, raw, replay);
    }
    await outbox.flush();
    metrics.loaded(candidates.rows, await loadInPlace(candidates, []));
  }

  /** Resolves when the rows are in the destination, or parked. */
  async function load(candidates: Candidates, batch: readonly Delivery[]): Promise<void> {
    const positions = committed === undefined ? [] : lastPositions(batch);
    const inPlace = () => loadInPlace(candidates, positions);
    const outcomes =
      parking === undefined
        ? await inPlace()
        : await parking.load(inPlace, () => parkedMessages(candidates), candidates.rows.length);
    for (const { partition, offset } of positions) committed?.set(partition, offset);
    if (outcomes !== 'parked') metrics.loaded(candidates.rows, outcomes);
  }

  const loadInPlace = (candidates: Candidates, positions: readonly Position[]): Promise<RowOutcome[]> =>
    loading.load(candidates.rows, positions, (outcomes) => keepWhatIsNotLoaded(candidates, outcomes));

  /** Runs before the commit: after it, nothing of the batch would be delivered again. */
  async function keepWhatIsNotLoaded(
    { rows, raws, replays }: Candidates,
    outcomes: readonly RowOutcome[],
  ): Promise<void> {
    const outbox = new Outbox(engine, subscribed);
    const replayed: string[] = [];
    for (let at = 0; at < outcomes.length; at++) {
      const outcome = outcomes[at]!;
      const replay = replays.get(at);
      if (outcome.status === 'rejected') {
        const event = refusedEvent(rows[at]!, raws[at]!, replay, outcome);
        const { source, contract, request_id, code } = event;
        limited.write(
          'warn',
          'rejected',
          { status: 'failed', source, contract, request_id, code },
          outcome.reason,
        );
        oneWay?.release(request_id);
        outbox.unrecoverable(event);
      } else if (replay !== undefined) replayed.push(rows[at]!.requestId);
    }
    await outbox.flush();
    if (replayed.length > 0) await letters.settleReplayed(replayed);
  }

  return { fromIngest, fromHealers, fromParked, stop: () => patience.stop() };
}
