import type { Contract } from '../../contracts/contract.ts';
import type { JsonObject } from '../../model/json.ts';
import { type Result, fail } from '../../model/result.ts';
import { violationsKey } from '../../validate/signature.ts';
import type { Violation } from '../../model/violation.ts';
import { compileRivals, maxBeside } from './rivals.ts';
import { type InputTest, compileInputs } from './inputs.ts';
import { type RuleStatus, type StoredRule, inputKey, planKey, statusAt } from '../../model/rule.ts';
import { checkPlan } from '../plans/static-check.ts';
import { byShape } from '../plans/shapes.ts';
import { type Repaired, compileRule } from '../plans/trial.ts';

export type Apply = (
  event: JsonObject,
  violations: readonly Violation[],
) => Result<Repaired, { reason: string; leaves?: readonly string[] }>;

/** What a failed event is looked up by. */
export interface RuleQuestion {
  contract: string;
  version: string;
  source: string;
  violations: readonly Violation[];
  event: JsonObject;
}

/** One rule, ready to be used. */
export interface IndexedRule {
  readonly rule: StoredRule;
  readonly planKey: string;
  readonly fits: InputTest;
  /** Milliseconds since 1970; undefined for good. */
  readonly endsAt: number | undefined;
  readonly formats: FormatRecord;
}

/** What the events have said of the formats in a rule's plan. */
export interface FormatRecord {
  /** When a value was last read that only the rule's format reads. */
  provenAt: number | undefined;
  /** What the event that was looked at last says against it. */
  contradiction: string | undefined;
}

export interface RuleIndexOptions {
  /** Without it no rule is ever applied: plans are checked against the contract before use. */
  contracts?: { get(name: string, version: string): Contract | undefined };
  targetFields?: readonly string[];
  /** Told once for each rule whose plan the contract does not (or no longer) permit. */
  onForbidden: (rule: StoredRule, reason: string) => void;
  now: () => number;
}

/** The rules in memory, found by a failed event in two look-ups; each plan is compiled once, on first use. */
export class RuleIndex {
  /** Grows with each change. */
  version = 0;
  readonly #options: RuleIndexOptions;
  readonly #byId = new Map<string, IndexedRule>();
  /** Contract, version and source → violations → rules. */
  readonly #bySender = new Map<string, Map<string, IndexedRule[]>>();
  readonly #compiled = new WeakMap<IndexedRule, { contract: Contract; apply: Apply | undefined }>();

  constructor(options: RuleIndexOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#byId.size;
  }

  get(id: string): StoredRule | undefined {
    return this.#byId.get(id)?.rule;
  }

  set(rule: StoredRule): void {
    this.delete(rule.id);
    this.version++;
    const indexed: IndexedRule = {
      rule,
      planKey: planKey(rule.plan),
      fits: compileInputs(rule.match.inputs),
      endsAt: rule.expires_at === undefined ? undefined : Date.parse(rule.expires_at),
      formats: { provenAt: undefined, contradiction: undefined },
    };
    this.#byId.set(rule.id, indexed);
    const sender = senderKey(rule.contract, rule.version, rule.source);
    const byViolations = this.#bySender.get(sender) ?? new Map<string, IndexedRule[]>();
    this.#bySender.set(sender, byViolations);
    byViolations.set(rule.match.violations, [...(byViolations.get(rule.match.violations) ?? []), indexed]);
  }

  delete(id: string): void {
    const indexed = this.#byId.get(id);
    if (indexed === undefined) return;
    this.#byId.delete(id);
    this.version++;
    const { contract, version, source, match } = indexed.rule;
    const sender = senderKey(contract, version, source);
    const byViolations = this.#bySender.get(sender);
    const left = byViolations?.get(match.violations)?.filter((other) => other !== indexed) ?? [];
    if (left.length > 0) byViolations?.set(match.violations, left);
    else byViolations?.delete(match.violations);
    if (byViolations?.size === 0) this.#bySender.delete(sender);
  }

  /** The rules of these statuses that are for this event. */
  matching(question: RuleQuestion, ...statuses: RuleStatus[]): IndexedRule[] {
    const { contract, version, source, violations, event } = question;
    const byViolations = this.#bySender.get(senderKey(contract, version, source));
    const rules = byViolations?.get(violationsKey(violations));
    if (rules === undefined) return [];
    const now = this.#options.now();
    return rules.filter(({ rule, fits }) => statuses.includes(statusAt(rule, now)) && fits(event));
  }

  /** The rules that are applied to a sender's events, whatever their failures. */
  activeOf(contract: string, version: string, source: string): StoredRule[] {
    const byViolations =
      this.#bySender.get(senderKey(contract, version, source)) ?? new Map<string, never[]>();
    const now = this.#options.now();
    return [...byViolations.values()]
      .flat()
      .filter((indexed) => statusAt(indexed.rule, now) === 'active' && this.compiled(indexed) !== undefined)
      .map(({ rule }) => rule);
  }

  /** Whether this rule alone is for the failures it is for, whatever the inputs and the status of others. */
  isAlone(indexed: IndexedRule): boolean {
    const { contract, version, source, match } = indexed.rule;
    const rules = this.#bySender.get(senderKey(contract, version, source))?.get(match.violations);
    return rules?.length === 1 && rules[0] === indexed;
  }

  /** The rules for the same events as this one: same sender, same violations, same inputs. */
  rivals({ id, contract, version, source, match }: StoredRule): StoredRule[] {
    const inputs = inputsKey(match.inputs);
    const rules = this.#bySender.get(senderKey(contract, version, source))?.get(match.violations) ?? [];
    return rules
      .map(({ rule }) => rule)
      .filter((rule) => rule.id !== id && inputsKey(rule.match.inputs) === inputs);
  }

  /** Undefined when the rule's contract is not here, or does not permit the plan. */
  compiled(indexed: IndexedRule): Apply | undefined {
    const { rule } = indexed;
    const contract = this.#options.contracts?.get(rule.contract, rule.version);
    if (contract === undefined) return undefined;
    const known = this.#compiled.get(indexed);
    if (known?.contract === contract) return known.apply;

    const { targetFields } = this.#options;
    const forbidden = checkPlan(rule.plan, contract, { targetFields });
    if (forbidden !== undefined) this.#options.onForbidden(rule, forbidden);
    const apply = forbidden === undefined ? this.#compile(indexed, contract) : undefined;
    this.#compiled.set(indexed, { contract, apply });
    return apply;
  }

  /** The plan, which steps back from events on which the healers should look again. */
  #compile({ rule, formats }: IndexedRule, contract: Contract): Apply {
    const { plan, match, origin } = rule;
    const known = new Set(match.beside);
    const rivals = compileRivals(plan, contract);
    const news = byShape((event) => rivals(event).filter((pointer) => !known.has(pointer)));
    const apply = compileRule(plan, contract, {
      mayLeave: known,
      isTold: origin === 'person',
      onFormat: (witness, path, format) => {
        if (witness === 'proves') formats.provenAt = this.#options.now();
        if (witness === 'contradicts')
          formats.contradiction = `an event has a value for ${path} that is not written as ${format}, but otherwise`;
      },
    });
    return (event, violations) => {
      const leaves = known.size < maxBeside ? news(event) : [];
      if (leaves.length > 0) return fail({ reason: `${leaves[0]} may be meant as well`, leaves });
      return apply(event, violations);
    };
  }
}

const senderKey = (contract: string, version: string, source: string): string =>
  `${contract}\n${version}\n${source}`;

const inputsKey = (inputs: StoredRule['match']['inputs']): string => inputs.map(inputKey).sort().join('\n');
