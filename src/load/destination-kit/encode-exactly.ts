import type { Column } from '../../contracts/contract.ts';
import { plainText } from '../../model/exact-number.ts';
import type { Json } from '../../model/json.ts';
import { dateText, instantText } from './exact-times.ts';

const largest = 2n ** 63n;

/**
 * The value as JSON, exactly and in one spelling: decimals and whole numbers as their digits, times as SQL stores read
 * them. Undefined when the type can't hold it. Called for values that `inexactColumn` lets through.
 */
export function encodeExactly({ type }: Pick<Column, 'type'>, value: Json | undefined): Json | undefined {
  if (value === undefined || value === null) return null;
  switch (type.kind) {
    case 'string':
    case 'uuid': {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      return text.isWellFormed() ? text : undefined;
    }
    case 'json':
      return storableJson(value) ? value : undefined;
    case 'integer': {
      // By its text, which is what was sent: the float behind 232133594666790460 is another whole number.
      const whole = BigInt(typeof value === 'number' ? plainText(value) : (value as string));
      return whole >= -largest && whole < largest ? String(whole) : undefined;
    }
    case 'number':
      return Number(value);
    case 'decimal':
      return typeof value === 'number' ? plainDecimal(value, type.scale) : value;
    case 'boolean':
      return value;
    case 'datetime':
      return instantText(value as string);
    case 'date':
      return dateText(value as string);
  }
}

/** Half of a surrogate pair, as `JSON.stringify` writes it, after an even number of backslashes. */
const halfPair = /(?<!\\)(?:\\\\)*\\ud[89a-f]/;
const storableJson = (value: Json): boolean => !halfPair.test(JSON.stringify(value));

/** Without an exponent. The scale is known to be enough. */
function plainDecimal(value: number, scale: number): string {
  const text = String(value);
  if (!text.includes('e')) return text;
  return Math.abs(value) >= 1 ? plainText(value) : value.toFixed(scale);
}
