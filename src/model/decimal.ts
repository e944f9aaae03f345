/**
 * A decimal number of any size, exact: `digits` × 10^`exponent`, where `digits` neither starts nor ends with a zero.
 * Zero has no digits. Two spellings of one number give the same decimal.
 */
export interface Decimal {
  negative: boolean;
  digits: string;
  exponent: number;
}

const shape = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** Reads a JSON number; undefined when the text is none. Takes time linear in the text. */
export function readDecimal(text: string): Decimal | undefined {
  const parts = shape.exec(text);
  if (parts === null) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = parts;
  const all = whole + fraction;
  let start = 0;
  while (start < all.length && all.charCodeAt(start) === zero) start++;
  let end = all.length;
  while (end > start && all.charCodeAt(end - 1) === zero) end--;
  if (start === end) return { negative: false, digits: '', exponent: 0 };
  return {
    negative: sign === '-',
    digits: all.slice(start, end),
    exponent: Number(exponent) - fraction.length + (all.length - end),
  };
}

const zero = 0x30;

export const isWhole = ({ digits, exponent }: Decimal): boolean => digits === '' || exponent >= 0;

export const sameDecimal = (a: Decimal, b: Decimal): boolean => compareDecimals(a, b) === 0;

/** Negative when `a` is less, 0 when they are equal. Never writes an exponent out. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  const [signA, signB] = [signOf(a), signOf(b)];
  if (signA !== signB) return signA - signB;
  const size = a.digits.length + a.exponent - (b.digits.length + b.exponent);
  if (size !== 0) return size * signA;
  if (a.digits === b.digits) return 0;
  // Of the same magnitude, so the digits decide as text does.
  return a.digits < b.digits ? -signA : signA;
}

const signOf = ({ negative, digits }: Decimal): number => (digits === '' ? 0 : negative ? -1 : 1);

/** Whether `value` is a whole number of `step`s. */
export function isMultiple(value: Decimal, step: Decimal): boolean {
  if (value.digits === '') return true;
  // The value's digits do not end in a zero, so it is no multiple of a larger power of ten.
  if (step.digits === '' || value.exponent < step.exponent) return false;
  const divisor = BigInt(step.digits);
  const power = powerOfTen(value.exponent - step.exponent, divisor);
  return ((BigInt(value.digits) % divisor) * power) % divisor === 0n;
}

/** 10^exponent modulo a number, by squaring: the exponent may be huge. */
function powerOfTen(exponent: number, modulus: bigint): bigint {
  let result = 1n % modulus;
  let base = 10n % modulus;
  for (let rest = BigInt(exponent); rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * base) % modulus;
    base = (base * base) % modulus;
  }
  return result;
}

/** How many digits stand before and after the point when it is written without an exponent. */
export function decimalSize({ digits, exponent }: Decimal): { before: number; after: number } {
  if (digits === '') return { before: 0, after: 0 };
  return { before: Math.max(0, digits.length + exponent), after: Math.max(0, -exponent) };
}
