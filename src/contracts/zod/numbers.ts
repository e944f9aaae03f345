import { z } from 'zod';
import {
  type AnyNumber,
  ExactNumber,
  compareNumbers,
  isMultipleOf,
  isWholeNumber,
} from '../../model/exact-number.ts';
import { Breach, breachParam } from '../fields/field.ts';
import { largestInteger, smallestInteger } from '../fields/integer.ts';
import { fromJson, readsBigInt, spelledNumber } from './bigints.ts';
import { withSoundCoercion } from './coercion.ts';
import { type Schema, isOf, rewritten } from './rewrite.ts';

/**
 * The schema as JSON's numbers need it: steps are counted in decimals (19.99 is a multiple of 0.01), integers reach to 64
 * bits, `z.bigint()` reads JSON's whole numbers, and what is coerced to a number must be one or spell one. For ordinary
 * events, whose numbers are all floats; see `takesExactNumbers`.
 */
export const forJsonNumbers = (schema: Schema): Schema =>
  rewritten(schema, (part) => {
    if (isOf<z.core.$ZodNumber>(part, 'number'))
      return part._zod.def.coerce || checksNeedHelp(part) ? numberPart(part, false) : part;
    return readsBigInt(part) ? fromJson(part) : withSoundCoercion(part);
  });

/** The same schema for events in which exact numbers stand. Its checks compare them exactly; checks of its author get floats. */
export const takesExactNumbers = (schema: Schema): Schema =>
  rewritten(schema, (part) => {
    if (isOf<z.core.$ZodNumber>(part, 'number')) return numberPart(part, true);
    if (part._zod.def.type === 'object') return refusingNumbers(part);
    return readsBigInt(part) ? fromJson(part) : withSoundCoercion(part);
  });

type Check = z.core.$ZodCheck;
type CheckDef = z.core.$ZodCheckDef & { value: number; inclusive: boolean; format: string };

const checkDefOf = (check: Check) => check._zod.def as CheckDef;
const isFormat = (schema: Schema): boolean => schema._zod.traits.has('$ZodCheckNumberFormat');

function checksOf(schema: z.core.$ZodNumber): Check[] {
  const { checks = [] } = schema._zod.def;
  return [...(isFormat(schema) ? [schema as unknown as Check] : []), ...(checks as Check[])];
}

function checksNeedHelp(schema: z.core.$ZodNumber): boolean {
  return checksOf(schema).some((check) => {
    const { check: kind, format } = checkDefOf(check);
    return kind === 'multiple_of' || (kind === 'number_format' && format === 'safeint');
  });
}

/** What stands for `z.int()` and the like, which Zod itself calls a number. */
export const wholeNumbers = new WeakSet<object>();

function numberPart(schema: z.core.$ZodNumber, exact: boolean): Schema {
  const { coerce = false, error } = schema._zod.def;
  const checks = checksOf(schema).flatMap((check) => numberCheck(check, exact || coerce));
  const part = new z.ZodNumber({ type: 'number', checks, error } as never) as unknown as z.core.$ZodNumber;
  const defs = checksOf(schema).map(checkDefOf);
  const isInteger = defs.some(({ format }) => format?.includes('int'));
  const isWhole =
    isInteger || defs.some(({ check, value }) => check === 'multiple_of' && Number.isInteger(value));
  if (isInteger) wholeNumbers.add(part);
  if (!exact && !coerce) return part;
  const { parse } = part._zod;
  part._zod.parse = (payload, context) => {
    if (coerce) payload.value = spelledNumber(payload.value, isWhole);
    return payload.value instanceof ExactNumber ? (payload as never) : parse(payload, context);
  };
  if (checks.length === 0) part._zod.run = part._zod.parse;
  return part;
}

function numberCheck(check: Check, exact: boolean): Check[] {
  const { check: kind, value: limit, inclusive, format } = checkDefOf(check);
  switch (kind) {
    case 'multiple_of':
      return [predicate((value) => isMultipleOf(value, limit), 'not_multiple', `multiple of ${limit}`)];
    case 'number_format':
      return formatChecks(format);
    case 'greater_than':
      if (!exact) return [check];
      return [
        predicate(
          (value) => (inclusive ? compareNumbers(value, limit) >= 0 : compareNumbers(value, limit) > 0),
          'too_small',
          `number ${inclusive ? '≥' : '>'} ${limit}`,
        ),
      ];
    case 'less_than':
      if (!exact) return [check];
      return [
        predicate(
          (value) => (inclusive ? compareNumbers(value, limit) <= 0 : compareNumbers(value, limit) < 0),
          'too_big',
          `number ${inclusive ? '≤' : '<'} ${limit}`,
        ),
      ];
    default:
      return [exact ? withFloat(check) : check];
  }
}

const ranges: Readonly<Record<string, readonly [AnyNumber | bigint, AnyNumber | bigint]>> = {
  safeint: [smallestInteger, largestInteger],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  float32: [-3.4028234663852886e38, 3.4028234663852886e38],
  float64: [-Number.MAX_VALUE, Number.MAX_VALUE],
};

function formatChecks(format: string): Check[] {
  const isInt = format.includes('int');
  const [least, most] = ranges[format] ?? ranges['float64']!;
  const word = isInt ? 'integer' : 'number';
  return [
    ...(isInt ? [predicate(isWholeNumber, 'type', 'integer', true)] : []),
    predicate((value) => compareNumbers(value, least) >= 0, 'too_small', `${word} ≥ ${least}`),
    predicate((value) => compareNumbers(value, most) <= 0, 'too_big', `${word} ≤ ${most}`),
  ];
}

function predicate(
  holds: (value: AnyNumber) => boolean,
  code: Breach['code'],
  expected: string,
  abort = false,
): Check {
  return z.refine<AnyNumber>(holds, {
    abort,
    params: { [breachParam]: new Breach(code, expected) },
  });
}

/** A check that the contract's author wrote knows floats only; what it writes back counts. */
function withFloat(check: Check): Check {
  return z.core._check((payload: z.core.ParsePayload) => {
    const { value } = payload;
    if (!(value instanceof ExactNumber)) return check._zod.check(payload as never);
    const float = Number(value);
    const stand: z.core.ParsePayload = { ...payload, value: float };
    const done = check._zod.check(stand as never);
    if (stand.value !== float) payload.value = stand.value;
    return done;
  });
}

/** An exact number is an object to JavaScript, and so to Zod. */
function refusingNumbers(schema: Schema): Schema {
  const part = z.core.clone(schema, schema._zod.def);
  const { run } = part._zod;
  part._zod.run = (payload, context) => {
    if (!(payload.value instanceof ExactNumber)) return run(payload, context);
    payload.issues.push({
      code: 'invalid_type',
      expected: 'object',
      input: payload.value,
      inst: part as never,
    });
    return payload;
  };
  return part;
}
