import { SentinelError } from '../../src/model/errors.ts';
import { type Failure, type Healer, type Proposal, approvalFor } from '../../src/repair/healing/healer.ts';
import type { Plan } from '../../src/model/plan.ts';
import { type Repaired, tryPlan } from '../../src/repair/plans/trial.ts';
import { type DriftCase, isExact } from './cases.ts';
import { inventedLeaves } from './invented.ts';

/** Any module that exports this can be put to the bench. */
export type BenchHealer = Pick<Healer, 'propose'>;

/**
 * - `exact`: the declared fields of the result are those of the original;
 * - `wrong`: the contract accepts the result, and it is not the original, or there was nothing to be repaired: a guess
 *   that happens to be right is a guess;
 * - `refused`: no plan, one that does not pass the checks, or one that waits for a person.
 */
export type Outcome = 'exact' | 'wrong' | 'refused';

export interface Verdict {
  case: DriftCase;
  outcome: Outcome;
  /** Of a refusal: whose, and why. */
  reason?: string;
  /** The plan that the healer proposed, whether or not it passed. */
  plan?: Plan;
  result?: Repaired;
  /** Pointers of leaves that are not from the event. */
  invented: string[];
  milliseconds: number;
}

export async function judge(drift: DriftCase, healer: BenchHealer, signal: AbortSignal): Promise<Verdict> {
  const start = performance.now();
  const proposal = await proposalOf(drift.failure, healer, signal);
  const base = { case: drift, invented: [], milliseconds: performance.now() - start };
  if (proposal.kind === 'refused') return { ...base, outcome: 'refused', reason: proposal.reason };

  const { plan, confidence } = proposal;
  if (approvalFor(confidence, 'auto') === 'review')
    return { ...base, outcome: 'refused', plan, reason: 'waits for a person' };
  const tried = tryPlan(drift.failure, plan);
  if (!tried.ok)
    return { ...base, outcome: 'refused', plan, reason: `the plan fails: ${tried.error.reason}` };
  const { event, value } = tried.value;
  return {
    ...base,
    plan,
    result: tried.value,
    outcome: drift.expected !== 'refuse' && isExact(value, drift.original, drift.subject) ? 'exact' : 'wrong',
    invented: inventedLeaves(drift.mutated, event, plan),
  };
}

/** One after the other: a model's server is not to be flooded. */
export async function judgeAll(
  cases: readonly DriftCase[],
  healer: BenchHealer,
  signal: AbortSignal,
): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const drift of cases) verdicts.push(await judge(drift, healer, signal));
  return verdicts;
}

/** A server that can't answer is not the drift's fault; the case counts as refused, with the reason in sight. */
export async function proposalOf(
  failure: Failure,
  healer: BenchHealer,
  signal: AbortSignal,
): Promise<Proposal> {
  try {
    return await healer.propose(failure, signal);
  } catch (error) {
    if (error instanceof SentinelError && error.retryable)
      return { kind: 'refused', reason: `unavailable: ${error.message}` };
    throw error;
  }
}
