import type { Json, JsonObject } from '../../../model/json.ts';
import { wordsOf } from '../../healers/heuristics/names.ts';
import { fieldMarks, general, moments, wordSet } from '../../healers/heuristics/words.ts';
import { besideNumber, ofAny } from './beside-number.ts';
import { units } from './vocabulary.ts';

/** A value by its names, before and after it is taken, as words; `clock` is a time that is read from text. */
export interface Measured {
  sort: 'number' | 'time' | 'clock' | 'phone' | 'text';
  names: readonly (readonly string[])[];
}

/** What the name of a field beside a value promises: whether it is called after the value, and which values of it say more. */
export interface Telling {
  isNamed: boolean;
  /** `around`: what the value stands in. */
  saysMore(value: Json, meant: Json | undefined, around: JsonObject): boolean;
}

const ofPhone = wordSet('extension ext dial dialling dialing calling area prefix country');
const ofHalfDay = wordSet('am pm ampm ap meridiem meridian');
/** Parts of a second, and what a Unix time may count. */
const ofSecond = wordSet('sec millis micro micros us ns');
/** Of a text: what stands before or behind it, and in which form it is; `sery` is how `series` reads. */
const ofText = wordSet(
  'prefix suffix sery encoding encoded base64 compressed encrypted hashed truncated redacted masked preview partial',
);
const ofHouse = wordSet('house civic hausnummer hsnr suffix');
const ofContent = wordSet('content transfer body text is');

/**
 * What a field says of a value beside it: its unit, sign, scale or other half, or, called after it, anything more (`amount_sign`,
 * `due_at_estimated`). Undefined for nothing, and for what is called after another field there: the `weight_unit` beside a `weight`.
 */
export function completes(key: string, { sort, names }: Measured, beside: JsonObject): Telling | undefined {
  const words = wordsOf(key);
  if (sort === 'clock' || sort === 'time') return besideTime(words, names, sort);
  const rest = names
    .map((name) => beyond(words, sort === 'text' ? headOf(name) : coreOf(name)))
    .find((left) => left !== undefined);
  const left = rest ?? words;
  const isNamed = rest !== undefined;
  const isAll = (set: ReadonlySet<string>) =>
    left.some((word) => set.has(word)) && left.every((word) => set.has(word) || ofAny.has(word));
  if (sort === 'phone') return isAll(ofPhone) ? { isNamed, saysMore: isDialled } : undefined;
  if (sort === 'text') return besideText(left, names, isNamed);
  return besideNumber(left, { isNamed, names, key, beside });
}

/** What stands before or behind a text, or in which form it is; of a street, the house. */
function besideText(
  left: readonly string[],
  names: Measured['names'],
  isNamed: boolean,
): Telling | undefined {
  const isForm = left.some((word) => ofText.has(word));
  if (isNamed && isForm) return { isNamed, saysMore: (value) => isThere(value) && !isPlainText(value) };
  if (names.some((name) => name.at(-1) === 'street')) {
    const isHouse = left.some((word) => ofHouse.has(word) || (isNamed && word === 'number'));
    return isHouse ? { isNamed: true, saysMore: isThere } : undefined;
  }
  if (isNamed || !isForm || !left.every((word) => ofText.has(word) || ofContent.has(word))) return undefined;
  // Of any text around, it is one that is in no language.
  return { isNamed, saysMore: (value, meant) => isThere(value) && isCoded(meant) && !isPlainText(value) };
}

const isCoded = (meant: Json | undefined): boolean =>
  typeof meant === 'string' && meant.length >= 8 && !/\s/.test(meant);

const isPlainText = (value: Json): boolean =>
  typeof value === 'string' &&
  /^(utf-?\d+|ascii|us-ascii|iso-8859-1|latin1|identity|none|plain|7bit|8bit)$/i.test(value);

/** `due_at_estimated` of `due_at`; of a time on a clock of twelve hours, which half of the day it is in. */
function besideTime(
  words: readonly string[],
  names: Measured['names'],
  sort: Measured['sort'],
): Telling | undefined {
  const isFlag = names.some((name) => {
    const core = name.filter((word) => !fieldMarks.has(word));
    return core.length > 1 && words.length > core.length && core.every((word, at) => words[at] === word);
  });
  const isOfHalf = words.some((word) => ofHalfDay.has(word));
  const isHalf = (value: Json) =>
    typeof value === 'string' &&
    (/^\s*[ap]\.?\s?m\.?\s*$/i.test(value) || (isOfHalf && /^\s*[ap]\.?\s*$/i.test(value)));
  if (sort === 'time') return isFlag ? { isNamed: true, saysMore: (value) => value === true } : undefined;
  const saysForm = words.includes('format') || (words.includes('date') && words.includes('order'));
  const isForm = (value: Json) =>
    typeof value === 'string' && /^[DMY]+[^a-z]*[DMY]+[^a-z]*[DMY]+$/i.test(value.trim());
  const isFraction =
    names.some((name) => name[0] === words[0]) &&
    words.some((word) => ofSecond.has(units.get(word) ?? units.get(`${word}s`) ?? ''));
  const isTimeUnit = (value: Json) =>
    typeof value === 'string' && ofSecond.has(units.get(value.trim().toLowerCase()) ?? '');
  return {
    isNamed: true,
    saysMore: (value) =>
      isHalf(value) ||
      (value === true && (isFlag || isOfHalf)) ||
      (saysForm && isForm(value)) ||
      (isFraction && typeof value === 'number' && value !== 0) ||
      (words.includes('unit') && isTimeUnit(value)),
  };
}

/** What a name has besides all words of another; undefined when it lacks one. */
const beyond = (words: readonly string[], core: readonly string[]): string[] | undefined => {
  const left = words.filter((word) => !core.includes(word));
  return core.length > 0 && left.length > 0 && core.every((word) => words.includes(word)) ? left : undefined;
};

/** The words of a name without its unit, and without what only says that it is a value or a time. */
const coreOf = (name: readonly string[]): string[] => {
  const core = name.filter((word) => !units.has(word) && !fieldMarks.has(word) && !moments.has(word));
  return core.every((word) => general.has(word)) ? [] : core;
};

/** The words of a name without what is general: an `invoice_series` is part of an `invoice_number`. */
const headOf = (name: readonly string[]): string[] =>
  name.filter((word) => !general.has(word) || name.length === 1);

const isThere = (value: Json): boolean => value !== null && value !== false && value !== '';

/** Digits to dial, and no country's letters. */
const isDialled = (value: Json): boolean =>
  (typeof value === 'string' || typeof value === 'number') && /^\s*\+?[\d ()-]{1,8}\s*$/.test(`${value}`);
