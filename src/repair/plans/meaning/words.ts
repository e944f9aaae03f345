import { segmentsOf } from '../../../model/pointer.ts';

const known = new Map<string, readonly string[]>();
const maxKnown = 20_000;

/** The words of a name as they are written, in lower case: `amountInCents` is amount, in, cents. */
export function plainWords(name: string): readonly string[] {
  const before = known.get(name);
  if (before !== undefined) return before;
  if (known.size >= maxKnown) known.clear();
  const words = name
    .slice(0, 128)
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu}+)(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
  known.set(name, words);
  return words;
}

/** The words of all names on a path. */
export const wordsOn = (pointer: string): string[] =>
  segmentsOf(pointer)
    .filter((segment) => !/^(\d+|\*)$/.test(segment))
    .flatMap((segment) => plainWords(segment));

export const leafOf = (pointer: string): string =>
  segmentsOf(pointer).findLast((segment) => !/^(\d+|\*)$/.test(segment)) ?? '';
