import type { JsonObject } from '../../src/model/json.ts';
import { approvalFor } from '../../src/repair/healing/healer.ts';
import { tryPlan } from '../../src/repair/plans/trial.ts';
import { validateWhole } from '../../src/repair/plans/whole.ts';
import { failureOf } from './cases.ts';
import type { Subject } from './corpus/subject.ts';
import { type BenchHealer, proposalOf } from './judge.ts';
import type { BenchRules } from './rules.ts';

/** What the service would load of an event, and on whose word; or why it would not. */
export type Decision =
  { by: 'contract' | 'rule' | 'healer'; value: JsonObject } | { by: 'nobody'; reason: string };

/**
 * An event's way through the service: the rule that is expected of its sender, the contract, a known rule, a healer whose
 * plan becomes one.
 */
export async function decide(
  event: JsonObject,
  source: string,
  { contract }: Subject,
  { rules }: Pick<BenchRules, 'rules'>,
  healer: BenchHealer,
  signal: AbortSignal,
): Promise<Decision> {
  const expected = rules.repairExpected(contract, source, event);
  if (expected !== undefined) return { by: 'rule', value: expected.repaired.value };
  const validation = validateWhole(contract, event);
  if (validation.ok) return { by: 'contract', value: validation.value };

  const { violations } = validation;
  const found = rules.find(contract.name, contract.version, source, violations, event);
  if (found.kind === 'ambiguous') return { by: 'nobody', reason: 'ambiguous rules' };
  if (found.kind === 'rule') {
    const repaired = found.apply(event, violations);
    if (repaired.ok) return { by: 'rule', value: repaired.value.value };
  }

  const failure = failureOf(event, { contract }, source)!;
  const proposal = await proposalOf(failure, healer, signal);
  if (proposal.kind === 'refused') return { by: 'nobody', reason: proposal.reason };
  const { plan, evidence, confidence } = proposal;
  const tried = tryPlan(failure, plan);
  if (!tried.ok) return { by: 'nobody', reason: `the plan fails: ${tried.error.reason}` };
  const approval = approvalFor(confidence, 'auto');
  const learned = await rules.learn({ failure, plan, origin: 'heuristic', evidence, approval });
  const isBarred = learned.kind === 'contradicted' || learned.kind === 'turned_down';
  if (isBarred) return { by: 'nobody', reason: `the plan is ${learned.kind.replace('_', ' ')}` };
  if (approval === 'review') return { by: 'nobody', reason: 'waits for a person' };
  return { by: 'healer', value: tried.value.value };
}
