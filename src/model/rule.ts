import { createHash } from 'node:crypto';
import type { JsonType } from './json.ts';
import type { Plan } from './plan.ts';

export type RuleOrigin = 'heuristic' | 'llm' | 'person' | 'import';

/**
 * - `candidate`: waits for a person's approval, and so do the events it would repair. Does not expire.
 * - `active`: is applied.
 * - `disabled`: is not applied, and no healer may bring its plan back. Does not expire when a person disabled it.
 * - `expired`: is no longer applied; the healers look again. Kept a while to be looked at.
 */
export const ruleStatuses = ['candidate', 'active', 'disabled', 'expired'] as const;
export type RuleStatus = (typeof ruleStatuses)[number];

/** A type that an input of the plan had when the rule was learned; a path stands once for each of its types. */
export interface RuleInput {
  /** JSON Pointer, `*` for every element of an array. */
  path: string;
  type: JsonType;
  /** Of a text that the plan splits. */
  parts?: RuleParts;
}

/** What a text was split at when the rule was learned, and of which sorts its parts were: `digits letters` of `10115 Berlin`. */
export interface RuleParts {
  separator: string;
  forms: string[];
}

/** Which events of the rule's contract, version and source it is for. */
export interface RuleMatch {
  /** `violationsKey` (validate/signature.ts). */
  violations: string;
  inputs: RuleInput[];
  /** Undeclared fields that may mean what the plan fills, and that were looked at when the rule was learned. */
  beside?: string[];
}

/** What speaks against the rows that a rule has repaired. */
export interface RuleDoubt {
  /** ISO 8601: since when its repairs may be wrong. */
  since: string;
  /** Names paths and formats, never values. */
  reason: string;
}

/** A repair plan that worked, and when to use it again. */
export interface Rule {
  id: string;
  contract: string;
  version: string;
  source: string;
  /** Error signature of the event it was learned from. */
  signature: string;
  match: RuleMatch;
  plan: Plan;
  origin: RuleOrigin;
  status: RuleStatus;
  /** Why the plan was believed, for a person to check. */
  evidence: string[];
  /** The language model that proposed it. */
  model?: string;
  /** Who disabled it: a person; other plans, which repaired what it should have; an event that its format contradicts. */
  disabled_by?: 'person' | 'failures' | 'contradiction';
  disabled_reason?: string;
  /** Its repairs since then are to be looked at, and perhaps rolled back. */
  doubt?: RuleDoubt;
  /** ISO 8601 times; without an end it is for good: a person has taught or approved it. Each use puts the end off. */
  created_at: string;
  expires_at?: string;
  /** Events repaired, and events that matched but that the plan could not repair. */
  hits: number;
  failures: number;
  last_used_at?: string;
}

/** The rule as it is stored; counts are kept apart, because they change all the time. */
export type StoredRule = Omit<Rule, 'hits' | 'failures' | 'last_used_at'>;

/** Equal for two plans that do the same in the same words. */
export function planKey(plan: Plan): string {
  return JSON.stringify(plan.operations.map((operation) => Object.entries(operation).sort(byName)));
}

/** Equal for two inputs that are the same values. */
export const inputKey = ({ path, type, parts }: RuleInput): string =>
  `${path} ${type}${parts === undefined ? '' : ` ${JSON.stringify([parts.separator, parts.forms])}`}`;

const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1);

/**
 * The same for the same plan learned twice for the same events, so that two threads, two machines or an import
 * can't make two rules of one.
 */
export function ruleId(rule: Pick<Rule, 'contract' | 'version' | 'source' | 'match' | 'plan'>): string {
  const inputs = rule.match.inputs.map(inputKey).sort();
  const identity = [
    rule.contract,
    rule.version,
    rule.source,
    rule.match.violations,
    inputs,
    planKey(rule.plan),
  ];
  return `r_${createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 16)}`;
}

/** The status now: an active rule, or one that was disabled by no person, ends with its time. */
export function statusAt(rule: StoredRule, now: number): RuleStatus {
  if (rule.expires_at === undefined) return rule.status;
  const ends = rule.status === 'active' || (rule.status === 'disabled' && rule.disabled_by !== 'person');
  return ends && Date.parse(rule.expires_at) <= now ? 'expired' : rule.status;
}
