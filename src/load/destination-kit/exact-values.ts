import type { Column, ColumnType } from '../../contracts/contract.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { readDecimal, sameDecimal } from '../../model/decimal.ts';
import { isUuid } from '../../model/uuid.ts';

/**
 * Looks for a value that a store's casts would change in silence (12.5 to the integer 12, 0.125 to 0.13, `"yes"` to
 * true) and returns its column. A contract that states a field's type does not let such values through; one whose
 * `x-column` overrides the type may. What a cast refuses by itself (overflow, 30 February) is not looked for here.
 */
export function inexactColumn(columns: readonly Column[]): (values: JsonObject) => Column | undefined {
  const checks = columns.flatMap((column) => {
    const holds = holder(column.type);
    return holds === undefined ? [] : [{ column, holds }];
  });
  return (values) => {
    for (const { column, holds } of checks) {
      const value = Object.hasOwn(values, column.name) ? values[column.name] : undefined;
      if (value !== undefined && value !== null && !holds(value)) return column;
    }
    return undefined;
  };
}

const wholeNumeral = /^[+-]?\d{1,40}$/;
const numeral = /^[+-]?\d{1,400}(?:\.\d{1,400})?(?:[eE][+-]?\d{1,3})?$/;
const dateShape = /^\d{4}-\d\d-\d\d$/;
/** With its zone: a store would assume its own. */
const instantShape = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d[\d:.,]*\s?(?:[Zz]|[+-]\d\d(?::?\d\d)?)$/;

function holder(type: ColumnType): ((value: Json) => boolean) | undefined {
  switch (type.kind) {
    case 'string':
    case 'json':
      return undefined;
    case 'integer':
      return (value) => (typeof value === 'number' ? Number.isInteger(value) : matches(wholeNumeral, value));
    case 'number':
      return (value) => typeof value === 'number' || (matches(numeral, value) && isFloat(value as string));
    case 'decimal':
      return (value) => holdsDecimal(value, type.precision - type.scale, type.scale);
    case 'boolean':
      return (value) => typeof value === 'boolean';
    case 'datetime':
      return (value) => matches(instantShape, value);
    case 'date':
      return (value) => matches(dateShape, value);
    default:
      return (value) => typeof value === 'string' && isUuid(value);
  }
}

/**
 * Whether a 64-bit float stands for the number: as its shortest text does (0.1), or its exact digits (which some senders
 * write out). 820982911946154508 would become another number.
 */
function isFloat(text: string): boolean {
  const float = Number(text);
  const sent = readDecimal(text);
  if (sent === undefined || !Number.isFinite(float)) return false;
  const spelled =
    Math.abs(float) < 1e21 ? [String(float), float.toFixed(100)] : [String(float), String(BigInt(float))];
  return spelled.some((spelling) => sameDecimal(sent, readDecimal(spelling)!));
}

const matches = (shape: RegExp, value: Json): boolean => typeof value === 'string' && shape.test(value);

const decimalShape = /^[+-]?0*(\d*)(?:\.(\d*?)0*)?$/;
const maxTextLength = 128;

function holdsDecimal(value: Json, integerDigits: number, scale: number): boolean {
  if (typeof value === 'number') {
    // Most amounts have at most two decimals, and arithmetic tells so faster than their text does.
    const hundredths = Math.round(value * 100);
    const plain =
      scale >= 2 && integerDigits >= 13 && Math.abs(hundredths) < 1e15 && hundredths / 100 === value;
    return plain || fits(Math.abs(value), integerDigits, scale);
  }
  if (typeof value !== 'string' || value.length > maxTextLength || !/\d/.test(value)) return false;
  const parts = decimalShape.exec(value);
  return parts !== null && parts[1]!.length <= integerDigits && (parts[2] ?? '').length <= scale;
}

/** Counts the digits of the number's shortest decimal text. */
function fits(magnitude: number, integerDigits: number, scale: number): boolean {
  if (!Number.isFinite(magnitude)) return false;
  if (magnitude === 0) return true;
  const [mantissa = '', exponentText = '0'] = magnitude.toExponential().split('e');
  const significant = mantissa.length === 1 ? 1 : mantissa.length - 1;
  const exponent = Number(exponentText);
  return exponent + 1 <= integerDigits && significant - 1 - exponent <= scale;
}
