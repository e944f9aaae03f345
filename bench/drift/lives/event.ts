import type { JsonObject } from '../../../src/model/json.ts';
import { tryPlan } from '../../../src/repair/plans/trial.ts';
import { type DriftCase, byHand, failureOf, isExact } from '../cases.ts';
import type { Subject } from '../corpus/subject.ts';
import type { Drift, Expected } from '../drift.ts';

/** One event of a sender, and what is known of it. */
export interface LifeEvent {
  /** What is new about it: the kind it is counted under. */
  what: string;
  sent: JsonObject;
  /** What the sender means; of a `refuse` nobody can tell. */
  meant: JsonObject;
  expected: Expected;
}

/** A sender after its drift: what it sends, one event after the other. */
export interface Life {
  id: string;
  subject: Subject;
  events: LifeEvent[];
}

/** An event that a drift was made to; undefined where it does not break its contract. */
export function drifted(
  what: string,
  { subject, id }: DriftCase,
  meant: JsonObject,
  drift: Pick<Drift, 'apply' | 'inverse'>,
): LifeEvent | undefined {
  const sent = drift.apply(meant);
  const failure = sent === undefined ? undefined : failureOf(sent, subject, id);
  if (sent === undefined || failure === undefined || !subject.contract.validate(meant).ok) return undefined;
  // What the known inverse does not restore may be restored in another way, but nobody has shown that it can be.
  const tried = tryPlan(failure, { operations: drift.inverse }, byHand);
  const expected = tried.ok && isExact(tried.value.value, meant, subject) ? 'repair' : 'either';
  return { what, sent, meant, expected };
}
