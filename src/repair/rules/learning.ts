import type { StateStore } from '../../engine/engine.ts';
import type { Logger } from '../../support/log.ts';
import { tryOnValid } from '../plans/contradiction.ts';
import { changeOfMeaningIn } from '../plans/meaning/index.ts';
import type { RecentEvents } from './recent-events.ts';
import { wasTurnedDown } from '../healing/refusals.ts';
import { endOfRollback, readRollback } from './rollback-record.ts';
import { conflictWith } from './conflicts.ts';
import type { RuleIndex } from './index-by-sender.ts';
import { type Lesson, ruleFrom } from './lesson.ts';
import type { RuleWrites } from './writes.ts';
import { type StoredRule, planKey, statusAt } from '../../model/rule.ts';
import { maxBeside } from './rivals.ts';
import { proofOf, withoutFormats } from './format-proof.ts';

export type Learned =
  | { kind: 'learned' | 'known'; rule: StoredRule }
  /** The same rule was there and has been disabled, or deleted as a candidate: it must not come back by itself. */
  | { kind: 'disabled' | 'turned_down'; rule: StoredRule }
  /** An active rule already says otherwise about such events. */
  | { kind: 'conflicting'; rule: StoredRule }
  /** Valid events of the sender, or another rule for it, show that the plan means something else. */
  | { kind: 'contradicted'; reason: string }
  /**
   * No value shows that a format in the plan is the sender's. `alike`: the event itself is read the same in every format,
   * but the next one may not be.
   */
  | { kind: 'unproven'; alike: boolean; reason: string }
  /** There are too many rules. */
  | { kind: 'full' };

/** Many more than any sender's drift needs; a bound for a sender that drifts on purpose. */
const maxRules = 10_000;

interface LearningDeps {
  state: StateStore;
  index: RuleIndex;
  writes: RuleWrites;
  /** Valid events, on which a new rule is tried before it is applied. */
  recent: Pick<RecentEvents, 'of'> | undefined;
  ttlMs: number;
  log: Logger;
  now: () => number;
}

export interface RuleLearning {
  /** Makes a rule of a plan that worked, unless something speaks against it; durable when it resolves. */
  learn(lesson: Lesson): Promise<Learned>;
  /** The same for a dry run: what `learn` would answer now, without making the rule. */
  wouldLearn(lesson: Lesson): Promise<Learned>;
}

export function createRuleLearning(deps: LearningDeps): RuleLearning {
  const { state, index, ttlMs, log, now } = deps;
  const { inTurn, write } = deps.writes;

  /** A person has deleted it as a candidate, or rolled it back; another person's word stands against the latter. */
  async function isBarred({ origin }: Lesson, id: string): Promise<boolean> {
    if (await wasTurnedDown(state, id)) return true;
    return origin !== 'person' && (await readRollback(state, id)) !== undefined;
  }

  /** The healer saw more fields beside than the one that made the rule, and stands by the plan. */
  async function remembering(rule: StoredRule, { match }: StoredRule): Promise<StoredRule> {
    const before = new Set(rule.match.beside);
    const beside = [...new Set([...before, ...(match.beside ?? [])])].slice(0, maxBeside);
    if (beside.length === before.size) return rule;
    const wider = { ...rule, match: { ...rule.match, beside } };
    await write(wider);
    return wider;
  }

  async function wouldLearn(lesson: Lesson): Promise<Learned> {
    const times = { now: now(), ttlMs };
    const rule = ruleFrom(lesson, times);
    const known = index.get(rule.id);
    const status = known === undefined ? undefined : statusAt(known, now());
    if (known !== undefined && status === 'disabled') return { kind: 'disabled', rule: known };
    if (known !== undefined && (status === 'active' || status === rule.status))
      return { kind: 'known', rule: known };
    const { failure } = lesson;
    const { name, version } = failure.contract;
    const question = { contract: name, version, source: failure.source, violations: failure.violations };
    const rival = index
      .matching({ ...question, event: failure.event }, 'active')
      .find((indexed) => index.compiled(indexed)?.(failure.event, failure.violations).ok === true);
    if (rival !== undefined) return { kind: 'conflicting', rule: rival.rule };
    const unproven = formatDoubt(lesson, index);
    if (unproven !== undefined) return unproven;
    if (known === undefined && index.size >= maxRules) return { kind: 'full' };
    if (await isBarred(lesson, rule.id)) return { kind: 'turned_down', rule };
    const { objection, notes } = plausibility(lesson, deps);
    if (objection !== undefined) return { kind: 'contradicted', reason: objection };
    return {
      kind: 'learned',
      rule: ruleFrom({ ...lesson, evidence: [...lesson.evidence, ...notes] }, times),
    };
  }

  return {
    wouldLearn,
    learn: (lesson) =>
      inTurn(async () => {
        const learned = await wouldLearn(lesson);
        if (learned.kind === 'known')
          return {
            ...learned,
            rule: await remembering(learned.rule, ruleFrom(lesson, { now: now(), ttlMs })),
          };
        if (learned.kind !== 'learned') return learned;
        const { id: rule_id, contract, source, origin, status } = learned.rule;
        await write(learned.rule, [endOfRollback(rule_id)]);
        log.info({ rule_id, contract, source, origin, rule_status: status }, 'repair rule learned');
        return learned;
      }),
  };
}

/**
 * The trial before a rule is applied: by its names, on recent valid events, and against the sender's other rules. A person is told,
 * and knows better; under review a conflict of rules, which valid events do not decide, is left to the reviewer.
 */
function plausibility(
  lesson: Lesson,
  { index, recent }: Pick<LearningDeps, 'index' | 'recent'>,
): { objection: string | undefined; notes: string[] } {
  const { failure, plan, origin, approval } = lesson;
  const { contract, source, event } = failure;
  const valid = recent?.of(contract, source) ?? [];
  const { contradiction, support } = tryOnValid(plan, contract, valid);
  const conflict = index
    .activeOf(contract.name, contract.version, source)
    .map((rule) => conflictWith(plan, event, rule))
    .find((found) => found !== undefined);
  const change = changeOfMeaningIn(plan, contract);
  const warnings = [change, contradiction, conflict].filter((found) => found !== undefined);
  const toPerson = [...support, ...warnings.map((warning) => `but ${warning}`)];
  if (origin === 'person') return { objection: undefined, notes: toPerson };
  const certain = change ?? contradiction;
  if (certain !== undefined) return { objection: certain, notes: [] };
  return approval === 'review'
    ? { objection: undefined, notes: toPerson }
    : { objection: conflict, notes: support };
}

/** A format that no value proves, or that the sender has contradicted before, makes no rule that nobody looks at. */
function formatDoubt({ failure, plan, origin, approval }: Lesson, index: RuleIndex): Learned | undefined {
  if (origin === 'person' || approval === 'review') return undefined;
  const { contract, source, event, violations, peers = [] } = failure;
  if (planKey(plan) === planKey(withoutFormats(plan))) return undefined;
  const proof = proofOf(plan, contract, [event, ...peers]);
  if (proof !== 'proven')
    return { kind: 'unproven', alike: proof === 'alike', reason: 'no value proves how it is written' };
  const { name, version } = contract;
  const isMixed = index
    .matching({ contract: name, version, source, violations, event }, 'disabled')
    .some(
      ({ rule }) =>
        rule.disabled_by === 'contradiction' &&
        planKey(withoutFormats(rule.plan)) === planKey(withoutFormats(plan)),
    );
  if (!isMixed) return undefined;
  const alike = proofOf(plan, contract, [event]) !== 'open';
  return { kind: 'unproven', alike, reason: 'the sender has written it in different ways' };
}
