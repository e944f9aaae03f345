import {
  type AnyNumber,
  compareNumbers,
  isAnyNumber,
  isWholeNumber,
  numberOf,
} from '../../model/exact-number.ts';
import { Breach, field } from './field.ts';

export interface IntegerOptions {
  /** Refuse zero and less. */
  positive?: boolean;
  /** Refuse less than zero. */
  nonnegative?: boolean;
}

/** No fraction, not even of zeros: `20.00` is an amount in another unit, and `1.000` may be a thousand. */
const wholeNumeral = /^[+-]?\d+$/;
const maxTextLength = 64;

/** The limits of a column of 64 bits. No exact numbers: as long as a thread has none, it looks for none in events. */
export const largestInteger = 2n ** 63n - 1n;
export const smallestInteger = -(2n ** 63n);

/**
 * A whole number within ±2⁶³. Takes numbers (`3.0` is 3) and numerals as text (`"3"`); comes out as a number.
 */
export function integer(options: IntegerOptions = {}) {
  const bound = options.positive === true ? ' > 0' : options.nonnegative === true ? ' ≥ 0' : '';
  const expected = `integer${bound}`;
  const type = new Breach('type', expected);
  const format = new Breach('format', expected);
  const minimum = options.positive === true ? 1 : options.nonnegative === true ? 0 : smallestInteger;
  const tooSmall = new Breach(
    'too_small',
    bound === '' ? `integer of at least ${smallestInteger}` : expected,
  );
  const tooBig = new Breach('too_big', `${expected} of at most ${largestInteger}`);

  return field<AnyNumber>(
    {
      type: ['integer', 'string'],
      ...(typeof minimum === 'number' ? { minimum } : {}),
      'x-column': 'integer',
    },
    (value) => {
      let read: AnyNumber;
      if (isAnyNumber(value)) read = value;
      else if (typeof value !== 'string') return type;
      else if (value.length > maxTextLength || !wholeNumeral.test(value)) return format;
      else read = numberOf(value.replace('+', ''));
      if (!isWholeNumber(read)) return type;
      if (compareNumbers(read, minimum) < 0) return tooSmall;
      if (compareNumbers(read, largestInteger) > 0) return tooBig;
      return read === 0 ? 0 : read;
    },
  );
}
