import type { JsonObject } from '../../model/json.ts';
import { compact, decimalSchema } from './imported.ts';

const types: readonly [RegExp, (size: readonly number[]) => JsonObject][] = [
  [
    /^(?:tiny|small|medium|big)?int(?:eger)?\d*$|^u?int\d+$|^(?:small|big)?serial\d*$|^hugeint$|^long$/,
    () => ({ type: 'integer' }),
  ],
  [
    /^(?:decimal|numeric|number|bignumeric|money)$/,
    ([precision, scale = 0]) =>
      precision === undefined ? { type: 'number' } : decimalSchema(precision, scale),
  ],
  [/^(?:real|float\d*|double|double precision|float64)$/, () => ({ type: 'number' })],
  [/^bool(?:ean)?$/, () => ({ type: 'boolean' })],
  [/^(?:timestamp|datetime|timestamptz)/, () => ({ type: 'string', format: 'date-time' })],
  [/^date$/, () => ({ type: 'string', format: 'date' })],
  [/^time/, () => ({ type: 'string' })],
  [/^uuid$|^uniqueidentifier$/, () => ({ type: 'string', format: 'uuid' })],
  [/^(?:json|jsonb|variant|super)$/, () => ({})],
  [/^(?:struct|row|object|map)/, () => ({ type: 'object' })],
  [/^array/, () => ({ type: 'array' })],
  [
    /^(?:n?(?:var)?char|character|character varying|n?varchar2|string|text|(?:tiny|medium|long)text|citext|clob)$/,
    ([length]) => compact({ type: 'string', maxLength: length }),
  ],
  [/^(?:bytes|bytea|blob|binary|varbinary)/, () => ({ type: 'string' })],
];

/** The schema of a SQL type, as most databases spell it; undefined when it is not known. `integer[]` is a list. */
export function schemaOfSqlType(text: string): JsonObject | undefined {
  const [, whole = '', list] =
    /^(.*?)((?:\s*\[\d*\])+)?$/.exec(text.trim().toLowerCase().slice(0, 200)) ?? [];
  const [, base = '', sizes = ''] =
    /^([a-z][a-z0-9_ ]*?)\s*(?:\(([\d\s,]*)\))?(?:\s*(?:unsigned|with(?:out)? time zone))?$/.exec(whole) ??
    [];
  const size = sizes
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(Number);
  const schema = types.find(([name]) => name.test(base))?.[1](size);
  if (schema === undefined) return undefined;
  return list === undefined ? schema : { type: 'array', items: schema };
}
