import { parseJson } from '../../../model/exact-json.ts';
import pg from 'pg';

/** Makes a JSON value of the server's text. */
export type ToJson = (text: string) => unknown;

const { builtins } = pg.types;
const exactInteger: ToJson = (text) => (Number.isSafeInteger(Number(text)) ? Number(text) : text);
const float: ToJson = (text) => (Number.isFinite(Number(text)) ? Number(text) : text);
/** `99.99` of 99.990000000, `12` of 12.000. */
const decimal: ToJson = (text) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
/** `2026-01-15T10:30:00.1204Z` of `2026-01-15 10:30:00.1204+00`; what is not of our era stays as it is. */
const instant: ToJson = (text) =>
  /^\d{4}-/.test(text) && !text.endsWith('BC') ? text.replace(' ', 'T').replace(/\+00$/, 'Z') : text;

const scalars: ReadonlyMap<number, ToJson> = new Map<number, ToJson>([
  [builtins.BOOL, (text) => text === 't'],
  [builtins.INT2, exactInteger],
  [builtins.INT4, exactInteger],
  [builtins.INT8, exactInteger],
  [builtins.FLOAT4, float],
  [builtins.FLOAT8, float],
  [builtins.NUMERIC, decimal],
  [builtins.JSON, parseJson],
  [builtins.JSONB, parseJson],
  [builtins.TIMESTAMPTZ, instant],
  [builtins.TIMESTAMP, instant],
  [builtins.BYTEA, (text) => Buffer.from(text.slice(2), 'hex').toString('base64')],
]);

/** Types of arrays, by what they hold. */
const arrays: ReadonlyMap<number, number> = new Map<number, number>([
  [1000, builtins.BOOL],
  [1005, builtins.INT2],
  [1007, builtins.INT4],
  [1016, builtins.INT8],
  [1021, builtins.FLOAT4],
  [1022, builtins.FLOAT8],
  [1231, builtins.NUMERIC],
  [1009, builtins.TEXT],
  [1015, builtins.VARCHAR],
  [2951, builtins.UUID],
  [1185, builtins.TIMESTAMPTZ],
]);
const textArray = 1009;

const asItIs: ToJson = (text) => text;

/**
 * How values of a type leave as JSON, without loss: decimals as text without trailing zeros, integers beyond 2⁵³ as
 * text, instants in ISO 8601, JSON as the values it holds, bytes as base64, what JSON has no name for (NaN, infinity)
 * and every other type as the server's text.
 */
export function toJson(type: number): ToJson {
  const inner = arrays.get(type);
  if (inner === undefined) return scalars.get(type) ?? asItIs;
  const split = (pg.types.getTypeParser as (type: number, format: 'text') => ToJson)(textArray, 'text');
  const each = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(each);
    return typeof value === 'string' ? (scalars.get(inner) ?? asItIs)(value) : null;
  };
  return (text) => each(split(text));
}
