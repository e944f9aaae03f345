import { z } from 'zod';
import { type AnyNumber, isAnyNumber, isWholeNumber, numberOf, plainText } from '../../model/exact-number.ts';
import { readDecimal } from '../../model/decimal.ts';
import { Breach, breachParam } from '../fields/field.ts';
import { largestInteger, smallestInteger } from '../fields/integer.ts';
import { type Schema, defOf, isOf } from './rewrite.ts';

export function readsBigInt(schema: Schema): boolean {
  if (schema._zod.def.type === 'bigint') return true;
  return (
    isOf<z.core.$ZodLiteral>(schema, 'literal') &&
    schema._zod.def.values.some((value) => typeof value === 'bigint')
  );
}

/** JSON has no bigint: whole numbers become one on the way in, and `complete` makes numbers of them again. */
export function fromJson(schema: Schema): Schema {
  const def = defOf(schema);
  const coerce = def['coerce'] === true;
  const checks = [...(def.checks ?? []), ...limitsOf(schema)];
  const inner = z.core.clone(schema, { ...def, coerce: coerce ? false : def['coerce'], checks } as never);
  return z.preprocess((value) => {
    // As `BigInt()` itself: a text with a fraction or an exponent spells none.
    const number = coerce ? spelledNumber(value, true) : value;
    return isAnyNumber(number) && isWholeNumber(number) ? bigIntOf(number) : value;
  }, inner);
}

/**
 * Only what is a number already, or spells one: `Number()` would make 0 of null, of '' and of []. Where whole numbers are
 * wanted `20.00` spells none: its unit is another one.
 */
export function spelledNumber(value: unknown, isWhole: boolean): unknown {
  const text = typeof value === 'string' ? value.trim().replace(/^\+/, '') : '';
  if (isWhole && !/^-?\d+$/.test(text)) return value;
  return text !== '' && readDecimal(text) !== undefined ? numberOf(text) : value;
}

/** Those of its column, where the schema has none of its own: a larger one would be refused by the destination only. */
function limitsOf(schema: Schema): z.core.$ZodCheck[] {
  const isPlain = schema._zod.def.type === 'bigint' && defOf(schema)['format'] === undefined;
  if (!isPlain || z.globalRegistry.get(schema)?.['x-column'] !== undefined) return [];
  return [
    bigIntCheck((value) => value >= smallestInteger, 'too_small', `integer of at least ${smallestInteger}`),
    bigIntCheck((value) => value <= largestInteger, 'too_big', `integer of at most ${largestInteger}`),
  ];
}

const bigIntCheck = (
  holds: (value: bigint) => boolean,
  code: Breach['code'],
  expected: string,
): z.core.$ZodCheck => z.refine<bigint>(holds, { params: { [breachParam]: new Breach(code, expected) } });

const bigIntOf = (value: AnyNumber): bigint =>
  Number.isSafeInteger(value) ? BigInt(Number(value)) : BigInt(plainText(value));

/** A whole number as JSON has it. */
export const numberOfBigInt = (value: bigint): AnyNumber => numberOf(String(value));
