import { z } from 'zod';
import { isAnyNumber, plainText } from '../../model/exact-number.ts';
import { type Schema, defOf } from './rewrite.ts';

/**
 * What `z.coerce` reads as the type that is asked for. JavaScript would make `true` of "false", "null" of null and 1970 of it: such
 * a value stays as it is, and is refused.
 */
const readers: Readonly<Record<string, (value: unknown) => unknown>> = {
  boolean: (value) =>
    typeof value === 'string' && /^(?:true|false)$/i.test(value) ? /^t/i.test(value) : value,
  string: (value) =>
    isAnyNumber(value) ? plainText(value) : typeof value === 'boolean' ? String(value) : value,
  date: (value) => (isInstant(value) ? new Date(value) : value),
};

/** A text with its zone, or milliseconds: a smaller number may as well be seconds. */
const isInstant = (value: unknown): value is string | number =>
  (typeof value === 'number' && value >= 1e11) ||
  (typeof value === 'string' &&
    /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[Zz]|[+-]\d\d:?\d\d)$/.test(value));

/** The same schema; where it coerces, it takes what it can without inventing anything. */
export const withSoundCoercion = (schema: Schema): Schema => {
  const read = readers[schema._zod.def.type];
  if (read === undefined || defOf(schema)['coerce'] !== true) return schema;
  return z.preprocess(read, z.core.clone(schema, { ...defOf(schema), coerce: false } as never) as z.ZodType);
};
