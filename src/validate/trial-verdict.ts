import type { Violation } from '../model/violation.ts';

/** What would become of an event if it came now. */
export type TrialVerdict =
  { kind: 'valid' } | { kind: 'repaired'; ruleId: string } | { kind: 'invalid'; violations: Violation[] };
