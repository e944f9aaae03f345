import type { Column, ColumnType } from '../../../contracts/contract.ts';
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
