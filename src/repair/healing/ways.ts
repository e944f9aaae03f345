import type { StoredRule } from '../../model/rule.ts';
import { tryPlan } from '../plans/trial.ts';
import type { RuleStore } from '../rules/store.ts';
import type { BackgroundHealing } from './background.ts';
import type { RefusalReader } from './batch.ts';
import type { HealingConfig } from './config.ts';
import { type Failure, type Healer, approvalFor } from './healer.ts';
import { type Case, type Outcome, deadLetter, repaired } from './outcome.ts';
import type { WaitingNotes } from './waiting.ts';

/** What the ways to a repair work with. */
export interface Tools {
  rules: Pick<RuleStore, 'peek' | 'find' | 'inactive' | 'learn' | 'wouldLearn' | 'outdone'>;
  /** Asked in this order. */
  inline: readonly Healer[];
  background: Pick<BackgroundHealing, 'isAsking' | 'waitFor' | 'healedBy' | 'ask'> | undefined;
  waiting: Pick<WaitingNotes, 'saw'>;
  config: HealingConfig;
  stopping: AbortSignal;
  /** Milliseconds since 1970. */
  now: () => number;
}

const isoNow = ({ now }: Tools): string => new Date(now()).toISOString();

/** By a rule that was learned since, or is not active: then a person has the word. */
export function byKnownRule(tools: Tools, failure: Failure, healing: Case): Outcome | undefined {
  const { rules, background } = tools;
  const { contract, source, violations, event, signature } = failure;
  const { name, version } = contract;
  // The validator has counted the event as one that the rule does not repair.
  const found = rules.peek(name, version, source, violations, event);
  if (found.kind === 'ambiguous') {
    const ids = found.rules.map((rule) => rule.id).join(', ');
    return deadLetter(
      healing,
      'ambiguous_rules',
      `rules ${ids} repair it in different ways: disable all but one`,
    );
  }
  if (found.kind === 'rule') {
    const { id: rule_id, plan } = found.rule;
    const result = found.apply(event, violations);
    if (result.ok) {
      const used = rules.find(name, version, source, violations, event);
      if (used.kind === 'rule') used.apply(event, violations);
      const healer = background?.healedBy(healing.failed.request_id) ?? 'rule';
      return repaired(healing, { healer, rule_id, plan, event: result.value.event });
    }
    // One that steps back for a field that was not there when it was learned has not failed.
    if (result.error.leaves === undefined) healing.failedRule = rule_id;
    healing.attempts.push({ healer: 'rule', at: isoNow(tools), reason: result.error.reason, rule_id, plan });
    return undefined;
  }
  const { candidates, disabled } = rules.inactive({ contract: name, version, source, violations, event });
  if (candidates[0] !== undefined) return awaitReview(tools, candidates[0], failure, healing);
  const barred = disabled.find((rule) => rule.signature === signature);
  if (barred === undefined) return undefined;
  if (barred.disabled_by === 'person') return ruleDisabled(healing, barred);
  healing.demotedRule = barred;
  return undefined;
}

/** By the healers that answer at once; a plan of theirs becomes a rule. */
export async function byHeuristics(
  tools: Tools,
  failure: Failure,
  healing: Case,
): Promise<Outcome | undefined> {
  const { rules, config, inline, stopping } = tools;
  const { targetFields } = config;
  for (const healer of inline) {
    const attempt = { healer: healer.name, at: isoNow(tools) };
    const proposal = await healer.propose(failure, stopping);
    if (proposal.kind === 'refused') {
      healing.attempts.push({ ...attempt, reason: proposal.reason });
      continue;
    }
    const { plan, evidence, confidence } = proposal;
    const approval = approvalFor(confidence, config.approval);
    const trial = tryPlan(failure, plan, { targetFields });
    if (!trial.ok) {
      healing.attempts.push({ ...attempt, reason: trial.error.reason, plan });
      continue;
    }
    const learned = await rules.learn({ failure, plan, origin: 'heuristic', evidence, approval });
    if (learned.kind === 'disabled' && learned.rule.disabled_by === 'person')
      return ruleDisabled(healing, learned.rule);
    if (learned.kind === 'turned_down')
      return deadLetter(healing, 'repair_turned_down', 'a person turned its repair down');
    if (learned.kind === 'contradicted') {
      healing.contradicted = learned.reason;
      healing.attempts.push({ ...attempt, reason: learned.reason, plan });
      continue;
    }
    const repair = { healer: healer.name, plan, event: trial.value.event };
    if (learned.kind === 'learned' || learned.kind === 'known') {
      if (learned.rule.status === 'candidate') return awaitReview(tools, learned.rule, failure, healing);
      if (healing.failedRule !== undefined) rules.outdone(healing.failedRule);
      return repaired(healing, { ...repair, rule_id: learned.rule.id });
    }
    if (learned.kind === 'unproven' && !learned.alike) {
      healing.attempts.push({ ...attempt, reason: learned.reason, plan });
      continue;
    }
    // No rule came of it, but of this event the plan is proven; only a person's word stands against that.
    if (approval === 'auto') return repaired(healing, repair);
    healing.attempts.push({
      ...attempt,
      reason: 'works, but could not be put up for review as a rule',
      plan,
    });
  }
  return undefined;
}

/** A recent refusal of its signature spares the call to the model. */
export async function byRefusal(healing: Case, refusals: RefusalReader): Promise<Outcome | undefined> {
  const refusal = await refusals(healing.failed.signature);
  if (refusal === undefined) return undefined;
  const healer = refusal.code === 'refused_by_llm' ? 'llm' : 'rule';
  healing.attempts.push({ healer, at: refusal.at, reason: refusal.reason });
  return deadLetter(healing, refusal.code, refusal.reason);
}

/** By the model, which is asked in the background. */
export function byModel(tools: Tools, failure: Failure, healing: Case): Outcome {
  const { background } = tools;
  // The model is shown what the rule was made for: it would say the same, or contradict the rule.
  if (healing.failedRule !== undefined)
    return deadLetter(
      healing,
      'rule_failed',
      `rule ${healing.failedRule} is for such events but does not repair it`,
    );
  if (healing.demotedRule !== undefined) return ruleDisabled(healing, healing.demotedRule);
  if (background === undefined) {
    if (healing.contradicted !== undefined)
      return deadLetter(healing, 'repair_contradicted', healing.contradicted);
    const reason = healing.attempts.at(-1)?.reason ?? 'no healer is configured';
    return deadLetter(healing, 'no_repair_found', reason);
  }
  const asked = background.ask(failure, healing.failed.request_id);
  if (asked.kind !== 'given_up') return asked;
  healing.attempts.push({ healer: 'llm', at: isoNow(tools), reason: asked.reason });
  return deadLetter(
    healing,
    'llm_unavailable',
    `the model could not be asked: ${asked.reason}; replay it later`,
  );
}

/** A person may take days: the longer the rule has waited, the more rarely its events ask. */
function awaitReview({ waiting, now }: Tools, rule: StoredRule, failure: Failure, { failed }: Case): Outcome {
  waiting.saw(rule, failure, failed.request_id);
  const age = now() - Date.parse(rule.created_at);
  return { kind: 'wait', deferMs: Math.round(Math.min(15_000, Math.max(500, age / 20))) };
}

function ruleDisabled(healing: Case, rule: StoredRule): Outcome {
  return deadLetter(
    healing,
    'rule_disabled',
    `rule ${rule.id} would repair it, but is disabled: approve or delete it`,
  );
}
