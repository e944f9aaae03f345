import type { Json, JsonObject } from '../../../model/json.ts';
import { isAnyNumber } from '../../../model/exact-number.ts';
import { wordsOf } from '../../healers/heuristics/names.ts';
import { fieldMarks, general, moments } from '../../healers/heuristics/words.ts';
import { isUnitSymbol } from './unit-symbols.ts';
import { units } from './vocabulary.ts';

/** A value by its names, before and after it is taken, as words. */
export interface Measured {
  sort: 'number' | 'time' | 'phone';
  names: readonly (readonly string[])[];
}

/** What the name of a field tells that stands beside a value: what it says of it, and whether it is called after it. */
export interface Told {
  says: 'unit' | 'any unit' | 'sign' | 'scale' | 'more';
  isNamed: boolean;
}

const wordSet = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** Words for what a number lacks. */
const saysUnit = wordSet('unit uom measure measurement denomination format');
const saysSign = wordSet('sign signed negative minus debit credit dc reversal reversed direction');
const saysScale = wordSet(
  'scale exponent multiplier divisor factor decimal minor cent penny pence thousand million',
);
const saysOfPhone = wordSet('extension ext dial dialling dialing calling area prefix country');

/** Whose value is one, whatever it is. */
const plainUnit = wordSet('unit uom');

/** What a thing has that is called after a number: `price_id`, `score_label`. */
const saysNothing: ReadonlySet<string> = new Set(
  [
    ...general,
    'description',
    'note',
    'comment',
    'source',
    'currency',
    'is',
    'has',
    'formatted',
    'display',
  ].filter((word) => word !== 'type' && word !== 'code'),
);

/** What says nothing of which number is meant. */
const ofAny = wordSet(
  'amount value number currency money price in is are the of as code place unit field flag indicator ind type',
);

/**
 * What a field says of a value beside it, by its name: its unit, sign or scale, or, called after it, anything more (`amount_sign`,
 * `due_at_estimated`). Undefined for nothing, and for what is called after another field there: the `weight_unit` beside a `weight`.
 */
export function completes(key: string, { sort, names }: Measured, beside: JsonObject): Told | undefined {
  const words = wordsOf(key);
  if (sort === 'time')
    return names.some((name) => isFlagOf(words, name)) ? { says: 'more', isNamed: true } : undefined;
  const rest = names.map((name) => beyond(words, coreOf(name))).find((left) => left !== undefined);
  const isNamed = rest !== undefined;
  const left = rest ?? words;
  if (sort === 'phone') {
    const isOfPhone =
      left.every((word) => saysOfPhone.has(word) || ofAny.has(word)) &&
      left.some((word) => saysOfPhone.has(word));
    return isOfPhone ? { says: 'more', isNamed } : undefined;
  }
  const says = sayingOf(left);
  if (isNamed && (says !== undefined || !left.every((word) => saysNothing.has(word))))
    return { says: says ?? 'more', isNamed };
  if (says === undefined || names.some(isIdentity)) return undefined;
  const others = left.filter((word) => !ofAny.has(word) && sayingOf([word]) === undefined);
  if (others.length === 0)
    return { says: left.every((word) => plainUnit.has(word)) ? 'any unit' : says, isNamed };
  // Called after something else: of a unit its value tells, of anything else nothing does.
  const isOfAnother = Object.keys(beside).some(
    (other) => other !== key && others.every((word) => wordsOf(other).includes(word)),
  );
  return says === 'unit' && !isOfAnother ? { says: 'unit', isNamed } : undefined;
}

/** `due_at_estimated`, of `due_at`. */
const isFlagOf = (words: readonly string[], name: readonly string[]): boolean => {
  const core = name.filter((word) => !fieldMarks.has(word));
  return core.length > 1 && words.length > core.length && core.every((word, at) => words[at] === word);
};

function sayingOf(words: readonly string[]): Told['says'] | undefined {
  if (words.some((word) => saysScale.has(word))) return 'scale';
  if (words.some((word) => saysSign.has(word))) return 'sign';
  return words.some((word) => saysUnit.has(word)) ? 'unit' : undefined;
}

/** What a name has besides all words of another; undefined when it lacks one. */
const beyond = (words: readonly string[], core: readonly string[]): string[] | undefined =>
  core.length > 0 && core.every((word) => words.includes(word))
    ? words.filter((word) => !core.includes(word))
    : undefined;

/** The words of a name without its unit, and without what only says that it is a value or a time. */
const coreOf = (name: readonly string[]): string[] => {
  const core = name.filter((word) => !units.has(word) && !fieldMarks.has(word) && !moments.has(word));
  return core.every((word) => general.has(word)) ? [] : core;
};

/** A number that measures nothing: an id, a code, a year. */
const isIdentity = (name: readonly string[]): boolean => {
  const last = name.at(-1) ?? '';
  return last !== 'value' && (general.has(last) || last === 'year');
};

/** Whether a value beside another one says no more of it than goes without saying. */
export function isNeutralBeside(value: Json, { says, isNamed }: Told, { sort, names }: Measured): boolean {
  if (value === null || value === false || value === '') return true;
  if (value === true) return says === 'unit' && !isNamed;
  if (isAnyNumber(value) && sort !== 'phone')
    return says !== 'scale' || Number(value) === 1 || Number(value) === 0;
  if (typeof value === 'object') return true;
  const text = `${value}`.trim();
  // Digits to dial, and no country's letters.
  if (sort === 'phone') return !/^\+?[\d ()-]{1,8}$/.test(text);
  if (sort === 'time') return true;
  // A number again, as it is shown, or a sentence.
  if (text === '+' || (says === 'more' && /\d|\s\S+\s/.test(text))) return true;
  if (says === 'sign') return !isNamed && !tellsSign.has(text.toLowerCase());
  if (isCurrency(text) || counts.has(text.toLowerCase()) || names.some((name) => isUnitOf(text, name)))
    return true;
  if (isNamed || says === 'scale' || says === 'any unit') return false;
  return !isUnit(text);
}

const tellsSign = wordSet(
  '- − minus debit credit d c dr cr db dbit crdt h s soll haben negative n neg in out',
);
const counts = wordSet('each ea pc pcs piece pieces item items unit units count');

const isUnit = (text: string): boolean =>
  units.has(text.toLowerCase()) || (text.length > 1 && isUnitSymbol(text));

/** `kg` of a `weight_kg`. */
function isUnitOf(text: string, name: readonly string[]): boolean {
  const word = text.toLowerCase();
  const unit = units.get(word) ?? word;
  return name.some((part) => part === word || units.get(part) === unit);
}

const currencies: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));
const isCurrency = (text: string): boolean => currencies.has(text);
