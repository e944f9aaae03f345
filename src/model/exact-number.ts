import { type Decimal, compareDecimals, isMultiple, isWhole, readDecimal } from './decimal.ts';

/**
 * A JSON number that a 64-bit float would round, as `parseExact` reads it: `820982911946154508`, `0.10000000000000000001`.
 * `JSON.stringify` writes it as the number that was sent. `String(n)` is its digits, `BigInt(n)` of a whole one is exact;
 * `Number(n)`, arithmetic and comparisons round it.
 */
export class ExactNumber {
  /** As it was sent: a number in the grammar of JSON. */
  readonly text: string;

  constructor(text: string) {
    this.text = text;
    // Not within `JSON.stringify`, which may have to be another one.
    rawJson ??= rawJsonOfThisEngine();
  }

  toString(): string {
    return this.text;
  }

  toJSON(): unknown {
    return rawJson!(this.text);
  }
}

/** False as long as this thread has made none: then no value needs to be searched for them. */
export const exactNumbersExist = (): boolean => rawJson !== undefined;

/** A number as JSON has it, of any size. */
export type AnyNumber = number | ExactNumber;

export const isAnyNumber = (value: unknown): value is AnyNumber =>
  typeof value === 'number' || value instanceof ExactNumber;

const known = new WeakMap<ExactNumber, Decimal>();

/** The number exactly; of a float, what its shortest text says, as that is what was sent. Not for NaN and infinity. */
export function decimalOf(value: AnyNumber | bigint): Decimal {
  if (!(value instanceof ExactNumber)) return readDecimal(String(value))!;
  let decimal = known.get(value);
  if (decimal === undefined) known.set(value, (decimal = readDecimal(value.text)!));
  return decimal;
}

export const isWholeNumber = (value: AnyNumber): boolean =>
  typeof value === 'number' ? Number.isInteger(value) : isWhole(decimalOf(value));

/** Negative when `a` is less, 0 when they are equal. */
export function compareNumbers(a: AnyNumber | bigint, b: AnyNumber | bigint): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'number' && typeof b === 'bigint' && Number.isSafeInteger(a))
    return a < b ? -1 : a > b ? 1 : 0;
  return compareDecimals(decimalOf(a), decimalOf(b));
}

export const sameNumber = (a: AnyNumber, b: AnyNumber): boolean => compareNumbers(a, b) === 0;

/** Whether `value` is a whole number of `step`s: 19.99 of 0.01, which floats deny. */
export function isMultipleOf(value: AnyNumber, step: AnyNumber | bigint): boolean {
  if (typeof value === 'number' && typeof step === 'number') {
    if (!Number.isFinite(value)) return false;
    if (Number.isSafeInteger(value) && Number.isSafeInteger(step)) return value % step === 0;
    // k / 100 is rounded once, as the text of k hundredths is: they are the same number, or the value is none.
    const inverse = 1 / step;
    if (inverse === 100 || inverse === 10 || inverse === 1000) {
      const count = Math.round(value * inverse);
      if (Number.isSafeInteger(count)) return count / inverse === value;
    }
  }
  return isMultiple(decimalOf(value), decimalOf(step));
}

/** Its digits without an exponent, and without zeros that say nothing; of a number that is far too long so, as it was sent. */
export function plainText(value: AnyNumber): string {
  const { negative, digits, exponent } = decimalOf(value);
  if (Math.abs(exponent) > longestPlain) return String(value);
  const whole = exponent >= 0 ? digits + '0'.repeat(exponent) : digits.slice(0, exponent);
  const fraction = exponent >= 0 ? '' : digits.slice(exponent).padStart(-exponent, '0');
  return `${negative ? '-' : ''}${whole === '' ? '0' : whole}${fraction === '' ? '' : `.${fraction}`}`;
}

const longestPlain = 1000;

/** The value as a float where one holds it, else itself. Of any JSON number's text. */
export function numberOf(text: string): AnyNumber {
  const number = Number(text);
  if (Number.isFinite(number)) {
    // Up to 15 digits every decimal has a float of its own, within the common range of sizes.
    if (text.length <= 15 && !/[eE]/.test(text)) return number;
    if (compareDecimals(readDecimal(text)!, decimalOf(number)) === 0) return number;
  }
  return new ExactNumber(text);
}

/** Makes the value that `JSON.stringify` writes as this very text. */
type RawJson = (text: string) => unknown;

let rawJson: RawJson | undefined;

const rawJsonOfThisEngine = (): RawJson => (JSON as { rawJSON?: RawJson }).rawJSON ?? rawJsonBehindFlag();

/** Node 20 has it for contexts that are made while a flag is set; a browser that has none gets text. */
function rawJsonBehindFlag(): RawJson {
  if (typeof process === 'undefined') return (text) => text;
  const v8 = process.getBuiltinModule('node:v8');
  const vm = process.getBuiltinModule('node:vm');
  v8.setFlagsFromString('--harmony-json-parse-with-source');
  const raw = vm.runInNewContext('JSON.rawJSON') as RawJson;
  v8.setFlagsFromString('--no-harmony-json-parse-with-source');
  const short = markShort();
  return (text) => (text.length > longestMiswritten ? raw(text) : short(text));
}

/** Node 20 writes shorter ones wrong beside text beyond Latin-1, with bytes of other memory. */
const longestMiswritten = 16;

/**
 * Short numbers are written as marked text, which `JSON.stringify` then makes numbers of. No sender can guess the mark, so no
 * text of an event is taken for one.
 */
function markShort(): RawJson {
  const mark = process.getBuiltinModule('node:crypto').randomUUID();
  const marked = new RegExp(`"${mark}:([^"]*)"`, 'g');
  const { stringify } = JSON;
  let made = 0;
  JSON.stringify = ((...args: Parameters<typeof stringify>) => {
    const before = made;
    const text = stringify(...args) as string | undefined;
    return made === before ? text : text?.replace(marked, '$1');
  }) as typeof stringify;
  return (text) => {
    made++;
    return `${mark}:${text}`;
  };
}
