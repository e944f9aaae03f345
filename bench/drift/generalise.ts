import { type Verdict } from './judge.ts';
import { type DriftCase, failureOf, isExact } from './cases.ts';
import { seededRandom } from './random.ts';
import type { BenchRules } from './rules.ts';

/** What a rule that was learned from one event makes of other events of its sender. */
export interface Generalisation {
  rules: number;
  events: number;
  exact: number;
  wrong: number;
  /** The rule is not for the event, or its plan fails on it: a healer is asked again. */
  left: number;
}

/** Learns the plans that were accepted and tries each on so many other events that drifted the same way. */
export async function generalise(options: {
  verdicts: readonly Verdict[];
  bench: BenchRules;
  eventsPerRule: number;
  seed: string;
}): Promise<Generalisation> {
  const { verdicts, bench, eventsPerRule, seed } = options;
  const total: Generalisation = { rules: 0, events: 0, exact: 0, wrong: 0, left: 0 };
  for (const verdict of verdicts) {
    if (verdict.plan === undefined || verdict.outcome !== 'exact') continue;
    const { failure } = verdict.case;
    const lesson = {
      failure,
      plan: verdict.plan,
      origin: 'heuristic' as const,
      evidence: [],
      approval: 'auto' as const,
    };
    const learned = await bench.rules.learn(lesson);
    // Right for this event, but no value proves its format: it teaches nothing about others.
    if (learned.kind === 'unproven') continue;
    if (learned.kind !== 'learned')
      throw new Error(`the rule of ${verdict.case.id} was not learned: ${learned.kind}`);
    total.rules++;
    tryOnOthers(verdict.case, bench, eventsPerRule, seed, total);
  }
  return total;
}

function tryOnOthers(
  { id, subject, drift, original }: DriftCase,
  { rules }: BenchRules,
  count: number,
  seed: string,
  total: Generalisation,
): void {
  const random = seededRandom(seed, 'siblings', id);
  for (let made = 0; made < count; made++) {
    const sibling = subject.sibling(original, random);
    const mutated = drift.apply(sibling);
    const failure = mutated === undefined ? undefined : failureOf(mutated, subject, id);
    if (mutated === undefined || failure === undefined) continue;
    const { contract, violations } = failure;
    total.events++;
    const found = rules.find(contract.name, contract.version, id, violations, mutated);
    const repaired = found.kind === 'rule' ? found.apply(mutated, violations) : undefined;
    if (repaired?.ok !== true) total.left++;
    else if (isExact(repaired.value.value, sibling, subject)) total.exact++;
    else total.wrong++;
  }
}
