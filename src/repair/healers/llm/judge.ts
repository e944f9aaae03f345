import type { LlmOutcome } from '../../healing/llm-audit.ts';
import type { Failure, Proposal } from '../../healing/healer.ts';
import { parseAnswer } from '../../plans/parse-plan.ts';
import { tryPlan } from '../../plans/trial.ts';
import type { Violation } from '../../../model/violation.ts';
import type { Answer } from './answer.ts';
import { keyMaskOf } from './key-mask.ts';
import { withoutValues } from './scrub.ts';

/** What one answer comes to: an end, or a reason to ask again. */
export type Judgement = { outcome: LlmOutcome } & (
  { done: Proposal } | { complaint: string; remaining: readonly Violation[] }
);

/** Whether an answer is a plan that works; if not, what the model is told, without any value. */
export function judgeAnswer(
  failure: Failure,
  answer: Answer,
  answering: string,
  targetFields: readonly string[] | undefined,
): Judgement {
  const mask = keyMaskOf(failure.event, failure.contract.jsonSchema);
  const sendable = (reason: string) => withoutValues(mask.withoutKeys(reason), failure.event);
  if (answer.kind === 'refused')
    return { done: { kind: 'refused', reason: answer.reason }, outcome: 'refused' };
  if (answer.kind === 'invalid')
    return { complaint: sendable(answer.reason), remaining: [], outcome: 'invalid' };
  // Once more through the same checks: a key of the event may be none that a plan can name.
  const read = parseAnswer(mask.unmasked(answer.plan));
  if (read.kind !== 'plan') return { complaint: sendable(read.reason), remaining: [], outcome: 'invalid' };
  const { plan } = read;
  const trial = tryPlan(failure, plan, { targetFields });
  if (!trial.ok) {
    const { reason, remaining = [] } = trial.error;
    // What is left is told with its paths as the model may see them; the reason has them as they are.
    const complaint =
      remaining.length > 0 ? 'the contract still refuses what the plan makes of the event' : sendable(reason);
    return { complaint, remaining, outcome: 'plan_failed' };
  }
  const evidence = [`${answering} proposed it from the event's shape, and the result satisfies the contract`];
  // With shared values the model's own words may quote one; rules are kept and exported.
  if (answer.reason !== undefined) evidence.push(`its reason: ${sendable(answer.reason)}`);
  return { done: { kind: 'plan', plan, evidence, model: answering }, outcome: 'plan' };
}
