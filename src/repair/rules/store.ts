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
import { type RuleLearning, createRuleLearning } from './learning.ts';
import { type RuleFilter, ruleRecords } from './records.ts';
import { type Found, lookUp } from './look-up.ts';
import { type RuleTrust, createRuleTrust } from './trust.ts';
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

export interface RuleStore extends RuleDecisions, RuleLearning {
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
  /** Another plan has repaired an event that this rule is for. */
  outdone(id: string): void;
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
  const trust = createRuleTrust({ index, records, writes, uses, ttlMs, log, now });

  const unwatch = await records.follow((id, rule) => {
    if (rule === undefined) return index.delete(id);
    // Approved, by whichever thread: what it did before is forgiven.
    if (rule.status === 'active' && index.get(id)?.status !== 'active') uses.forgive(id);
    index.set(rule);
  });

  return {
    find(contract, version, source, violations, event) {
      const found = lookUp(index, { contract, version, source, violations, event });
      if (found.kind !== 'rule' || found.indexed === undefined) return found;
      const { rule, indexed, apply } = found;
      const onRepaired = () => {
        const known = contracts?.get(contract, version);
        if (known !== undefined) expected.remember(indexed, known, apply);
      };
      return { kind: 'rule', rule, apply: countedApply(indexed, apply, { trust, onRepaired }) };
    },

    peek: (contract, version, source, violations, event) =>
      lookUp(index, { contract, version, source, violations, event }),

    repairExpected(contract, source, event) {
      const found = expected.repair(contract, source, event);
      if (found === undefined) return undefined;
      trust.repaired(found.indexed);
      return { rule: found.indexed.rule, repaired: found.repaired };
    },

    inactive(question) {
      const rules = (status: RuleStatus) => index.matching(question, status).map(({ rule }) => rule);
      return { candidates: rules('candidate'), disabled: rules('disabled') };
    },

    outdone: (id) => trust.outdone(id),
    ...createRuleLearning({ state, index, writes, recent: options.recent, ttlMs, log, now }),
    ...createRuleDecisions({ state, index, records, writes, uses, contracts, ttlMs, now }),
    list: (filter) => records.list(filter),
    async get(id) {
      const rule = await records.read(id);
      return rule === undefined ? undefined : records.withUses(rule);
    },

    exportRules: async (filter) => ({ rules: await records.list(filter) }),

    async close() {
      unwatch();
      await trust.settled();
      await writes.inTurn(() => Promise.resolve());
      await uses.flush();
    },
  };
}

/** Says of each use what comes of it. */
function countedApply(
  indexed: IndexedRule,
  apply: Apply,
  { trust, onRepaired }: { trust: RuleTrust; onRepaired: () => void },
): Apply {
  return (event, violations) => {
    indexed.formats.contradiction = undefined;
    const result = apply(event, violations);
    if (!result.ok) {
      const { contradiction: reason, provenAt: since } = indexed.formats;
      if (reason !== undefined) trust.contradicted(indexed, { since, reason });
      else if (result.error.leaves === undefined) trust.failed(indexed);
      return result;
    }
    onRepaired();
    trust.repaired(indexed);
    return result;
  };
}
