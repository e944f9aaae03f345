import { parseJson } from '../model/exact-json.ts';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ContractRegistry } from '../contracts/registry.ts';
import { type DeadLetterStore, healingKey } from '../dead-letter/store.ts';
import type { Delivery, Engine, Position } from '../engine/engine.ts';
import { SentinelError } from '../model/errors.ts';
import type { FixedEvent } from '../model/event.ts';
import { forEachEvent } from '../ingest/record.ts';
import type { CopyFeed } from '../load/replicas/feed.ts';
import type { RowOutcome } from '../load/destination.ts';
import type { LoadStage } from '../load/stage.ts';
import { limitLog } from '../support/log-limit.ts';
import type { Logger } from '../support/log.ts';
import { createPatience } from '../support/patience.ts';
import type { RecentEvents } from '../repair/rules/recent-events.ts';
import type { Validate } from '../validate/stage.ts';
import {
  type Candidates,
  addCandidate,
  copiesOf,
  dropCandidates,
  noCandidates,
  parkedMessages,
} from './candidates.ts';
import { type Committed, lastPositions, notCommitted } from './committed.ts';
import { createInOrder } from '../support/in-order.ts';
import type { PipelineMetrics } from '../observe/metrics.ts';
import { type Claim, type Copy, type OneWay, noClaim } from './one-way.ts';
import { Outbox } from './outbox.ts';
import { createParkedRows } from './parked-event.ts';
import type { Parking } from './parking.ts';
import { refusedEvent } from './refused-row.ts';
import { createRowMakers } from './row-makers.ts';
import { copiesIn, createSecondDeliveries } from './second-deliveries.ts';
import { createSettleFixed } from './settle-fixed.ts';
import { createSettleVerdict } from './settle-verdict.ts';

/** Milliseconds of validation between two looks at what else waits, above all the load of the batch before. */
const turnMs = 2;

export interface Chain {
  /** Batches of `raw_event`: validate, apply known rules, load. */
  fromIngest(batch: readonly Delivery[]): Promise<void>;
  /** Batches of `replay_event`: the same, without late copies of a replay whose letter has gone on since. */
  fromReplay(batch: readonly Delivery[]): Promise<void>;
  /** Batches of `schema_fixed`: what the healers repaired is validated again and loaded. */
  fromHealers(batch: readonly Delivery[]): Promise<void>;
  /** Batches of `parked_event`: loaded as soon as the main destination is back. */
  fromParked(batch: readonly Delivery[]): Promise<void>;
  /** Gives up waiting for a queue that is full. */
  stop(): void;
}

/** What a load has to mind. */
interface Terms {
  claim: Claim;
  /** `Engine.standstills` when the handling of the batch began. */
  since: number | undefined;
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
  oneWay: Pick<OneWay, 'claim'>;
  /** Milliseconds since 1970. */
  startedAt: number;
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
  const { oneWay, startedAt } = deps;
  // Where workers share a topic, positions say nothing: the destination knows what it has by request id and key.
  const committed = engine.ordered ? deps.committed : undefined;
  const limited = limitLog(log);
  const inOrder = createInOrder();
  const patience = createPatience(log);
  const parkedRows = createParkedRows(contracts, oneWay);
  const makeRow = createRowMakers();
  const settleVerdict = createSettleVerdict({ makeRow, recent, metrics, log });
  const settleFixed = createSettleFixed(contracts, makeRow);
  const secondDeliveries = createSecondDeliveries({ ordered: engine.ordered, startedAt });

  async function fromQueue(
    batch: readonly Delivery[],
    copiesAmong: (batch: readonly Delivery[]) => Copy[],
  ): Promise<void> {
    const since = engine.standstills?.();
    const fresh = notCommitted(batch, committed);
    if (fresh.length === 0) return;
    const { candidates, claim } = await inOrder(
      async () => validateAll(fresh, await claimed(copiesAmong(fresh))),
      // In place until it works: a batch behind this one must not load, and move the position, before it does.
      ({ outbox }) =>
        patience.until(() => outbox.flush(), {
          failed: 'the queue does not take what is to be healed; the batch waits',
          recovered: 'the queue takes what is to be healed again',
          fields: { messages: fresh.length },
        }),
    );
    await load(candidates, { claim, since }, fresh);
  }

  /** In place, too: one batch that failed here would fail all behind it. */
  const claimed = async (copies: readonly Copy[]): Promise<Claim> =>
    copies.length === 0 && engine.ordered
      ? noClaim
      : patience.until(() => oneWay.claim(copies), {
          failed: 'dead letters can not be read; the batch waits',
          recovered: 'dead letters can be read again',
          fields: { events: copies.length },
        });

  async function validateAll(
    batch: readonly Delivery[],
    claim: Claim,
  ): Promise<{ candidates: Candidates; outbox: Outbox; claim: Claim }> {
    const outbox = new Outbox(engine, subscribed);
    const candidates = noCandidates();
    let since = performance.now();
    for (const { body } of batch) {
      forEachEvent(body, (incoming) => {
        const { header, requestId, event, text } = incoming;
        if (claim.refuses(requestId, header.replay)) return;
        const { at: receivedAt, source, headers } = header;
        const verdict = validate(event, { requestId, receivedAt, source, headers });
        const row = settleVerdict(verdict, incoming, outbox);
        if (row === undefined) {
          claim.letGo(requestId, header.replay);
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
    return { candidates, outbox, claim };
  }

  async function fromHealers(batch: readonly Delivery[]): Promise<void> {
    const since = engine.standstills?.();
    const fresh = notCommitted(batch, committed);
    const outbox = new Outbox(engine, subscribed);
    const candidates = noCandidates();
    const all = fresh.map(({ body }) => parseJson(Buffer.from(body).toString()) as unknown as FixedEvent);
    const events = all.filter(({ chained }) => chained !== true);
    const claim = await claimed(
      events.map(({ request_id: requestId, received_at: receivedAt, replay }) => ({
        requestId,
        receivedAt,
        replay,
      })),
    );
    const settled: string[] = [];
    for (const fixed of events) {
      const { request_id, replay } = fixed;
      const row = claim.refuses(request_id, replay) ? 'refused' : settleFixed(fixed, outbox);
      if (row === undefined) {
        claim.letGo(request_id, replay);
        continue;
      }
      settled.push(request_id);
      if (row === 'refused') continue;
      copies?.copy(row, fixed.raw, outbox.copy);
      addCandidate(candidates, row, fixed.raw, replay);
    }
    await send(outbox, claim);
    await load(candidates, { claim, since }, fresh);
    if (settled.length > 0)
      await engine.state.write(settled.map((requestId) => ({ delete: healingKey(requestId) })));
  }

  async function fromParked(batch: readonly Delivery[]): Promise<void> {
    const since = engine.standstills?.();
    const outbox = new Outbox(engine, subscribed);
    const candidates = noCandidates();
    const { events, claim } = await parkedRows(batch, outbox);
    for (const { row, raw, replay } of events) {
      loading.makeReady(row);
      addCandidate(candidates, row, raw, replay);
    }
    await send(outbox, claim);
    metrics.loaded(candidates.rows, await loadInPlace(candidates, { claim, since }, []));
  }

  /** What can't be sent lets go of its claim: the batch comes again, and claims anew. */
  async function send(outbox: Outbox, claim: Claim): Promise<void> {
    try {
      await outbox.flush();
    } catch (error) {
      claim.end();
      throw error;
    }
  }

  /** Resolves when the rows are in the destination, or parked. */
  async function load(candidates: Candidates, terms: Terms, batch: readonly Delivery[]): Promise<void> {
    const positions = committed === undefined ? [] : lastPositions(batch);
    let begun = false;
    const inPlace = () => {
      begun = true;
      return loadInPlace(candidates, terms, positions);
    };
    const outcomes =
      parking === undefined
        ? await inPlace()
        : await parking.load(inPlace, () => parkedMessages(candidates), candidates.rows.length);
    // A load that was given up goes on, and has its claim until it ends.
    if (!begun) terms.claim.end();
    for (const { partition, offset } of positions) committed?.set(partition, offset);
    if (outcomes !== 'parked') metrics.loaded(candidates.rows, outcomes);
  }

  async function loadInPlace(
    candidates: Candidates,
    { claim, since }: Terms,
    positions: readonly Position[],
  ): Promise<RowOutcome[]> {
    let seen = since;
    const dropSettled = createDropSettled(candidates, claim);
    const atTurn = async (): Promise<void> => {
      if (engine.standstills?.() !== seen) {
        seen = engine.standstills?.();
        await claim.add(copiesOf(candidates));
      }
      if (!claim.isEmpty) await dropSettled();
    };
    const beforeCommit = async (outcomes: readonly RowOutcome[]): Promise<void> => {
      await keepWhatIsNotLoaded(candidates, claim, outcomes);
      if (engine.standstills?.() !== seen)
        throw new SentinelError(
          'engine_unavailable',
          'this worker stood still, or NATS was away; others may have been given the events meanwhile',
        );
    };
    try {
      const outcomes = await loading.load(
        candidates.rows,
        positions,
        beforeCommit,
        engine.ordered && claim.isEmpty ? undefined : atTurn,
      );
      // In place until it works: a batch that came again would find the letters, and leave it at that.
      if (!claim.isEmpty)
        await patience.until(() => claim.loaded(), {
          failed: 'whether loaded events have become dead letters elsewhere can not be seen; the batch waits',
          recovered: 'whether loaded events have become dead letters elsewhere can be seen again',
          fields: { rows: candidates.rows.length },
        });
      return outcomes;
    } finally {
      claim.end();
    }
  }

  /** While the batch waited for its turn, or before, other copies may have been loaded, and a rollback made letters of them. */
  function createDropSettled(candidates: Candidates, claim: Claim): () => Promise<void> {
    const { rows, replays } = candidates;
    /** Also by tries that failed. */
    const settled = { givenUp: new Set<string>(), duplicates: new Set<string>() };
    return async () => {
      const found = await claim.lookAgain();
      for (const id of found.givenUp) settled.givenUp.add(id);
      for (const id of found.duplicates) settled.duplicates.add(id);
      const replayed: string[] = [];
      const dropped = new Set<number>();
      const outbox = new Outbox(engine, subscribed);
      for (const [at, { requestId: request_id, contract, source }] of rows.entries()) {
        if (!claim.refuses(request_id, replays.get(at))) continue;
        dropped.add(at);
        if (settled.duplicates.has(request_id) && replays.has(at)) replayed.push(request_id);
        if (settled.givenUp.has(request_id)) copies?.retract({ request_id, contract, source }, outbox.copy);
      }
      if (dropped.size === 0) return;
      await outbox.flush();
      if (replayed.length > 0) await letters.settleReplayed(replayed);
      dropCandidates(candidates, dropped);
    };
  }

  /** Runs before the commit: after it, nothing of the batch would be delivered again. */
  async function keepWhatIsNotLoaded(
    { rows, raws, replays }: Candidates,
    claim: Claim,
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
        claim.letGo(request_id, replay);
        outbox.unrecoverable(event);
      } else if (replay !== undefined) replayed.push(rows[at]!.requestId);
    }
    await outbox.flush();
    if (replayed.length > 0) await letters.settleReplayed(replayed);
  }

  return {
    fromIngest: (batch) => fromQueue(batch, secondDeliveries),
    fromReplay: (batch) => fromQueue(batch, copiesIn),
    fromHealers,
    fromParked,
    stop: () => patience.stop(),
  };
}
