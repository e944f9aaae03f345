import { violationsKey } from '../../validate/signature.ts';
import type { Failure } from '../healing/healer.ts';
import { inputsOf } from '../plans/interpreter.ts';
import type { Plan } from '../../model/plan.ts';
import { compileRivals, maxBeside } from './rivals.ts';
import { learnInputs } from './inputs.ts';
import { compileLeftovers } from '../plans/leftovers.ts';
import { tryPlan } from '../plans/trial.ts';
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
    match: {
      violations: violationsKey(violations),
      inputs: learnInputs(inputsOf(plan), plan, event),
      beside: besideOf(lesson),
    },
    plan,
  };
  return {
    id: ruleId(identity),
    ...identity,
    signature,
    origin,
    status: approval === 'auto' ? 'active' : 'candidate',
    evidence: evidence.slice(0, 20).map((line) => line.slice(0, 500)),
    model,
    created_at: new Date(times.now).toISOString(),
    expires_at: origin === 'person' ? undefined : new Date(times.now + times.ttlMs).toISOString(),
  };
}

/** What else could have been meant, and what a person left where it was. */
function besideOf({ failure, plan, origin }: Lesson): string[] | undefined {
  const { contract, event } = failure;
  const beside = compileRivals(plan, contract)(event);
  const tried = origin === 'person' ? tryPlan(failure, plan, { mayLeave: 'all' }) : undefined;
  const left = tried?.ok === true ? compileLeftovers(plan, contract)(tried.value.event) : [];
  const all = [...new Set([...beside, ...left])].slice(0, maxBeside);
  return all.length === 0 ? undefined : all;
}
