import type { Incoming } from '../ingest/record.ts';
import type { FailedEvent, Reception } from '../model/event.ts';
import type { Row } from '../load/destination.ts';
import { limitLog } from '../support/log-limit.ts';
import type { Logger } from '../support/log.ts';
import type { RecentEvents } from '../repair/rules/recent-events.ts';
import type { Verdict } from '../validate/stage.ts';
import type { PipelineMetrics } from '../observe/metrics.ts';
import type { Outbox } from './outbox.ts';
import { byPerson, repairedByRule } from './repair-trail.ts';
import type { MakeRow } from '../load/row.ts';

/** Sends an event that can't be loaded to the healers or the dead letters, or returns its row. */
export type SettleVerdict = (verdict: Verdict, incoming: Incoming, outbox: Outbox) => Row | undefined;

interface Deps {
  makeRow: MakeRow;
  /** Is shown the valid events. */
  recent?: Pick<RecentEvents, 'see'> | undefined;
  metrics: PipelineMetrics;
  log: Logger;
}

type Kind<K extends Verdict['kind']> = Extract<Verdict, { kind: K }>;

export function createSettleVerdict(deps: Deps): SettleVerdict {
  const limited = limitLog(deps.log);
  return (verdict, incoming, outbox) => {
    switch (verdict.kind) {
      case 'valid':
        return rowOfValid(deps, verdict, incoming, outbox);
      case 'repaired':
        return rowOfRepaired(deps, verdict, incoming, outbox);
      case 'invalid':
        outbox.failed(failureOf(verdict, incoming));
        logFailure(limited, verdict, incoming.requestId);
        deps.metrics.settled(verdict.source, verdict.contract.name, 'invalid');
        return undefined;
      case 'unknown':
        outbox.unrecoverable(withoutContract(verdict, incoming));
        return undefined;
    }
  };
}

function receivedAs({ header, requestId: request_id }: Incoming, source: string): Reception {
  const { at: received_at, headers, replay, trace } = header;
  return { request_id, received_at, source, headers, replay, trace };
}

function rowOfValid(
  { makeRow, recent }: Deps,
  { contract, value, changed, source }: Kind<'valid'>,
  incoming: Incoming,
  outbox: Outbox,
): Row {
  const { header, requestId, text: raw } = incoming;
  recent?.see(contract, source, incoming.event);
  if (outbox.wants(contract)) outbox.valid(receivedAs(incoming, source), contract, value);
  return makeRow(contract, value, {
    requestId,
    round: header.replay?.round,
    receivedAt: header.at,
    source,
    headers: header.headers,
    repair: byPerson(header.replay, raw),
    // Numbers that only text can hold stand in the event as text, and as numbers in its own text.
    text: header.exact === true ? undefined : raw,
    isPlain: header.plain === true,
    changed,
  });
}

function rowOfRepaired(
  { makeRow }: Deps,
  verdict: Kind<'repaired'>,
  incoming: Incoming,
  outbox: Outbox,
): Row {
  const { contract, value, event, rule, source } = verdict;
  const { header, requestId, text: raw } = incoming;
  if (outbox.wants(contract)) outbox.valid(receivedAs(incoming, source), contract, value);
  outbox.fixedInChain(() => ({
    ...receivedAs(incoming, source),
    contract: contract.name,
    version: contract.version,
    healer: 'rule',
    rule_id: rule.id,
    plan: rule.plan,
    raw,
    event,
    chained: true,
  }));
  const { repair, text, isPlain, filled: changed, isApart, gone } = repairedByRule(incoming, verdict);
  return makeRow(contract, value, {
    requestId,
    round: header.replay?.round,
    receivedAt: header.at,
    source,
    headers: header.headers,
    repair,
    text,
    isPlain,
    changed,
    isApart,
    gone,
  });
}

/** Written out: to spread two objects into one costs more than to judge the event. */
function failureOf(
  { contract, violations, signature, source }: Kind<'invalid'>,
  { header, requestId, text }: Incoming,
): FailedEvent {
  return {
    request_id: requestId,
    received_at: header.at,
    source,
    headers: header.headers,
    replay: header.replay,
    trace: header.trace,
    contract: contract.name,
    version: contract.version,
    signature,
    violations,
    raw: text,
  };
}

function logFailure(
  log: ReturnType<typeof limitLog>,
  { source, contract, violations, signature }: Kind<'invalid'>,
  requestId: string,
): void {
  log.write(
    'info',
    'invalid',
    {
      status: 'failed',
      source,
      contract: contract.name,
      request_id: requestId,
      code: violations[0]?.code,
      path: violations[0]?.path,
      signature,
    },
    'event breaks its contract; handed to the healers',
  );
}

function withoutContract(
  { contract, version, violation, signature, source }: Kind<'unknown'>,
  incoming: Incoming,
) {
  return {
    ...receivedAs(incoming, source),
    contract,
    version,
    signature,
    violations: [violation],
    raw: incoming.text,
    reason: violation.message,
    code: violation.code,
    attempts: [],
  };
}
