import type { ColumnType } from '../../contracts/contract.ts';
import { type Decimal, compareDecimals, readDecimal } from '../../model/decimal.ts';
import { type Json, sameJson } from '../../model/json.ts';
import { ExactNumber } from '../../model/exact-number.ts';
import { instantText } from './exact-times.ts';

/**
 * Compares what a column of this type holds, be it as an event has it or as a store gives it back: `"07.50"` and 7.5 are one
 * decimal, and two spellings of an instant are one instant. Absent and null are the same, and less than anything.
 */
export function compareValues(type: ColumnType, a: Json | undefined, b: Json | undefined): number {
  if (a === undefined || a === null) return b === undefined || b === null ? 0 : -1;
  if (b === undefined || b === null) return 1;
  switch (type.kind) {
    case 'integer':
    case 'decimal':
      return both(decimalOf, compareDecimals, a, b);
    case 'number':
      return Number(textOf(a)) - Number(textOf(b));
    case 'datetime':
      return both(microsOf, order, a, b);
    case 'uuid':
      return order(textOf(a).toLowerCase(), textOf(b).toLowerCase());
    case 'json':
      return sameJson(a, b) ? 0 : compareText(textOf(a), textOf(b));
    default:
      return compareText(textOf(a), textOf(b));
  }
}

export const sameValues = (type: ColumnType, a: Json | undefined, b: Json | undefined): boolean =>
  compareValues(type, a, b) === 0;

const textOf = (value: Json): string =>
  typeof value === 'string' ? value : value instanceof ExactNumber ? value.text : JSON.stringify(value);

function both<T>(
  read: (text: string) => T | undefined,
  compare: (a: T, b: T) => number,
  a: Json,
  b: Json,
): number {
  const [x, y] = [read(textOf(a)), read(textOf(b))];
  return x === undefined || y === undefined ? compareText(textOf(a), textOf(b)) : compare(x, y);
}

const decimalOf = (text: string): Decimal | undefined => readDecimal(text);

const order = <T extends string | bigint>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);

/** By bytes, as the stores do. */
const compareText = (a: string, b: string): number =>
  a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));

const instant = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d(?::?\d\d)?)$/;

/** Since 1970; stores keep no more. */
function microsOf(text: string): bigint | undefined {
  const parts = instant.exec(instantText(text) ?? '');
  if (parts === null) return undefined;
  const [, seconds = '', fraction = '', zone = 'Z'] = parts;
  const offset = /^[+-]\d\d$/.test(zone) ? `${zone}:00` : zone.replace(/^([+-]\d\d)(\d\d)$/, '$1:$2');
  const milliseconds = Date.parse(`${seconds.replace(' ', 'T')}${offset}`);
  return Number.isNaN(milliseconds)
    ? undefined
    : BigInt(milliseconds) * 1000n + BigInt(fraction.slice(0, 6).padEnd(6, '0'));
}
