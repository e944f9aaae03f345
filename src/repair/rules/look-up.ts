import { sameJson } from '../../model/json.ts';
import type { StoredRule } from '../../model/rule.ts';
import type { Apply, IndexedRule, RuleIndex, RuleQuestion } from './index-by-sender.ts';

export type Found =
  /** `apply` runs the plan and validates the result; each call is counted as a use of the rule. */
  | { kind: 'rule'; rule: StoredRule; apply: Apply }
  | { kind: 'none' }
  /** Rules with different plans claim the event; none is applied. */
  | { kind: 'ambiguous'; rules: StoredRule[] };

/** The rule for an event, or what several rules that have nothing to do with each other come to. */
export function lookUp(index: RuleIndex, question: RuleQuestion): Found & { indexed?: IndexedRule } {
  const usable = index.matching(question, 'active').flatMap((indexed) => {
    const apply = index.compiled(indexed);
    return apply === undefined ? [] : { indexed, apply };
  });
  const [first, ...others] = mostSpecific(usable);
  if (first === undefined) return { kind: 'none' };
  if (others.length === 0) return { kind: 'rule', rule: first.indexed.rule, ...first };
  // Several that have nothing to do with each other: what works, when it comes to the same.
  const { event, violations } = question;
  const tried = [first, ...others].map((one) => ({ ...one, made: one.apply(event, violations) }));
  const willing = tried.filter(({ made }) => made.ok || made.error.leaves !== undefined);
  const results = willing.map(({ made }) => (made.ok ? made.value.event : undefined));
  // Where none repairs it, or each leaves something to another, the healers may find what does all of it.
  const [only] = willing;
  if (only === undefined || results.every((result) => result === undefined)) return { kind: 'none' };
  if (results.every((result) => sameJson(result, results[0])))
    return { kind: 'rule', rule: only.indexed.rule, indexed: only.indexed, apply: only.apply };
  return { kind: 'ambiguous', rules: [first, ...others].map(({ indexed }) => indexed.rule) };
}

/**
 * Of the rules for an event those that explain the most of it: none whose inputs another one has too, and more besides.
 * Rules with the same plan are one.
 */
function mostSpecific<T extends { indexed: IndexedRule }>(rules: readonly T[]): T[] {
  if (rules.length < 2) return [...rules];
  const all = rules.map((rule) => ({ rule, inputs: inputsOf(rule.indexed) }));
  const left = all.filter(
    ({ inputs }) =>
      !all.some(
        ({ inputs: others }) => others.size > inputs.size && [...inputs].every((path) => others.has(path)),
      ),
  );
  return left
    .map(({ rule }) => rule)
    .filter(
      ({ indexed }, at, kept) => kept.findIndex((other) => other.indexed.planKey === indexed.planKey) === at,
    );
}

const inputsOf = ({ rule }: IndexedRule): Set<string> => new Set(rule.match.inputs.map(({ path }) => path));
