import type { ContractRegistry } from '../contracts/registry.ts';
import { type Apart, nothingApart } from '../contracts/apart/judged-apart.ts';
import { type Incoming, type Received, parsedAnew } from '../ingest/record.ts';
import type { Row } from '../load/destination.ts';
import type { FixedEvent } from '../model/event.ts';
import type { PipelineMetrics } from '../observe/metrics.ts';
import { type RecordSpan, type SpanData, stopwatch } from '../observe/otel/span.ts';
import type { RecentEvents } from '../repair/rules/recent-events.ts';
import type { Logger } from '../support/log.ts';
import type { Validate, Verdict } from '../validate/stage.ts';
import type { Candidates } from './candidates.ts';
import type { Outbox } from './outbox.ts';
import { createParkedRows } from './parked-event.ts';
import { createRowMakers } from '../load/row.ts';
import { createSettleFixed } from './settle-fixed.ts';
import { createSettleVerdict } from './settle-verdict.ts';

/** Decides which row an event makes, or sends it to the healers or the dead letters. */
export interface Judge {
  /** `asksOthers`: it is to be judged by `together`. */
  incoming(incoming: Incoming, outbox: Outbox): Row | undefined | typeof asksOthers;
  /** Events whose contracts have code of their own; `null` for one for which the others are not to wait; see `Judge.together`. */
  together(
    events: readonly Received[],
    outbox: Outbox,
    options?: { isPatient: boolean },
  ): Promise<(Row | undefined | null)[]>;
  /** An event whose contract may hang: nothing else waits for it. */
  slow(event: Received, outbox: Outbox): Promise<Row | undefined>;
  fixed(fixed: FixedEvent, outbox: Outbox): Promise<Row | undefined>;
  parked(body: Uint8Array, candidates: Candidates, outbox: Outbox): Promise<void>;
}

export const asksOthers = Symbol('asks others');

export function createJudge(deps: {
  contracts: ContractRegistry;
  validate: Validate;
  apart?: Apart;
  /** Is shown the valid events. */
  recent?: Pick<RecentEvents, 'see'>;
  metrics: PipelineMetrics;
  /** Undefined while traces are not exported. */
  recordSpan?: RecordSpan | undefined;
  log: Logger;
}): Judge {
  const { contracts, apart = nothingApart } = deps;
  const makeRow = createRowMakers();
  const settleVerdict = createSettleVerdict({ ...deps, makeRow });
  const validate = ({ header, requestId, event, text }: Incoming) => {
    const { at: receivedAt, source, headers, notAt, trace, replay } = header;
    const facts = { requestId, receivedAt, source, headers, notAt };
    const again = replay && (replay.original === text ? 'as received' : 'edited');
    if (trace === undefined) return deps.validate(event, facts, again);
    const measured = stopwatch();
    const verdict = deps.validate(event, facts, again);
    deps.recordSpan?.({ name: 'validate', trace, ...measured(), ...toldOf(verdict, requestId) });
    return verdict;
  };
  const settleFixed = createSettleFixed(contracts, makeRow);
  const parkedRows = createParkedRows(contracts);
  const judgeAnew = (event: Received) => () => {
    // Anew each time: validation fills in fields.
    const incoming = parsedAnew(event);
    return { incoming, verdict: validate(incoming) };
  };
  return {
    incoming(incoming, outbox) {
      const verdict = apart.atOnce(() => validate(incoming));
      return verdict === undefined ? asksOthers : settleVerdict(verdict.value, incoming, outbox);
    },
    async together(events, outbox, options) {
      const judged = await apart.together(events.map(judgeAnew), options);
      return judged.map((done) =>
        done === undefined ? null : settleVerdict(done.value.verdict, done.value.incoming, outbox),
      );
    },
    async slow(event, outbox) {
      const { incoming, verdict } = await apart.inTurn(judgeAnew(event));
      return settleVerdict(verdict, incoming, outbox);
    },
    fixed: (fixed, outbox) => apart.inTurn(() => settleFixed(fixed, outbox)),
    parked: (body, candidates, outbox) => apart.inTurn(() => parkedRows(body, candidates, outbox)),
  };
}

function toldOf(verdict: Verdict, request_id: string): Pick<SpanData, 'attributes' | 'failure'> {
  const { kind: outcome, source, contract } = verdict;
  const name = typeof contract === 'string' ? contract : contract.name;
  const attributes = { request_id, source, contract: name, outcome };
  switch (verdict.kind) {
    case 'valid':
      return { attributes };
    case 'repaired':
      return { attributes: { ...attributes, rule_id: verdict.rule.id } };
    case 'invalid': {
      const { code = 'invalid', path } = verdict.violations[0] ?? {};
      return { attributes: { ...attributes, path, signature: verdict.signature }, failure: code };
    }
    case 'unknown':
      return { attributes, failure: verdict.violation.code };
  }
}
