import { decimalSize } from '../../model/decimal.ts';
import { type AnyNumber, ExactNumber, decimalOf } from '../../model/exact-number.ts';
import { Breach, field } from './field.ts';

export interface DecimalOptions {
  /** Refuse zero and less. */
  positive?: boolean;
  /** Refuse less than zero. */
  nonnegative?: boolean;
  /** Digits in all, 1 to 38. Default 38. */
  precision?: number;
  /** Digits after the point, 0 to `precision`. Default 9. */
  scale?: number;
}

const plainNumeral = /^([+-]?)0*(\d*)(?:\.(\d*?)0*)?$/;

/** Longer text is refused unread; the widest legal numeral with sign, point and generous zeros is far shorter. */
const maxTextLength = 128;

/**
 * An exact decimal, for money and quantities. Takes JSON numbers and plain numerals as text (`"12.50"`); no
 * exponents, signs of infinity, hex, spaces or thousands separators. Text comes out canonical (`"+07.50"` is
 * `"7.5"`). A number stays that number, whatever its size.
 */
export function decimal(options: DecimalOptions = {}) {
  const { precision = 38, scale = 9 } = options;
  checkSize(precision, scale);
  const bound = options.positive === true ? ' > 0' : options.nonnegative === true ? ' ≥ 0' : '';
  const expected = `decimal${bound}`;
  const breach = {
    type: new Breach('type', expected),
    format: new Breach('format', expected),
    tooSmall: new Breach('too_small', expected),
    tooBig: new Breach('too_big', `${expected} with at most ${precision - scale} digits before the point`),
    tooFine: new Breach('not_multiple', `${expected} with at most ${scale} digits after the point`),
  };
  const maxIntegerDigits = precision - scale;
  const integerBound = 10 ** maxIntegerDigits;

  const tooSmall = (negative: boolean, zero: boolean): boolean =>
    options.positive === true ? negative || zero : options.nonnegative === true && negative && !zero;

  const readNumber = (value: number): number | Breach => {
    if (!Number.isFinite(value)) return breach.format;
    if (tooSmall(value < 0, value === 0)) return breach.tooSmall;
    // Most amounts have at most two decimals, and arithmetic tells so faster than their text does.
    const hundredths = Math.round(value * 100);
    const plain = scale >= 2 && Math.abs(hundredths) < 1e15 && hundredths / 100 === value;
    if (plain && Math.abs(value) < integerBound) return value;
    const size = sizeOf(value);
    if (size.integerDigits > maxIntegerDigits) return breach.tooBig;
    return size.fractionDigits > scale ? breach.tooFine : value;
  };

  const readExact = (value: ExactNumber): ExactNumber | Breach => {
    const decimal = decimalOf(value);
    if (tooSmall(decimal.negative, decimal.digits === '')) return breach.tooSmall;
    const { before, after } = decimalSize(decimal);
    if (before > maxIntegerDigits) return breach.tooBig;
    return after > scale ? breach.tooFine : value;
  };

  const readText = (text: string): string | Breach => {
    const parts = text.length <= maxTextLength && /\d/.test(text) ? plainNumeral.exec(text) : null;
    if (parts === null) return breach.format;
    const [, sign, integer = '', fraction = ''] = parts;
    const zero = integer === '' && fraction === '';
    if (tooSmall(sign === '-', zero)) return breach.tooSmall;
    if (integer.length > maxIntegerDigits) return breach.tooBig;
    if (fraction.length > scale) return breach.tooFine;
    const digits = (integer || '0') + (fraction === '' ? '' : `.${fraction}`);
    return sign === '-' && !zero ? `-${digits}` : digits;
  };

  return field<AnyNumber | string>(
    {
      type: ['number', 'string'],
      format: 'decimal',
      ...(options.positive === true ? { exclusiveMinimum: 0 } : {}),
      ...(options.nonnegative === true ? { minimum: 0 } : {}),
      'x-column': `decimal(${precision},${scale})`,
    },
    (value) => {
      if (typeof value === 'number') return readNumber(value);
      if (value instanceof ExactNumber) return readExact(value);
      return typeof value === 'string' ? readText(value) : breach.type;
    },
  );
}

function checkSize(precision: number, scale: number): void {
  const sound =
    Number.isInteger(precision) && Number.isInteger(scale) && precision >= 1 && precision <= 38 && scale >= 0;
  if (!sound || scale > precision) {
    throw new RangeError(`decimal: precision must be 1 to 38 and scale 0 to precision`);
  }
}

/** Counts the digits of a number's shortest decimal text, written without an exponent. */
function sizeOf(value: number): { integerDigits: number; fractionDigits: number } {
  const [mantissa = '', exponentText = '0'] = Math.abs(value).toExponential().split('e');
  const digits = mantissa.length === 1 ? 1 : mantissa.length - 1;
  const exponent = Number(exponentText);
  return { integerDigits: Math.max(0, exponent + 1), fractionDigits: Math.max(0, digits - 1 - exponent) };
}
