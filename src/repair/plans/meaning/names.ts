import type { Pointer } from '../../../model/plan.ts';
import { abbreviations } from '../../healers/heuristics/abbreviations.ts';
import { differInUnit } from '../../healers/heuristics/name-form.ts';
import { lettersOf } from '../../healers/heuristics/names.ts';
import { isMisspelling } from '../../healers/heuristics/spelling.ts';
import { axes, kinds, negations, negative, particular, shortUnits, units } from './vocabulary.ts';
import { mayHoldMilli } from './unit-symbols.ts';
import { leafOf, plainWords, wordsOn } from './words.ts';

/**
 * Why the value of `to` can't be what stands at `from`, by their names: the change of meaning; undefined when nothing
 * speaks against it. Words of the contract's own name mean nothing here: a refund's `refund_amount` is its amount.
 */
export function changeOfMeaning(from: Pointer, to: Pointer, own: ReadonlySet<string>): string | undefined {
  const source = about(from, own);
  const target = about(to, own);
  const [found, meant] = [leafOf(from), leafOf(to)];
  // Of one name in two spellings only a case that tells units apart makes another one: `kWhImport` is `kwh_import`.
  if (differInUnit(found, meant)) return `the unit (${found} and ${meant})`;
  const isOneName = lettersOf(found) === lettersOf(meant) && !mayHoldMilli(found) && !mayHoldMilli(meant);
  const unit = isOneName ? undefined : differs(source.unit, target.unit);
  if (unit !== undefined) return `the unit (${unit})`;
  const opposite = oppositeOf(source.words, target.words) ?? oppositeOf(target.words, source.words);
  if (opposite !== undefined) return `the sense (${opposite})`;
  if (
    isNegative(source.leaf) !== isNegative(target.leaf) ||
    isNegative(source.words) !== isNegative(target.words)
  )
    return 'the sense (one of them is negative)';
  for (const { name, sides } of axes) {
    const [mine, theirs] = [sideOf(source.words, sides), sideOf(target.words, sides)];
    if (mine !== undefined && theirs !== undefined && mine.side !== theirs.side)
      return `the ${name} (${mine.word} and ${theirs.word})`;
  }
  for (const { name, sides } of kinds) {
    const [mine, theirs] = [sideOf(source.leaf, sides), sideOf(target.leaf, sides)];
    const isOther = mine !== undefined && theirs !== undefined && mine.side !== theirs.side;
    if (isOther && !source.leaf.includes(theirs.word) && !target.leaf.includes(mine.word))
      return `the ${name} (${mine.word} and ${theirs.word})`;
  }
  const lone =
    source.words.find((word) => particular.has(word) && !hasLike(target.words, word)) ??
    // A sender of only one amount rarely says that it is the net one.
    target.leaf.find((word) => particular.has(word) && !level.has(word) && !hasLike(source.words, word));
  return lone === undefined ? undefined : `${particular.get(lone)!} (${lone})`;
}

const level: ReadonlySet<string> = new Set(['net', 'gross']);

interface About {
  words: string[];
  leaf: readonly string[];
  unit: string | undefined;
}

function about(pointer: Pointer, own: ReadonlySet<string>): About {
  const words = wordsOn(pointer).filter((word) => !own.has(word));
  const leaf = plainWords(leafOf(pointer)).filter((word) => !own.has(word));
  return { words, leaf, unit: unitOf(leafOf(pointer), leaf) };
}

/** A case that tells units apart counts: `power_mW` is a billionth of `power_MW`. */
function unitOf(name: string, leaf: readonly string[]): string | undefined {
  const electric = /(?:^|[^A-Za-z]|[a-z](?=[A-Z]))([mkMG]W)h?$/.exec(name);
  // `kW` is one however it is written, of `MW` and `mW` the case tells which.
  if (electric !== null)
    return electric[1] === 'kW' ? electric[0].replace(/^.*?(?=kW)/, '').toLowerCase() : electric[1];
  const found = leaf.findLast((word) => units.has(word));
  if (found !== undefined) return units.get(found);
  // Two underlines are a vendor's mark, as in `amount__c`.
  const short = /[^_]_([a-z])$/.exec(name)?.[1];
  return short === undefined ? undefined : shortUnits.get(short);
}

function differs(a: string | undefined, b: string | undefined): string | undefined {
  if (a === b) return undefined;
  return a === undefined || b === undefined ? (a ?? b) : `${a} and ${b}`;
}

/** `inactive` and `active`, `unpaid` and `paid`, `not verified` and `verified`. */
function oppositeOf(words: readonly string[], others: readonly string[]): string | undefined {
  for (const word of words)
    for (const negation of negations) {
      const rest = word.startsWith(negation) ? word.slice(negation.length) : '';
      if (rest.length >= 3 && others.includes(rest) && !words.includes(rest)) return `${word} and ${rest}`;
    }
  return undefined;
}

/** An odd number of turns. */
export const isNegative = (words: readonly string[]): boolean =>
  words.filter((word) => negative.has(word)).length % 2 === 1;

function sideOf(
  words: readonly string[],
  sides: readonly (readonly string[])[],
): { side: number; word: string } | undefined {
  for (const word of words) {
    const side = sides.findIndex((group) => group.includes(word));
    if (side !== -1) return { side, word };
  }
  return undefined;
}

/** The same word, or another one of its meaning and side. */
function hasLike(words: readonly string[], word: string): boolean {
  if (words.includes(word)) return true;
  const sides = axes.flatMap((axis) => axis.sides).filter((group) => group.includes(word));
  return words.some(
    (other) =>
      singular(other) === singular(word) ||
      abbreviations.get(other) === word ||
      isCutShort(other, word) ||
      isMisspelling(other, word) ||
      sides.some((group) => group.includes(other)),
  );
}

/** `recip` for `recipient`. */
const isCutShort = (a: string, b: string): boolean =>
  Math.min(a.length, b.length) >= 4 && (a.startsWith(b) || b.startsWith(a));

const singular = (word: string): string => word.replace(/(?<=.{3})e?s$/, '');
