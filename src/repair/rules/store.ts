import type { Contract } from '../../contracts/contract.ts';
import type { StateStore } from '../../engine/engine.ts';
import type { Leases } from '../../engine/lease.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Logger } from '../../support/log.ts';
import type { Violation } from '../../model/violation.ts';
import { ExpectedDrift } from './expected-drift.ts';
import type { RecentEvents } from './recent-events.ts';
import { type RuleDecisions, createRuleDecisions } from './decisions.ts';
import { type Apply, type IndexedRule, RuleIndex, type RuleQuestion } from './index-by-sender.ts';
import { type Learned, createRuleLearning } from './learning.ts';
import type { Lesson } from './lesson.ts';
import { type RuleFilter, ruleRecords } from './records.ts';
import { RuleUseCounter } from './uses.ts';
import { createRuleWrites } from './writes.ts';
import type { Rule, RuleStatus, StoredRule } from '../../model/rule.ts';
import type { Repaired } from '../plans/trial.ts';

export interface RuleStoreOptions {
  /** How long a rule is trusted before the healers look again. */
  ttlDays: number;
  /** Needed where rules are applied; without it `find` finds none. */
  contracts?: { get(name: string, version: string): Contract | undefined };
  /** Valid events, on which a new rule is tried before it is applied. */
  recent?: Pick<RecentEvents, 'of'>;
  /** Fields a plan may write; a rule learned when more were allowed is not applied. */
  targetFields?: readonly string[];
  /** So that several workers count together. Default: there are no others. */
  leases?: Leases;
  log: Logger;
  /** Milliseconds since 1970. */
  now?: () => number;
}

export type Found =
  /** `apply` runs the plan and validates the result; each call is counted as a use of the rule. */
  | { kind: 'rule'; rule: StoredRule; apply: Apply }
  | { kind: 'none' }
  /** Rules with different plans claim the event; none is applied. */
  | { kind: 'ambiguous'; rules: StoredRule[] };

export interface RuleStore extends RuleDecisions {
  /** The hot path: which rule repairs such an event. Synchronous; follows other threads' changes within a second. */
  find(
    contract: string,
    version: string,
    source: string,
    violations: readonly Violation[],
    event: JsonObject,
  ): Found;
  /** The same for a dry run: `apply` counts no use. */
  peek: RuleStore['find'];
  /**
   * The hot path of drift: repairs an event before it is validated, where its sender's recent ones were repaired by a
   * rule and this one provably has that rule's violations, and no others. Undefined: validate it.
   */
  repairExpected(
    contract: Contract,
    source: string,
    event: JsonObject,
  ): { rule: StoredRule; repaired: Repaired } | undefined;
  /** The candidates that wait for approval, and the disabled rules, that are for such an event. */
  inactive(question: RuleQuestion): { candidates: StoredRule[]; disabled: StoredRule[] };
  /** Makes a rule of a plan that worked; durable when it resolves. */
  learn(lesson: Lesson): Promise<Learned>;
  /** Newest first. */
  list(filter?: RuleFilter): Promise<Rule[]>;
  get(id: string): Promise<Rule | undefined>;
  exportRules(filter?: RuleFilter): Promise<{ rules: Rule[] }>;
  /** Writes the counts and stops following changes. */
  close(): Promise<void>;
}

const dayMs = 86_400_000;

/** Opens the rules in an engine's state. Several threads and processes may have them open. */
export async function openRuleStore(state: StateStore, options: RuleStoreOptions): Promise<RuleStore> {
  const { log, contracts, targetFields } = options;
  const now = options.now ?? Date.now;
  const ttlMs = options.ttlDays * dayMs;
  const records = ruleRecords(state, now);
  const index = new RuleIndex({
    ...(contracts === undefined ? undefined : { contracts }),
    ...(targetFields === undefined ? undefined : { targetFields }),
    now,
    onForbidden: (rule, reason) =>
      log.warn(
        { rule_id: rule.id, contract: rule.contract, source: rule.source, reason },
        'rule not applied',
      ),
  });
  const uses = new RuleUseCounter(
    state,
    (err: unknown) =>
      log.warn({ err }, 'the counts of rules could not be written; tried again with the next ones'),
    options.leases,
  );
  const expected = new ExpectedDrift(index, now);
  const writes = createRuleWrites(records, index);
  const { inTurn, write } = writes;
  const background = new Set<Promise<void>>();

  const unwatch = await records.follow((id, rule) => {
    if (rule === undefined) return index.delete(id);
    // Approved, by whichever thread: what it did before is forgiven.
    if (rule.status === 'active' && index.get(id)?.status !== 'active') uses.forgive(id);
    index.set(rule);
  });

  function countedApply(indexed: IndexedRule, apply: Apply): Apply {
    return (event, violations) => {
      const result = apply(event, violations);
      const contract = contracts?.get(indexed.rule.contract, indexed.rule.version);
      if (result.ok && contract !== undefined) expected.remember(indexed, contract, apply);
      if (uses.count(indexed.rule.id, result.ok, now())) demote(indexed.rule);
      return result;
    };
  }

  function demote(rule: StoredRule): void {
    if (index.get(rule.id)?.status !== 'active') return;
    const demoted: StoredRule = { ...rule, status: 'disabled', disabled_by: 'failures' };
    index.set(demoted);
    const { id: rule_id, contract, source } = rule;
    log.warn({ status: 'failed', rule_id, contract, source }, 'rule disabled: it fails too often');
    const written = inTurn(async () => {
      // A person, in another thread, may have decided about it meanwhile.
      const current = await records.read(rule.id);
      if (current?.status === 'active') await write(demoted);
      else if (current !== undefined) index.set(current);
    })
      .catch((err: unknown) => log.error({ err, rule_id }, 'the disabled rule could not be written'))
      .finally(() => background.delete(written));
    background.add(written);
  }

  function lookUp(question: RuleQuestion): Found & { indexed?: IndexedRule } {
    const usable = index.matching(question, 'active').flatMap((indexed) => {
      const apply = index.compiled(indexed);
      return apply === undefined ? [] : { indexed, apply };
    });
    const first = usable[0];
    if (first === undefined) return { kind: 'none' };
    if (usable.some(({ indexed }) => indexed.planKey !== first.indexed.planKey))
      return { kind: 'ambiguous', rules: usable.map(({ indexed }) => indexed.rule) };
    return { kind: 'rule', rule: first.indexed.rule, ...first };
  }

  return {
    find(contract, version, source, violations, event) {
      const found = lookUp({ contract, version, source, violations, event });
      if (found.kind !== 'rule' || found.indexed === undefined) return found;
      const { rule, indexed, apply } = found;
      return { kind: 'rule', rule, apply: countedApply(indexed, apply) };
    },

    peek: (contract, version, source, violations, event) =>
      lookUp({ contract, version, source, violations, event }),

    repairExpected(contract, source, event) {
      const found = expected.repair(contract, source, event);
      if (found === undefined) return undefined;
      const { rule } = found.indexed;
      uses.count(rule.id, true, now());
      return { rule, repaired: found.repaired };
    },

    inactive(question) {
      const rules = (status: RuleStatus) => index.matching(question, status).map(({ rule }) => rule);
      return { candidates: rules('candidate'), disabled: rules('disabled') };
    },

    learn: createRuleLearning({ state, index, writes, recent: options.recent, ttlMs, log, now }),
    ...createRuleDecisions({ state, index, records, writes, uses, contracts, ttlMs, now }),
    list: (filter) => records.list(filter),
    async get(id) {
      const rule = await records.read(id);
      return rule === undefined ? undefined : records.withUses(rule);
    },

    exportRules: async (filter) => ({ rules: await records.list(filter) }),

    async close() {
      unwatch();
      await Promise.all(background);
      await inTurn(() => Promise.resolve());
      await uses.flush();
    },
  };
}
