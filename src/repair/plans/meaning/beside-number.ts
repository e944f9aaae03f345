import { isAnyNumber } from '../../../model/exact-number.ts';
import type { Json, JsonObject } from '../../../model/json.ts';
import { wordsOf } from '../../healers/heuristics/names.ts';
import { general, wordSet } from '../../healers/heuristics/words.ts';
import type { Measured, Telling } from './completing.ts';
import { isUnitSymbol } from './unit-symbols.ts';
import { units } from './vocabulary.ts';

/** Words for what a number lacks. */
const ofUnit = wordSet('unit uom measure measurement denomination format');
const ofSign = wordSet('sign signed negative minus debit credit dc reversal reversed direction');
const ofScale = wordSet(
  'scale exponent multiplier divisor factor decimal fraction minor cent penny pence thousand million per',
);
const factors = wordSet('scale multiplier divisor factor per');
/** What makes of a value a bound, or another kind of number: `<`, `approximate`. */
const ofBound = wordSet('comparator operator qualifier relation modifier approximate percent delta');
/** Units of which a larger one may hold the rest: half an hour beside an hour. */
const ofTime = wordSet('hrs mins sec days');
const ofHemisphere = wordSet('ns ew n s e w hemisphere direction dir');
/** What says nothing of which number is meant. */
export const ofAny = wordSet(
  'amount value number currency money price in is are the of as code place unit field flag indicator ind type total',
);
/** What a thing has that is called after a number: `price_id`, `score_label`. */
const ofThing: ReadonlySet<string> = new Set(
  [...general, ...wordSet('description note comment source currency is has formatted display')].filter(
    (word) => word !== 'type' && word !== 'code',
  ),
);

/** What a field says of a number beside it, by the words that it has beyond the name of the number, or by all of its own. */
export function besideNumber(
  left: readonly string[],
  {
    isNamed,
    names,
    key,
    beside,
  }: { isNamed: boolean; names: Measured['names']; key: string; beside: JsonObject },
): Telling | undefined {
  const has = (set: ReadonlySet<string>) => left.some((word) => set.has(word));
  const flag = (value: Json) => value === true;
  const isPlace = names.some((name) => name.includes('latitude') || name.includes('longitude'));
  if (isPlace && (isNamed || left.every((word) => ofHemisphere.has(word))))
    return {
      isNamed: true,
      saysMore: (value) => flag(value) || isOtherSide(value) || isFurtherPart(value, left),
    };
  const timed = left.flatMap((word) => (ofTime.has(units.get(word) ?? '') ? [units.get(word)] : []));
  const isTimed = names.some((name) =>
    name.some((word) => ofTime.has(units.get(word) ?? '') && !timed.includes(units.get(word))),
  );
  if (isTimed && timed.length > 0 && left.length === 1)
    return { isNamed, saysMore: (value, meant) => isAnyNumber(value) && !isSameInOther(value, meant) };
  const isScale = has(ofScale);
  const isNoScale = (value: Json, meant: Json | undefined) =>
    (Number(value) === 1 && has(factors)) || isSameInOther(value, meant);
  if (isNamed) {
    if (left.includes('currency')) return { isNamed, saysMore: isOtherCurrency };
    if (!isScale && !has(ofSign) && !has(ofUnit) && left.every((word) => ofThing.has(word)))
      return { isNamed, saysMore: isScaled };
    return {
      isNamed,
      saysMore: (value, meant) => {
        if (isAnyNumber(value))
          return (isScale && !isNoScale(value, meant)) || (has(ofSign) && Number(value) < 0);
        if (isScaled(value, meant)) return true;
        return flag(value) || (isWord(value) && !isUsual(value, names) && !(has(ofSign) && value === '+'));
      },
    };
  }
  if (left.every((word) => ofBound.has(word) || ofAny.has(word)) && has(ofBound))
    return { isNamed, saysMore: (value) => flag(value) || isBound(value) };
  if (!(isScale || has(ofSign) || has(ofUnit)) || names.some(isIdentity)) return undefined;
  const others = left.filter((word) => ![ofAny, ofScale, ofSign, ofUnit].some((set) => set.has(word)));
  if (others.length > 0) {
    // Called after something else: of a unit its value tells, of anything else nothing does.
    const isOfAnother = Object.keys(beside).some(
      (other) => other !== key && others.every((word) => wordsOf(other).includes(word)),
    );
    if (isOfAnother || !has(ofUnit)) return undefined;
    return { isNamed, saysMore: (value) => isUnit(value) && !isUsual(value, names) };
  }
  const isPlainUnit = left.every((word) => word === 'unit' || word === 'uom');
  return {
    isNamed,
    saysMore: (value, meant) => {
      if (isAnyNumber(value)) return isScale && !isNoScale(value, meant);
      if (flag(value)) return isScale || has(ofSign);
      if (has(ofSign)) return typeof value === 'string' && tellsSign.has(value.trim().toLowerCase());
      return isWord(value) && !isUsual(value, names) && (isScale || isPlainUnit || isUnit(value));
    },
  };
}

/** A number that measures nothing: an id, a code, a year. */
const isIdentity = (name: readonly string[]): boolean => {
  const last = name.at(-1) ?? '';
  return last !== 'value' && (general.has(last) || last === 'year');
};

/** Whether a text is the same number with its point elsewhere: `$5.00` beside 500. */
function isScaled(value: Json, meant: Json | undefined): boolean {
  if (typeof value !== 'string' || value.length > 40) return false;
  const digits = value.replace(/[^\d.,]/g, '').replace(/[.,](?=\d{3}(?:\D|$))/g, '');
  const ratio = Number(digits.replace(',', '.')) / Math.abs(Number(meant));
  return powers.has(Math.round(Math.max(ratio, 1 / ratio) * 1e6) / 1e6);
}

const powers: ReadonlySet<number> = new Set([10, 100, 1000, 10_000]);

/** Whether a currency beside an amount is another one than that of the event. */
const isOtherCurrency = (value: Json, _meant: Json | undefined, around: JsonObject): boolean =>
  typeof value === 'string' &&
  Object.entries(around).some(
    ([name, other]) =>
      wordsOf(name).join(' ') === 'currency' &&
      typeof other === 'string' &&
      other.trim().toLowerCase() !== value.trim().toLowerCase(),
  );

const isBound = (value: Json): boolean =>
  typeof value === 'string' && /^\s*(?:[<>~≤≥≈±]=?|lte?|gte?|le|ge)\s*$/i.test(value);

const isOtherSide = (value: Json): boolean =>
  typeof value === 'string' && /^\s*(s|w|south|west|-)\s*$/i.test(value);

/** Minutes of a degree, or a sign as a number. */
const isFurtherPart = (value: Json, words: readonly string[]): boolean =>
  isAnyNumber(value) &&
  (Number(value) < 0 || words.some((word) => ofTime.has(units.get(word) ?? ''))) &&
  Number(value) !== 0;

/** A text that is neither the number again, as it is shown, nor a sentence. */
const isWord = (value: Json): value is string =>
  typeof value === 'string' && value.trim() !== '' && !/\d|\s\S+\s/.test(value.trim());

const tellsSign = wordSet(
  '- − minus debit credit d c dr cr db dbit crdt h s soll haben negative n neg in out',
);
const counts = wordSet('each ea pc pcs piece pieces item items unit units count');

const isUnit = (value: Json): value is string =>
  typeof value === 'string' &&
  (units.has(value.trim().toLowerCase()) || (value.length > 1 && isUnitSymbol(value)));

const currencies: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

const degrees = new Map([
  ['celsius', 'c'],
  ['°c', 'c'],
  ['fahrenheit', 'f'],
  ['°f', 'f'],
]);

/** `kg` of a `weight_kg`, `celsius` of a `temp_c`, `pcs` of a quantity, and a currency, which is that of any amount. */
function isUsual(value: string, names: Measured['names']): boolean {
  const word = value.trim().toLowerCase();
  const unit = units.get(word) ?? word;
  const isOf = (name: readonly string[]) =>
    name.some((part) => part === word || part === degrees.get(word) || units.get(part) === unit);
  return currencies.has(value.trim()) || counts.has(word) || names.some(isOf);
}

const ratios: ReadonlySet<number> = new Set([
  1, 10, 100, 1000, 10_000, 1e6, 24, 60, 1440, 3600, 60_000, 86_400, 3.6e6, 8.64e7,
]);

/** Whether a number is none, or the very same thing in a larger or smaller unit. */
function isSameInOther(value: Json, meant: Json | undefined): boolean {
  const [one, other] = [Number(value), Number(meant)];
  if (one === 0) return true;
  const ratio = Math.max(one / other, other / one);
  return ratio > 1 && ratios.has(Math.round(ratio * 1e6) / 1e6);
}
