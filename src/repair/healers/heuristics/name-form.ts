import { customarySymbol, isToldByCase } from '../../plans/meaning/unit-symbols.ts';
import { isEnglish } from './dictionary.ts';
import { singular, tokensOf } from './names.ts';

/** Whether a name ends in a plural: `hours`, `items`, not `status`. */
export function isPlural(name: string): boolean {
  const last = tokensOf(name).at(-1)?.toLowerCase() ?? '';
  return singular(last) !== last;
}

/** Whether one of two names counts what the other numbers: `rooms_number` and `room_number`. */
export function isCountOf(one: string, other: string): boolean {
  const numbered = [one, other].map((name) => tokensOf(name).map((token) => token.toLowerCase()));
  if (!numbered.every((tokens) => numberWords.has(tokens.at(-1) ?? ''))) return false;
  const [a, b] = numbered.map((tokens) => tokens.slice(0, -1).some((token) => singular(token) !== token));
  return a !== b;
}

const numberWords: ReadonlySet<string> = new Set(['no', 'nr', 'nbr', 'num', 'number']);

/** Whether the words of a name are one of the language, and not two that were written as one. */
export const isOneWord = (words: readonly string[]): boolean => words.length === 1 && isEnglish(words[0]!);

/**
 * Whether two names are the same but for a case that makes another unit: `power_mW` and `power_MW`, `size_Gb_max` and
 * `size_GB_max`. Names that are all in one case, or in camel case, say nothing by theirs.
 */
export function differInUnit(one: string, other: string): boolean {
  const [a, b] = [partsOf(one), partsOf(other)];
  const last = a.length === b.length ? a.length : 1;
  for (let back = 1; back <= last; back++)
    if (areTwoUnits(unitOf(a, a.length - back), unitOf(b, b.length - back))) return true;
  return false;
}

const partsOf = (name: string): string[] => name.slice(0, 128).split(/[^A-Za-z]+(?=[A-Za-z])/);

function areTwoUnits(a: Unit | undefined, b: Unit | undefined): boolean {
  if (a === undefined || b === undefined || a.symbol.toLowerCase() !== b.symbol.toLowerCase()) return false;
  if (a.symbol === b.symbol || (!a.isTold && !b.isTold)) return false;
  return customarySymbol(a.symbol) !== customarySymbol(b.symbol);
}

interface Unit {
  symbol: string;
  /** Whether its case says which it is. */
  isTold: boolean;
}

function unitOf(parts: readonly string[], at: number): Unit | undefined {
  const token = /[A-Za-z]+/.exec(parts[at] ?? '')?.[0] ?? '';
  // In camel case the unit begins with the capital: `powerMW`, and a lone lower-case letter belongs to it: `power_mW`.
  const symbol = [
    token,
    /[A-Z]*[a-z]?[A-Z]+[a-z]?$/.exec(token)?.[0],
    /[a-z][A-Z][a-z]$/.exec(token)?.[0],
    /[A-Z]*[a-z]?[A-Z]+$/.exec(token)?.[0],
    /[A-Z][a-z]+$/.exec(token)?.[0],
    /[A-Z]+$/.exec(token)?.[0],
  ].find((text) => text !== undefined && (text.length > 1 || token.length === 1) && isToldByCase(text));
  if (symbol === undefined) return undefined;
  const rest = [...parts.slice(0, at), token.slice(0, -symbol.length)].join('_');
  const isWordLike = /^([a-z]+|[A-Z][a-z]*)$/.test(symbol);
  const isShouted = symbol === symbol.toUpperCase() && rest === rest.toUpperCase();
  // `capacity_Gb`: a capital among names that have none is no way to write a word.
  const isLoneCapital = /^[A-Z]/.test(symbol) && /[^A-Za-z]$/.test(rest) && !/[A-Z]/.test(rest);
  return { symbol, isTold: !isShouted && (!isWordLike || symbol.length === 1 || isLoneCapital) };
}
