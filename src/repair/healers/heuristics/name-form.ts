import { isEnglish } from './dictionary.ts';
import { singular, tokensOf } from './names.ts';

/** Whether a name ends in a plural: `hours`, `items`, not `status`. */
export function isPlural(name: string): boolean {
  const last = tokensOf(name).at(-1)?.toLowerCase() ?? '';
  return singular(last) !== last;
}

/** Whether the words of a name are one of the language, and not two that were written as one. */
export const isOneWord = (words: readonly string[]): boolean => words.length === 1 && isEnglish(words[0]!);

/** Units of which m is a thousandth and M a million, or b a bit and B a byte. */
const unitOfSize =
  /^(m(w|wh|hz|pa|v|va|a|ah|j|n|l|bar|g|s|sv|gy|mol|eq)|p(g|s|a|mol)|n(m|mi)|[kmgtp]i?b(ps)?)$/i;
/** Of these nobody means the other unit, however they are written. */
const customary: ReadonlySet<string> = new Set(['MHz', 'mL']);

/** Whether two spellings of a unit in other cases are, or may be, two units: `mW` and `MW`, `Mb` and `MB`. */
export function isUnitByCase(one: string, other: string): boolean {
  if (one === other || one.toLowerCase() !== other.toLowerCase() || !unitOfSize.test(one)) return false;
  return (
    ![one, other].some((text) => customary.has(text)) ||
    ![one, other].some((text) => text === text.toLowerCase())
  );
}

/**
 * Whether two names are the same but for a case that makes another unit: `power_mW` and `power_MW`. Names that are all in
 * one case, or in camel case, say nothing by theirs.
 */
export function differInUnit(one: string, other: string): boolean {
  const [a, b] = [unitOf(one), unitOf(other)];
  if (a === undefined || b === undefined || a.token.toLowerCase() !== b.token.toLowerCase()) return false;
  return (a.isTold || b.isTold) && isUnitByCase(a.token, b.token);
}

function unitOf(name: string): { token: string; isTold: boolean } | undefined {
  const token = /[A-Za-z]+$/.exec(name.slice(0, 128))?.[0] ?? '';
  // In camel case the unit begins with the capital: `powerMW`, and a lone lower-case letter belongs to it: `power_mW`.
  const unit = [token, /[A-Z]*[a-z]?[A-Z]+$/.exec(token)?.[0], /[A-Z][a-z]+$/.exec(token)?.[0]].find(
    (text) => text !== undefined && unitOfSize.test(text),
  );
  if (unit === undefined) return undefined;
  const rest = name.slice(0, -unit.length);
  const isWordLike = /^([a-z]+|[A-Z][a-z]*)$/.test(unit);
  const isShouted = unit === unit.toUpperCase() && rest === rest.toUpperCase();
  // `capacity_Gb`: a capital among names that have none is no way to write a word.
  const isLoneCapital = /^[A-Z]/.test(unit) && /[^A-Za-z]$/.test(rest) && !/[A-Z]/.test(rest);
  return { token: unit, isTold: !isShouted && (!isWordLike || unit.length === 1 || isLoneCapital) };
}
