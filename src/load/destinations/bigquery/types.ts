import type { Column, ColumnType } from '../../../contracts/contract.ts';
import type { Json } from '../../../model/json.ts';
import { dateText, instantText } from '../../destination-kit/exact-times.ts';
import { conflict } from '../../destination-kit/key-fields.ts';

/** A column as the REST API names it. */
export interface Field {
  name: string;
  type: string;
  mode?: 'NULLABLE' | 'REPEATED';
  precision?: string;
  scale?: string;
}

const names = {
  string: 'STRING',
  integer: 'INT64',
  number: 'FLOAT64',
  boolean: 'BOOL',
  datetime: 'TIMESTAMP',
  date: 'DATE',
  uuid: 'STRING',
  json: 'JSON',
} as const;

/** NUMERIC holds 29 digits before the point and 9 behind it, BIGNUMERIC 38 and 38. */
export function fieldOf({ name, type }: Column): Field {
  if (type.kind !== 'decimal') return { name, type: names[type.kind] };
  const { precision, scale } = type;
  const isNarrow = precision - scale <= 29 && scale <= 9;
  if (!isNarrow && (precision - scale > 38 || scale > 38))
    throw conflict(`column ${name}: BigQuery has no type for ${precision} digits with ${scale} decimals`);
  return {
    name,
    type: isNarrow ? 'NUMERIC' : 'BIGNUMERIC',
    precision: String(precision),
    scale: String(scale),
  };
}

export const typeName = (type: ColumnType): string => spelled(fieldOf({ name: '', type }));

/** The older names, under which the API still lists some types. */
const synonyms: Record<string, string> = { INTEGER: 'INT64', FLOAT: 'FLOAT64', BOOLEAN: 'BOOL' };

export function spelled({ type, precision, scale }: Field): string {
  const name = synonyms[type] ?? type;
  return precision === undefined ? name : `${name}(${precision},${scale ?? '0'})`;
}

/** BigQuery does not tell `Order` from `order`, in columns. */
export const sameName = (name: string): string => name.toLowerCase();

export const maxNameLength = 300;
const reserved = /^(?:_table_|_file_|_partition|_row_timestamp|__root__|_colidentifier)/i;

/** Throws `destination_schema_conflict` when no column can have this name. */
export function checkName(table: string, name: string): void {
  if (/^[a-z_]\w*$/i.test(name) && name.length <= maxNameLength && !reserved.test(name)) return;
  throw conflict(
    `table ${table}: "${name}" can't be a name in BigQuery, which takes letters, digits and _; give the contract another table, or the field another name`,
  );
}

const largest = 2n ** 63n;

/**
 * The value as a load job reads it from JSON, exactly; undefined when the type can't hold it. Called for values that
 * `inexactColumn` (load/exact.ts) lets through.
 */
export function encode({ type }: Column, value: Json | undefined): Json | undefined {
  if (value === undefined || value === null) return null;
  switch (type.kind) {
    case 'string':
    case 'uuid': {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      return text.isWellFormed() ? text : undefined;
    }
    case 'json':
      return storableJson(value) ? value : undefined;
    case 'integer': {
      const whole = BigInt(value as string | number);
      return whole >= -largest && whole < largest ? String(whole) : undefined;
    }
    case 'number':
      return Number(value);
    case 'decimal':
      return typeof value === 'number' ? plainDecimal(value, type.scale) : value;
    case 'boolean':
      return value;
    case 'datetime':
      return instantText(value as string);
    case 'date':
      return dateText(value as string);
  }
}

/** Half of a surrogate pair, as `JSON.stringify` writes it, after an even number of backslashes. */
const halfPair = /(?<!\\)(?:\\\\)*\\ud[89a-f]/;
export const storableJson = (value: Json): boolean => !halfPair.test(JSON.stringify(value));

/** Without an exponent. The scale is known to be enough. */
function plainDecimal(value: number, scale: number): string {
  const text = String(value);
  if (!text.includes('e')) return text;
  return Math.abs(value) >= 1 ? String(BigInt(value)) : value.toFixed(scale);
}
