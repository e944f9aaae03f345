import type { Incoming } from '../ingest/record.ts';
import type { Row } from '../load/destination.ts';
import { limitLog } from '../support/log-limit.ts';
import type { Logger } from '../support/log.ts';
import type { RecentEvents } from '../repair/rules/recent-events.ts';
import type { Verdict } from '../validate/stage.ts';
import type { PipelineMetrics } from '../observe/metrics.ts';
import type { Outbox } from './outbox.ts';
import { receptionOf } from './reception.ts';
import { byPerson, repairedByRule } from './repair-trail.ts';
import type { MakeRow } from './row-makers.ts';

/** Sends an event that can't be loaded on its way, or says which row it makes. */
export type SettleVerdict = (verdict: Verdict, incoming: Incoming, outbox: Outbox) => Row | undefined;

export function createSettleVerdict(deps: {
  makeRow: MakeRow;
  /** Is shown the valid events. */
  recent?: Pick<RecentEvents, 'see'> | undefined;
  metrics: PipelineMetrics;
  log: Logger;
}): SettleVerdict {
  const { makeRow, recent, metrics } = deps;
  const limited = limitLog(deps.log);

  return (verdict, incoming, outbox) => {
    const { header, requestId, text: raw } = incoming;
    const { source } = verdict;
    const { at: receivedAt, headers } = header;
    const round = header.replay?.round;
    const reception = () => receptionOf({ requestId, receivedAt, source, headers }, header.replay);
    switch (verdict.kind) {
      case 'valid': {
        const { contract, value, changed } = verdict;
        recent?.see(contract, verdict.source, incoming.event);
        if (outbox.wants(contract)) outbox.valid(reception(), contract, value);
        // Numbers that only text can hold stand in the event as text, and as numbers in its own text.
        const text = header.exact === true ? undefined : raw;
        const repair = byPerson(header.replay, raw);
        const isPlain = header.plain === true;
        return makeRow(contract, value, {
          requestId,
          round,
          receivedAt,
          source,
          headers,
          repair,
          text,
          isPlain,
          changed,
        });
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
        const facts = { requestId, round, receivedAt, source, headers, repair, text, isPlain, changed, gone };
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
  };
}
