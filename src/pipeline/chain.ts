import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Contract } from '../contracts/contract.ts';
import type { ContractRegistry } from '../contracts/registry.ts';
import { type DeadLetterStore, healingKey } from '../dead-letter/store.ts';
import type { Delivery, Engine, Message, Position } from '../engine/engine.ts';
import type { FixedEvent, Reception, ReplayTrail } from '../event.ts';
import { type Incoming, forEachEvent } from '../ingest/record.ts';
import type { JsonObject } from '../json.ts';
import type { CopyFeed } from '../load/copies/feed.ts';
import type { RepairTrail, Row, RowOutcome } from '../load/destination.ts';
import { type RowFacts, createRowMaker } from '../load/row.ts';
import type { LoadStage } from '../load/stage.ts';
import { limitLog } from '../log-limit.ts';
import type { Logger } from '../log.ts';
import { createPatience } from '../patience.ts';
import type { RecentEvents } from '../repair/recent-events.ts';
import { errorSignature } from '../validate/signature.ts';
import type { Validate, Verdict } from '../validate/stage.ts';
import { createInOrder } from './in-order.ts';
import { Outbox } from './outbox.ts';
import { type ParkedEvent, createParkedRows, encodeParked } from './parked-event.ts';
import type { Parking } from './parking.ts';
import type { PipelineMetrics } from './metrics.ts';
import { byPerson, repairedByRule } from './repair-trail.ts';

/** Milliseconds of validation between two looks at what else waits, above all the load of the batch before. */
const turnMs = 2;

/** The last offset of each partition that is in the destination; see `Destination.positions`. */
type Committed = Map<string, number>;

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

/** What becomes rows if the destination takes it. Lists side by side: an object more for each event costs the collector. */
interface Candidates {
  rows: Row[];
  /** The events as they were received, JSON text. */
  raws: string[];
  /** By a row's number; few have one. */
  replays: Map<number, ReplayTrail>;
}

function addCandidate(
  { rows, raws, replays }: Candidates,
  row: Row,
  raw: string,
  replay?: ReplayTrail,
): void {
  if (replay !== undefined) replays.set(rows.length, replay);
  rows.push(row);
  raws.push(raw);
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
  // Where workers share a topic, positions say nothing: the destination knows what it has by request id and key.
  const committed = engine.ordered ? deps.committed : undefined;
  const limited = limitLog(log);
  const inOrder = createInOrder();
  const patience = createPatience(log);
  const parkedRows = createParkedRows(contracts, letters);
  const rowMakers = new Map<Contract, ReturnType<typeof createRowMaker>>();

  function makeRow(contract: Contract, value: JsonObject, facts: RowFacts): Row {
    let make = rowMakers.get(contract);
    if (make === undefined) rowMakers.set(contract, (make = createRowMaker(contract)));
    return make(value, facts);
  }

  async function fromIngest(batch: readonly Delivery[]): Promise<void> {
    const fresh = notCommitted(batch, committed);
    if (fresh.length === 0) return;
    const { candidates } = await inOrder(
      () => validateAll(fresh),
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

  async function validateAll(
    batch: readonly Delivery[],
  ): Promise<{ candidates: Candidates; outbox: Outbox }> {
    const outbox = new Outbox(engine, subscribed);
    const candidates: Candidates = { rows: [], raws: [], replays: new Map() };
    let since = performance.now();
    for (const { body } of batch) {
      forEachEvent(body, (incoming) => {
        const { header, requestId, event, text } = incoming;
        const verdict = validate(event, { requestId, receivedAt: header.at, source: header.source });
        const row = settle(verdict, incoming, outbox);
        if (row === undefined) return;
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

  /** Sends an event that can't be loaded on its way, or says which row it makes. */
  function settle(verdict: Verdict, incoming: Incoming, outbox: Outbox): Row | undefined {
    const { header, requestId, text: raw } = incoming;
    const { source } = verdict;
    const receivedAt = header.at;
    const reception = () => receptionOf({ requestId, receivedAt, source }, header.replay);
    switch (verdict.kind) {
      case 'valid': {
        const { contract, value, changed } = verdict;
        recent?.see(contract, verdict.source, incoming.event);
        if (outbox.wants(contract)) outbox.valid(reception(), contract, value);
        // Numbers that only text can hold stand in the event as text, and as numbers in its own text.
        const text = header.exact === true ? undefined : raw;
        const repair = byPerson(header.replay, raw);
        const isPlain = header.plain === true;
        return makeRow(contract, value, { requestId, receivedAt, source, repair, text, isPlain, changed });
      }
      case 'repaired': {
        const { contract, value, event, rule } = verdict;
        if (outbox.wants(contract)) outbox.valid(reception(), contract, value);
        outbox.fixedInChain(() => ({
          ...reception(),
          contract: contract.name,
          version: contract.version,
          healer: 'rule',
          rule_id: rule.id,
          plan: rule.plan,
          raw,
          event,
          chained: true,
        }));
        const { repair, text, isPlain, filled: changed, gone } = repairedByRule(incoming, verdict);
        const facts = { requestId, receivedAt, source, repair, text, isPlain, changed, gone };
        return makeRow(contract, value, facts);
      }
      case 'invalid': {
        const { contract, violations, signature } = verdict;
        const failed = { contract: contract.name, version: contract.version, signature, violations };
        outbox.failed({ ...reception(), ...failed, raw });
        const code = violations[0]?.code;
        limited.write(
          'info',
          'invalid',
          {
            status: 'failed',
            source,
            contract: contract.name,
            request_id: requestId,
            code,
            path: violations[0]?.path,
            signature,
          },
          'event breaks its contract; handed to the healers',
        );
        metrics.settled(source, contract.name, 'invalid');
        return undefined;
      }
      case 'unknown': {
        const { contract, version, violation, signature } = verdict;
        outbox.unrecoverable({
          ...reception(),
          contract,
          version,
          signature,
          violations: [violation],
          raw,
          reason: violation.message,
          code: violation.code,
          attempts: [],
        });
        return undefined;
      }
    }
  }

  async function fromHealers(batch: readonly Delivery[]): Promise<void> {
    const fresh = notCommitted(batch, committed);
    const outbox = new Outbox(engine, subscribed);
    const candidates: Candidates = { rows: [], raws: [], replays: new Map() };
    for (const { body } of fresh) {
      const fixed = JSON.parse(Buffer.from(body).toString()) as FixedEvent;
      if (fixed.chained === true) continue;
      const contract = contracts.get(fixed.contract, fixed.version);
      const validation = contract?.validate(fixed.event);
      if (contract === undefined || validation?.ok !== true) {
        // The contract changed since the repair: the event takes the way of any failed one again.
        const violations = validation?.ok === false ? validation.violations : [];
        const { contract: name, version, source } = fixed;
        const event = JSON.parse(fixed.raw) as JsonObject;
        const jsonSchema = contract?.jsonSchema ?? {};
        const signature = errorSignature({ contract: name, version, source, violations, event, jsonSchema });
        const { request_id, received_at, raw, replay } = fixed;
        outbox.failed({
          request_id,
          received_at,
          source,
          contract: name,
          version,
          signature,
          violations,
          raw,
          ...(replay && { replay }),
        });
        continue;
      }
      const result = JSON.stringify(fixed.event);
      const repair: RepairTrail = {
        healer: fixed.healer,
        ruleId: fixed.rule_id,
        original: fixed.replay?.original ?? fixed.raw,
        plan: JSON.stringify(fixed.plan),
        result,
      };
      const { request_id: requestId, received_at: receivedAt, source } = fixed;
      const { value, changed } = validation;
      if (outbox.wants(contract)) outbox.valid(fixed, contract, value);
      const facts = { requestId, receivedAt, source, repair, text: result, changed };
      const row = makeRow(contract, value, facts);
      copies?.copy(row, fixed.raw, outbox.copy);
      addCandidate(candidates, row, fixed.raw, fixed.replay);
    }
    await outbox.flush();
    await load(candidates, fresh);
    const settled = candidates.rows.map(({ requestId }) => ({ delete: healingKey(requestId) }));
    if (settled.length > 0) await engine.state.write(settled);
  }

  async function fromParked(batch: readonly Delivery[]): Promise<void> {
    const outbox = new Outbox(engine, subscribed);
    const candidates: Candidates = { rows: [], raws: [], replays: new Map() };
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
      if (outcome.status === 'rejected')
        outbox.unrecoverable(rejected(rows[at]!, raws[at]!, replay, outcome));
      else if (replay !== undefined) replayed.push(rows[at]!.requestId);
    }
    await outbox.flush();
    if (replayed.length > 0) await letters.settleReplayed(replayed);
  }

  function rejected(
    row: Row,
    raw: string,
    replay: ReplayTrail | undefined,
    outcome: RowOutcome & { status: 'rejected' },
  ) {
    const { contract, contractVersion: version, source } = row;
    const violations = [
      {
        path: outcome.column === undefined ? '' : `/${outcome.column}`,
        code: 'rejected_by_destination' as const,
        message: `the destination refused the row: ${outcome.reason}`,
        expected: 'a value that fits the column',
        found: 'string' as const,
      },
    ];
    const signature = errorSignature({ contract, version, source, violations, event: {}, jsonSchema: {} });
    limited.write(
      'warn',
      'rejected',
      { status: 'failed', source, contract, request_id: row.requestId, code: 'rejected_by_destination' },
      outcome.reason,
    );
    return {
      ...receptionOf(row, replay),
      contract,
      version,
      signature,
      violations,
      raw,
      reason: violations[0]!.message,
      code: 'rejected_by_destination',
      attempts: [],
    };
  }

  return { fromIngest, fromHealers, fromParked, stop: () => patience.stop() };
}

const parkedMessages = ({ rows, raws, replays }: Candidates): Message[] =>
  rows.map((row, at): Message => {
    const event: ParkedEvent = { row, raw: raws[at]!, replay: replays.get(at) };
    return { body: encodeParked(event) };
  });

function receptionOf(
  { requestId, receivedAt, source }: Pick<Row, 'requestId' | 'receivedAt' | 'source'>,
  replay: ReplayTrail | undefined,
): Reception {
  const reception = { request_id: requestId, received_at: receivedAt, source };
  return replay === undefined ? reception : { ...reception, replay };
}

function notCommitted(batch: readonly Delivery[], committed: Committed | undefined): readonly Delivery[] {
  if (committed === undefined) return batch;
  const isFresh = ({ position }: Delivery) => position.offset > (committed.get(position.partition) ?? -1);
  return batch.every(isFresh) ? batch : batch.filter(isFresh);
}

function lastPositions(batch: readonly Delivery[]): Position[] {
  const last = new Map<string, number>();
  for (const { position } of batch)
    last.set(position.partition, Math.max(position.offset, last.get(position.partition) ?? -1));
  return [...last].map(([partition, offset]) => ({ partition, offset }));
}
