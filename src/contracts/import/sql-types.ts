import type { JsonObject } from '../../model/json.ts';
import { compact, decimalSchema } from './imported.ts';

const types: readonly [RegExp, (size: readonly number[]) => JsonObject][] = [
  [
    /^(?:tiny|small|medium|big)?int(?:eger)?\d*$|^u?int\d+$|^(?:small|big)?serial\d*$|^hugeint$|^long$/,
    () => ({ type: 'integer' }),
  ],
  [
    /^(?:dec(?:imal)?|fixed|numeric|number|bignumeric)$/,
    // Without a size each database has its own: the widest with as many digits after the point as BigQuery has.
    ([precision = 38, scale]) => decimalSchema(precision, scale ?? (precision === 38 ? 9 : 0)),
  ],
  [/^(?:small)?money$/, () => decimalSchema(19, 4)],
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

/**
 * The schema of a SQL type, as most databases spell it; undefined when it is not known. `integer[]` is a list. `onNote` is told what
 * of the type is not taken over.
 */
export function schemaOfSqlType(text: string, onNote?: (note: string) => void): JsonObject | undefined {
  const [, whole = '', list] =
    /^(.*?)((?:\s*\[\d*\])+)?$/.exec(text.trim().toLowerCase().slice(0, 200)) ?? [];
  const [, base = '', sizes = ''] =
    /^([a-z][a-z0-9_ ]*?)\s*(?:\(([\d\s,]*)\))?(?:\s*(?:unsigned|with(?:out)? time zone))?$/.exec(whole) ??
    [];
  const size = sizes
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(Number);
  const known = types.find(([name]) => name.test(base))?.[1](size);
  if (known === undefined) return undefined;
  const schema = /\bunsigned$/.test(whole) ? unsigned(known, base) : known;
  const column = schema['x-column'];
  if (
    column !== undefined &&
    column !== `decimal(${[size[0], size[1] ?? 0].join(',')})` &&
    onNote !== undefined
  )
    onNote(`${text} is taken as ${column as string}`);
  return list === undefined ? schema : { type: 'array', items: schema };
}

/** Half of those of 64 bits are beyond a signed column. */
const unsigned = (schema: JsonObject, base: string): JsonObject => ({
  ...schema,
  minimum: 0,
  ...(/^bigint|^long/.test(base) ? { format: 'uint64' } : {}),
});
