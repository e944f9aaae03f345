import { type Violation, firstInWords } from '../../model/violation.ts';
import type { FailedEvent, FixedEvent, HealingAttempt, UnrecoverableEvent } from '../../model/event.ts';
import type { BackgroundState } from './background.ts';
import type { RecordSpan, stopwatch } from '../../observe/otel/span.ts';
import type { StoredRule } from '../../model/rule.ts';

/** A failed event on its way through the healers. */
export interface Case {
  failed: FailedEvent;
  attempts: HealingAttempt[];
  /** An active rule is for this event, but its plan does not repair it. */
  failedRule?: string;
  /** Why a plan that works can't be right. */
  contradicted?: string;
  /** A rule for such events was disabled because it failed too often. */
  demotedRule?: StoredRule;
}

export type Outcome =
  | { kind: 'repaired'; event: FixedEvent }
  | { kind: 'dead_letter'; event: UnrecoverableEvent }
  | Exclude<BackgroundState, { kind: 'given_up' }>;

export function repaired(
  { failed }: Case,
  repair: Pick<FixedEvent, 'healer' | 'plan' | 'event'> & { rule_id?: string },
): Outcome {
  const { signature: _signature, violations: _violations, ...reception } = failed;
  return { kind: 'repaired', event: { ...reception, ...repair } };
}

/** The event with what is found wrong with it now. Written out, as a spread costs a microsecond and more. */
export const failedAs = (
  { request_id, received_at, source, headers, replay, trace, contract, version, raw }: FailedEvent,
  violations: FailedEvent['violations'],
  signature: string,
): FailedEvent => ({
  request_id,
  received_at,
  source,
  headers,
  replay,
  trace,
  contract,
  version,
  signature,
  violations,
  raw,
});

/** `why` completes the sentence that the first violation begins, and says what a person can do. */
export function deadLetter({ failed, attempts }: Case, code: string, why: string): Outcome {
  const { violations } = failed;
  const first = firstInWords(violations);
  const reason = first === undefined ? why : `${first}; ${withoutMissing(why, violations[0]!)}`;
  return {
    kind: 'dead_letter',
    event: Object.assign(failedAs(failed, violations, failed.signature), { reason, code, attempts }),
  };
}

/** The first violation has said that the field is missing. */
const withoutMissing = (why: string, { code, path }: Violation): string =>
  code === 'required' && why.startsWith(`${path} is missing, and `)
    ? why.slice(path.length + ' is missing, and '.length)
    : why;

/** What waits is healed later: its span is that of the try that settles it. */
export function traceOutcome(
  record: RecordSpan | undefined,
  outcome: Outcome,
  measured: ReturnType<typeof stopwatch>,
): void {
  if (outcome.kind !== 'repaired' && outcome.kind !== 'dead_letter') return;
  const { trace, request_id, source, contract } = outcome.event;
  if (record === undefined || trace === undefined) return;
  const span = { name: 'heal' as const, trace, ...measured() };
  const attributes = { request_id, source, contract, outcome: outcome.kind };
  if (outcome.kind === 'dead_letter') return record({ ...span, attributes, failure: outcome.event.code });
  const { healer, rule_id } = outcome.event;
  record({ ...span, attributes: { ...attributes, healer, rule_id } });
}
