import type { JsonObject } from '../../../model/json.ts';
import type { Pointer } from '../../../model/plan.ts';
import { segmentsOf } from '../../../model/pointer.ts';
import { isEnglish } from '../../healers/heuristics/dictionary.ts';
import { wordsOf } from '../../healers/heuristics/names.ts';
import { schemasAt } from '../schema-paths.ts';
import { leafOf } from './words.ts';

/**
 * Words for one thing, the most general of them first: of two others in a row neither stands for the other, as a cost is no
 * price though both are amounts. A short closed list of what fields are called everywhere. What is missing here costs a
 * look of a person, once for each rule.
 */
const wordsForOne = [
  'amount price cost total sum value charge payment worth',
  'total sum',
  'id identifier uuid guid number reference key code',
  'name title label',
  'description summary detail text',
  'comment note remark',
  'email mail',
  'phone telephone tel mobile cell cellphone',
  'customer client buyer purchaser',
  'user member',
  'company organization organisation business firm',
  'seller merchant vendor',
  'employee staff worker',
  'country nation',
  'city town locality',
  'zip postcode postal',
  'street road',
  'state province region',
  'quantity count unit piece',
  'product item article ware',
  'order purchase',
  'invoice bill',
  'last surname family',
  'first forename given',
  'gender sex',
  'birth birthday birthdate dob',
  'status state',
  'url link uri href',
  'image picture photo',
  'language locale lang',
  'category type kind',
  'begin start',
  'finish end',
  'date day time',
  'paid settled',
  'completed complete done finished fulfilled',
  'pending open waiting',
  'active enabled live',
  'shipped dispatched sent',
  'failed error',
].map((line) => line.split(' '));

/** Whether one of two words stands for the other. */
export const isOneThing = (a: string, b: string): boolean =>
  wordsForOne.some(([general, ...others]) =>
    a === general ? others.includes(b) : b === general && others.includes(a),
  );

/** All words for what a word may stand for. */
export const wordsFor = (word: string): readonly string[] =>
  wordsForOne.filter((line) => line.includes(word)).flat();

export const isKnownThing = (word: string): boolean => wordsFor(word).length > 0;

/** Words of one stem: `complete` and `completed`. */
const isOneStem = (a: string, b: string): boolean =>
  Math.min(a.length, b.length) >= 4 && (a.startsWith(b) || b.startsWith(a));

/**
 * Whether two names are known to be called after different things, as `fax` and `phone` are: each has English words that
 * the other lacks, and that are no words for one thing. Of jargon, short forms and other languages this says nothing.
 */
export function areDifferentThings(from: readonly string[], to: readonly string[]): boolean {
  const source = from.filter((word) => !to.includes(word));
  const target = to.filter((word) => !from.includes(word));
  if (source.length === 0 || target.length === 0) return false;
  if (![...source, ...target].every(isEnglish)) return false;
  const isMatched = (word: string, others: readonly string[]) =>
    others.some((other) => isOneThing(word, other) || isOneStem(word, other));
  return !source.every((word) => isMatched(word, target)) || !target.every((word) => isMatched(word, source));
}

/** The same of the fields at two places. That an `email` is one, its format says: `buyer` only tells whose. */
export function areDifferentFields(from: Pointer, to: Pointer, jsonSchema: JsonObject): boolean {
  const formats = schemasAt(jsonSchema, segmentsOf(to)).map(({ format }) => format);
  const told = formats.flatMap((format) =>
    format === 'email' ? ['email'] : format === 'uri' ? ['url', 'uri'] : [],
  );
  const target = wordsOf(leafOf(to)).filter((word) => !told.includes(word));
  return areDifferentThings(wordsOf(leafOf(from)), target);
}
