import { Breach, field } from './field.ts';

export interface IntegerOptions {
  /** Refuse zero and less. */
  positive?: boolean;
  /** Refuse less than zero. */
  nonnegative?: boolean;
}

const wholeNumeral = /^[+-]?\d+(?:\.0+)?$/;
const maxTextLength = 64;

/**
 * A whole number within ±(2⁵³ − 1), beyond which JSON numbers stop being exact. Takes numbers (`3.0` is 3) and
 * numerals as text (`"3"`, `"3.0"`); comes out as a number.
 */
export function integer(options: IntegerOptions = {}) {
  const bound = options.positive === true ? ' > 0' : options.nonnegative === true ? ' ≥ 0' : '';
  const expected = `integer${bound}`;
  const type = new Breach('type', expected);
  const format = new Breach('format', expected);
  const tooSmall = new Breach('too_small', expected);
  const minimum = options.positive === true ? 1 : options.nonnegative === true ? 0 : Number.MIN_SAFE_INTEGER;
  const lowest = new Breach('too_small', `${expected} of at least ${Number.MIN_SAFE_INTEGER}`);
  const tooBig = new Breach('too_big', `${expected} of at most ${Number.MAX_SAFE_INTEGER}`);

  return field<number>(
    {
      type: ['integer', 'string'],
      ...(minimum === Number.MIN_SAFE_INTEGER ? {} : { minimum }),
      'x-column': 'integer',
    },
    (value) => {
      let read: number;
      if (typeof value === 'number') read = value;
      else if (typeof value !== 'string') return type;
      else if (value.length > maxTextLength || !wholeNumeral.test(value)) return format;
      else read = Number(value);
      if (!Number.isInteger(read)) return type;
      if (read > Number.MAX_SAFE_INTEGER) return tooBig;
      if (read < minimum) return minimum === Number.MIN_SAFE_INTEGER ? lowest : tooSmall;
      return read === 0 ? 0 : read;
    },
  );
}
