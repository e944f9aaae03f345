import type { IndexedRule } from './index-by-sender.ts';

/**
 * Of the rules for an event those that explain the most of it: none whose inputs another one has too, and more besides.
 * Rules with the same plan are one.
 */
export function mostSpecific<T extends { indexed: IndexedRule }>(rules: readonly T[]): T[] {
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
