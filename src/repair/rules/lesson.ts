import { violationsKey } from '../../validate/signature.ts';
import type { Failure } from '../healing/healer.ts';
import { inputsOf } from '../plans/interpreter.ts';
import type { Plan } from '../../model/plan.ts';
import { learnInputs } from './inputs.ts';
import { type RuleOrigin, type StoredRule, ruleId } from '../../model/rule.ts';

/** A plan that worked on a failed event. The caller has tried it (trial.ts). */
export interface Lesson {
  failure: Failure;
  plan: Plan;
  origin: RuleOrigin;
  evidence: string[];
  model?: string;
  /** `review` makes a candidate, which a person must approve. */
  approval: 'auto' | 'review';
}

/** The rule that a lesson teaches: for events that fail the same way and have the plan's inputs, with their types. */
export function ruleFrom(lesson: Lesson, times: { now: number; ttlMs: number }): StoredRule {
  const { failure, plan, origin, evidence, model, approval } = lesson;
  const { contract, source, event, violations, signature } = failure;
  const identity = {
    contract: contract.name,
    version: contract.version,
    source,
    match: { violations: violationsKey(violations), inputs: learnInputs(inputsOf(plan), event) },
    plan,
  };
  return {
    id: ruleId(identity),
    ...identity,
    signature,
    origin,
    status: approval === 'auto' ? 'active' : 'candidate',
    evidence: evidence.slice(0, 20).map((line) => line.slice(0, 500)),
    ...(model === undefined ? undefined : { model }),
    created_at: new Date(times.now).toISOString(),
    expires_at: new Date(times.now + times.ttlMs).toISOString(),
  };
}
