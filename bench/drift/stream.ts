import { readRefusal, writeRefusal } from '../../src/repair/healing/refusals.ts';
import { tryPlan } from '../../src/repair/plans/trial.ts';
import { type DriftCase, failureOf, isExact } from './cases.ts';
import { type BenchHealer, proposalOf } from './judge.ts';
import { seededRandom } from './random.ts';
import type { BenchRules } from './rules.ts';

/** What becomes of a stream of drifted events, with rules and the negative cache as the service has them. */
export interface StreamResult {
  events: number;
  senders: number;
  /** Healers are asked where no rule repairs the event and its signature was not refused before. */
  calls: number;
  byRule: number;
  byHealer: number;
  wrong: number;
  deadLetters: number;
}

const refusalMs = 3_600_000;

/** Each sender has one drift of the bench; its events come mixed with the others'. */
export async function simulateStream(options: {
  cases: readonly DriftCase[];
  healer: BenchHealer;
  bench: BenchRules;
  events: number;
  senders: number;
  seed: string;
  signal: AbortSignal;
}): Promise<StreamResult> {
  const { healer, bench, seed, signal } = options;
  const random = seededRandom(seed, 'stream');
  const senders = random.shuffled(options.cases).slice(0, options.senders);
  const result = {
    events: 0,
    senders: senders.length,
    calls: 0,
    byRule: 0,
    byHealer: 0,
    wrong: 0,
    deadLetters: 0,
  };

  for (let attempt = 0; attempt < options.events * 3 && result.events < options.events; attempt++) {
    const { id, subject, drift, original } = random.pick(senders);
    const source = `stream ${id}`;
    const sent = subject.sibling(original, random);
    const event = drift.apply(sent);
    const failure = event === undefined ? undefined : failureOf(event, subject, source);
    if (event === undefined || failure === undefined) continue;
    result.events++;

    const { contract, violations, signature } = failure;
    const found = bench.rules.find(contract.name, contract.version, source, violations, event);
    const ruled = found.kind === 'rule' ? found.apply(event, violations) : undefined;
    if (ruled?.ok === true) {
      result.byRule++;
      if (!isExact(ruled.value.value, sent, subject)) result.wrong++;
      continue;
    }
    if ((await readRefusal(bench.state, signature)) !== undefined) {
      result.deadLetters++;
      continue;
    }
    result.calls++;
    const proposal = await proposalOf(failure, healer, signal);
    const tried = proposal.kind === 'plan' ? tryPlan(failure, proposal.plan) : undefined;
    if (proposal.kind === 'refused' || tried?.ok !== true) {
      const at = new Date().toISOString();
      await writeRefusal(
        bench.state,
        signature,
        { code: 'no_repair_found', reason: 'refused', at },
        refusalMs,
      );
      result.deadLetters++;
      continue;
    }
    const { plan, evidence } = proposal;
    await bench.rules.learn({ failure, plan, origin: 'heuristic', evidence, approval: 'auto' });
    result.byHealer++;
    if (!isExact(tried.value.value, sent, subject)) result.wrong++;
  }
  return result;
}
