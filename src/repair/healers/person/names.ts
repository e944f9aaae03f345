import { wordsOf } from '../heuristics/names.ts';

/** What names must be alike by, at least, to be evidence of themselves. */
export const tellingName = 0.5;
/** By how much one name must be nearer than the next, to decide between equal values. */
const margin = 0.1;

/**
 * How alike two paths are, 0 to 1: half for the last name, half for all of them. Only tells apart what values have
 * shown already.
 */
export function likeness(source: readonly string[], target: readonly string[]): number {
  const last = shared(source.slice(-1), target.slice(-1));
  return (last + shared(source, target)) / 2;
}

/** The nearest by name, or the only one; undefined when the names don't decide. */
export function nearest<T extends { score: number }>(candidates: readonly T[]): T | undefined {
  const [best, next] = candidates.toSorted((a, b) => b.score - a.score);
  return next === undefined || (best !== undefined && best.score - next.score >= margin) ? best : undefined;
}

function shared(a: readonly string[], b: readonly string[]): number {
  const [left, right] = [new Set(a.flatMap(wordsOf)), new Set(b.flatMap(wordsOf))];
  const common = [...left].filter((word) => right.has(word)).length;
  const all = left.size + right.size - common;
  return all === 0 ? 0 : common / all;
}
