import { type Json, type JsonObject, jsonType } from '../model/json.ts';

/** How a type is written where a contract declares a field that may be absent. */
export interface ColumnSpelling {
  /** As in `x-column`. */
  type: string;
  schema: JsonObject;
  zod: string;
}

/** Undefined for what is no type. */
export function columnSpellings(type: string): ColumnSpelling | undefined {
  const nullable = (name: string, more: JsonObject = {}): JsonObject => ({ type: [name, 'null'], ...more });
  const digits = /^decimal\((\d{1,2}),(\d{1,2})\)$/.exec(type);
  if (digits !== null && Number(digits[1]) <= 38 && Number(digits[2]) <= Number(digits[1]))
    return {
      type,
      schema: nullable('number', { 'x-column': type }),
      zod: `decimal({ precision: ${digits[1]}, scale: ${digits[2]} }).nullish()`,
    };
  const known: Record<string, Omit<ColumnSpelling, 'type'>> = {
    string: { schema: nullable('string'), zod: 'z.string().nullish()' },
    integer: { schema: nullable('integer'), zod: 'integer().nullish()' },
    number: { schema: nullable('number'), zod: 'z.number().nullish()' },
    boolean: { schema: nullable('boolean'), zod: 'z.boolean().nullish()' },
    datetime: { schema: nullable('string', { format: 'date-time' }), zod: 'datetime().nullish()' },
    date: { schema: nullable('string', { format: 'date' }), zod: 'date().nullish()' },
    uuid: { schema: nullable('string', { format: 'uuid' }), zod: 'uuid().nullish()' },
    json: { schema: { 'x-column': 'json' }, zod: 'z.unknown()' },
  };
  return Object.hasOwn(known, type) ? { type, ...known[type]! } : undefined;
}

const shapes: [string, RegExp][] = [
  ['uuid', /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i],
  ['date', /^\d{4}-\d\d-\d\d$/],
  ['datetime', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/],
];

/** The narrowest type that holds all of these values; undefined when there are none. */
export function guessType(values: readonly Json[]): string | undefined {
  const present = values.filter((value) => value !== null);
  if (present.length === 0) return undefined;
  const types = new Set(present.map(jsonType));
  const only = (...names: string[]) => [...types].every((type) => names.includes(type));
  if (only('boolean')) return 'boolean';
  if (only('integer')) return 'integer';
  if (only('integer', 'number')) return 'number';
  if (!only('string')) return 'json';
  return shapes.find(([, shape]) => present.every((value) => shape.test(value as string)))?.[0] ?? 'string';
}
