import { parseJson } from '../../../model/exact-json.ts';
import type {
  DuckDBArrayValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBType,
  DuckDBValue,
} from '@duckdb/node-api';
import {
  DuckDBArrayType,
  DuckDBBlobValue,
  DuckDBDecimalValue,
  DuckDBListType,
  DuckDBMapType,
  DuckDBStructType,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
} from './duckdb.ts';

/** Makes a JSON value of a value that is not NULL. */
export type ToJson = (value: DuckDBValue) => unknown;

/**
 * How values of a type leave as JSON, without loss: decimals as text without trailing zeros, integers beyond 2⁵³
 * as text, instants in ISO 8601, JSON columns as the values they hold, bytes as base64, what JSON has no name for
 * (NaN, infinity) as text.
 */
export function toJson(type: DuckDBType): ToJson {
  if (type.alias === 'JSON') return parsed;
  if (type instanceof DuckDBListType || type instanceof DuckDBArrayType) {
    const inner = orNull(toJson(type.valueType));
    return (value) => (value as DuckDBListValue | DuckDBArrayValue).items.map(inner);
  }
  if (type instanceof DuckDBStructType) {
    const fields = type.entryNames.map((name, i) => [name, orNull(toJson(type.entryTypes[i]!))] as const);
    return (value) => {
      const { entries } = value as DuckDBStructValue;
      return Object.fromEntries(fields.map(([name, inner]) => [name, inner(entries[name] ?? null)]));
    };
  }
  if (type instanceof DuckDBMapType) {
    const [key, inner] = [orNull(toJson(type.keyType)), orNull(toJson(type.valueType))];
    return (value) => (value as DuckDBMapValue).entries.map((entry) => [key(entry.key), inner(entry.value)]);
  }
  return scalar;
}

const orNull =
  (convert: ToJson): ToJson =>
  (value) =>
    value === null ? null : convert(value);

function scalar(value: DuckDBValue): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    default:
      return value === null ? null : ofObject(value);
  }
}

function ofObject(value: Exclude<DuckDBValue, null | string | number | bigint | boolean>): unknown {
  if (value instanceof DuckDBDecimalValue) return plainDecimal(value);
  if (value instanceof DuckDBTimestampTZValue) return isoInstant(value, 'Z');
  if (value instanceof DuckDBTimestampValue) return isoInstant(value, '');
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString('base64');
  return value.toString();
}

function parsed(value: DuckDBValue): unknown {
  return parseJson(String(value));
}

/** `99.99` of 99.990000000, `12` of 12.000. */
function plainDecimal(value: DuckDBDecimalValue): string {
  const text = value.toString();
  return value.scale === 0 ? text : text.replace(/\.?0+$/, '');
}

const largestDate = 8_640_000_000_000_000n;

/** To the microsecond, without trailing zeros. */
function isoInstant(value: DuckDBTimestampTZValue | DuckDBTimestampValue, zone: string): string {
  const { micros } = value;
  const rest = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const milliseconds = (micros - rest) / 1000n;
  if (milliseconds > largestDate || milliseconds < -largestDate) return value.toString();
  const seconds = new Date(Number(milliseconds)).toISOString().slice(0, -'.000Z'.length);
  const fraction = String(rest).padStart(6, '0').replace(/0+$/, '');
  return `${seconds}${fraction === '' ? '' : `.${fraction}`}${zone}`;
}
