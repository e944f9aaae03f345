import type { Contract } from '../contracts/contract.ts';
import type { StateStore, StateWrite } from '../engine/engine.ts';
import type { Leases } from '../engine/lease.ts';
import { SentinelError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { Logger } from '../log.ts';
import type { Violation } from '../validate/violation.ts';
import { tryOnValid } from './contradiction.ts';
import type { RecentEvents } from './recent-events.ts';
import { conflictWith } from './rule-conflicts.ts';
import { endOfRollback, readRollback } from './rollback-record.ts';
import { ExpectedDrift } from './expected-drift.ts';
import { refusalWrite, turnedDownWrite, wasTurnedDown } from './refusals.ts';
import { type ImportReport, parseRules } from './rule-import.ts';
import { type Apply, type IndexedRule, RuleIndex, type RuleQuestion } from './rule-index.ts';
import { type Lesson, ruleFrom } from './rule-lesson.ts';
import { type RuleFilter, ruleRecords } from './rule-records.ts';
import { RuleUseCounter } from './rule-uses.ts';
import { type Rule, type RuleStatus, type StoredRule, statusAt } from './rule.ts';
import type { Repaired } from './trial.ts';

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

export type Learned =
  | { kind: 'learned' | 'known'; rule: StoredRule }
  /** The same rule was there and has been disabled, or deleted as a candidate: it must not come back by itself. */
  | { kind: 'disabled' | 'turned_down'; rule: StoredRule }
  /** An active rule already says otherwise about such events. */
  | { kind: 'conflicting'; rule: StoredRule }
  /** Valid events of the sender, or another rule for it, show that the plan means something else. */
  | { kind: 'contradicted'; reason: string }
  /** There are too many rules. */
  | { kind: 'full' };

export interface RuleStore {
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
  /**
   * Activates a candidate, disabled or expired rule, for a new term. `not_found`; `conflict` with an active rule, or while
   * the rule is rolled back.
   */
  approve(id: string): Promise<Rule>;
  /** `not_found`. */
  disable(id: string): Promise<Rule>;
  /**
   * Forgets the rule, so that healers may learn it again; a candidate's events become dead letters. `not_found`;
   * `conflict` while the rule is rolled back.
   */
  delete(id: string): Promise<void>;
  /** Takes what `exportRules` gave, or rules of the original's format (rule-import.ts). */
  importRules(json: unknown): Promise<ImportReport>;
  exportRules(filter?: RuleFilter): Promise<{ rules: Rule[] }>;
  /** Writes the counts and stops following changes. */
  close(): Promise<void>;
}

const dayMs = 86_400_000;
/** Many more than any sender's drift needs; a bound for a sender that drifts on purpose. */
const maxRules = 10_000;
/** How long a candidate that a person deleted can't come back: its events must have time to be settled. */
const turnedDownMs = dayMs;

/** Opens the rules in an engine's state. Several threads and processes may have them open. */
export async function openRuleStore(state: StateStore, options: RuleStoreOptions): Promise<RuleStore> {
  const { log, contracts, targetFields } = options;
  const now = options.now ?? Date.now;
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
  const background = new Set<Promise<void>>();
  let turn: Promise<unknown> = Promise.resolve();

  const unwatch = await records.follow((id, rule) => {
    if (rule === undefined) return index.delete(id);
    // Approved, by whichever thread: what it did before is forgiven.
    if (rule.status === 'active' && index.get(id)?.status !== 'active') uses.forgive(id);
    index.set(rule);
  });

  /** One change at a time, so that what was checked still holds when it is written. */
  function inTurn<T>(change: () => Promise<T>): Promise<T> {
    const mine = turn.then(change, change);
    turn = mine;
    return mine;
  }

  async function write(rule: StoredRule, others: readonly StateWrite[] = []): Promise<void> {
    await records.write(rule, others);
    index.set(rule);
  }

  async function notRollingBack(id: string): Promise<void> {
    if ((await readRollback(state, id))?.status === 'running')
      throw new SentinelError('conflict', `rule ${id} is being rolled back; wait until that is done`);
  }

  async function existing(id: string): Promise<StoredRule> {
    const rule = await records.read(id);
    if (rule === undefined) throw new SentinelError('not_found', `there is no rule ${JSON.stringify(id)}`);
    return rule;
  }

  /** A person has deleted it as a candidate, or rolled it back; another person's word stands against the latter. */
  async function isBarred({ origin }: Lesson, id: string): Promise<boolean> {
    if (await wasTurnedDown(state, id)) return true;
    return origin !== 'person' && (await readRollback(state, id)) !== undefined;
  }

  /**
   * The trial before a rule is applied: on recent valid events, and against the sender's other rules. A person is told,
   * and knows better; under review a conflict of rules, which valid events do not decide, is left to the reviewer.
   */
  function plausibility(lesson: Lesson): { objection: string | undefined; notes: string[] } {
    const { failure, plan, origin, approval } = lesson;
    const { contract, source, event } = failure;
    const valid = options.recent?.of(contract, source) ?? [];
    const { contradiction, support } = tryOnValid(plan, contract, valid);
    const conflict = index
      .activeOf(contract.name, contract.version, source)
      .map((rule) => conflictWith(plan, event, rule))
      .find((found) => found !== undefined);
    const warnings = [contradiction, conflict].filter((found) => found !== undefined);
    const toPerson = [...support, ...warnings.map((warning) => `but ${warning}`)];
    if (origin === 'person') return { objection: undefined, notes: toPerson };
    if (contradiction !== undefined) return { objection: contradiction, notes: [] };
    return approval === 'review'
      ? { objection: undefined, notes: toPerson }
      : { objection: conflict, notes: support };
  }

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

  const activeRival = (rule: StoredRule): StoredRule | undefined =>
    index.rivals(rule).find((other) => statusAt(other, now()) === 'active');

  const active = (rule: StoredRule): StoredRule => {
    const { disabled_by: _, ...rest } = rule;
    return { ...rest, status: 'active', expires_at: new Date(now() + options.ttlDays * dayMs).toISOString() };
  };

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

    learn: (lesson) =>
      inTurn(async (): Promise<Learned> => {
        const times = { now: now(), ttlMs: options.ttlDays * dayMs };
        let lessonRule = ruleFrom(lesson, times);
        const known = index.get(lessonRule.id);
        const status = known === undefined ? undefined : statusAt(known, now());
        if (known !== undefined && status === 'disabled') return { kind: 'disabled', rule: known };
        if (known !== undefined && (status === 'active' || status === lessonRule.status))
          return { kind: 'known', rule: known };
        const { failure } = lesson;
        const { name, version } = failure.contract;
        const question = { contract: name, version, source: failure.source, violations: failure.violations };
        const rival = index
          .matching({ ...question, event: failure.event }, 'active')
          .find((indexed) => index.compiled(indexed) !== undefined);
        if (rival !== undefined) return { kind: 'conflicting', rule: rival.rule };
        if (known === undefined && index.size >= maxRules) return { kind: 'full' };
        if (await isBarred(lesson, lessonRule.id)) return { kind: 'turned_down', rule: lessonRule };
        const { objection, notes } = plausibility(lesson);
        if (objection !== undefined) return { kind: 'contradicted', reason: objection };
        lessonRule = ruleFrom({ ...lesson, evidence: [...lesson.evidence, ...notes] }, times);
        await write(lessonRule, [endOfRollback(lessonRule.id)]);
        const { id: rule_id, contract, source, origin } = lessonRule;
        log.info(
          { rule_id, contract, source, origin, rule_status: lessonRule.status },
          'repair rule learned',
        );
        return { kind: 'learned', rule: lessonRule };
      }),

    list: (filter) => records.list(filter),
    async get(id) {
      const rule = await records.read(id);
      return rule === undefined ? undefined : records.withUses(rule);
    },

    approve: (id) =>
      inTurn(async () => {
        const rule = active(await existing(id));
        await notRollingBack(id);
        const rival = activeRival(rule);
        if (rival !== undefined) throw new SentinelError('conflict', rivalry(rival));
        await write(rule, [endOfRollback(id)]);
        uses.forgive(id);
        return records.withUses(rule);
      }),

    disable: (id) =>
      inTurn(async () => {
        const rule: StoredRule = { ...(await existing(id)), status: 'disabled', disabled_by: 'person' };
        await write(rule);
        return records.withUses(rule);
      }),

    delete: (id) =>
      inTurn(async () => {
        const rule = await existing(id);
        await notRollingBack(id);
        const reason = `the repair proposed for it (rule ${id}) was turned down by a person`;
        const refusal = { code: 'repair_turned_down', reason, at: new Date(now()).toISOString() };
        const turnedDown = [
          refusalWrite(rule.signature, refusal, turnedDownMs),
          turnedDownWrite(id, refusal.at, turnedDownMs),
        ];
        await records.delete(id, [...(rule.status === 'candidate' ? turnedDown : []), endOfRollback(id)]);
        index.delete(id);
      }),

    async importRules(json) {
      const context = { now: now(), ttlMs: options.ttlDays * dayMs, contracts };
      const { rules, refused } = parseRules(json, context);
      const imported: string[] = [];
      for (const { position, rule } of rules) {
        await inTurn(async () => {
          const rival = rule.status === 'active' ? activeRival(rule) : undefined;
          const known = index.get(rule.id);
          const disabled = known?.disabled_by === 'person' && rule.status === 'active';
          if (rival !== undefined) refused.push({ position, reason: rivalry(rival) });
          else if (disabled)
            refused.push({ position, reason: `rule ${rule.id} is disabled here; approve it` });
          else {
            // One that is here already stays the work of whoever made it.
            const origin = known?.origin ?? rule.origin;
            await write({ ...rule, origin }, rule.status === 'active' ? [endOfRollback(rule.id)] : []);
            imported.push(rule.id);
          }
        });
      }
      return { imported, refused };
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

const rivalry = (rival: StoredRule): string =>
  `rule ${rival.id} repairs the same events in another way; disable it first`;
