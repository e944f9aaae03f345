import type { ColumnType } from '../../../contracts/contract.ts';
import type { Table } from '../../destination.ts';
import { keyFields } from '../../destination-kit/key-fields.ts';

/** An identifier, quoted: tables may be called `order`, and columns anything at all. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

export const literal = (text: string): string => {
  const quoted = text.replaceAll("'", "''");
  // Safe whatever `standard_conforming_strings` says.
  return quoted.includes('\\') ? ` E'${quoted.replaceAll('\\', '\\\\')}'` : `'${quoted}'`;
};

/** PostgreSQL cuts longer names off in silence, which would make two columns one. */
export const maxNameBytes = 63;

const names = {
  string: 'text',
  integer: 'bigint',
  number: 'double precision',
  boolean: 'boolean',
  datetime: 'timestamp with time zone',
  date: 'date',
  uuid: 'uuid',
  json: 'jsonb',
} as const;

/** The type's name as `format_type` spells it. Instants keep microseconds; finer digits are cut off. */
export function typeName(type: ColumnType): string {
  return type.kind === 'decimal' ? `numeric(${type.precision},${type.scale})` : names[type.kind];
}

/**
 * The parts of the key as expressions over the columns of `prefix`; NULL where the event has none. Parts within JSON
 * are compared as the JSON text, in which 1 and "1" differ.
 */
export function keyOf(table: Table, prefix = ''): string[] {
  return keyFields(table).map(({ column, inner }) => {
    const sql = `${prefix}${identifier(column.name)}`;
    // By bytes, as no change of a locale may disorder an index that keeps events from being loaded twice.
    if (column.type.kind === 'string') return `(${sql} COLLATE "C")`;
    if (column.type.kind !== 'json') return sql;
    const path = `{${inner.map((name) => `"${name.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
    const value = inner.length === 0 ? sql : `(${sql} #> ${literal(path)})`;
    return `(NULLIF(${value}::text, 'null') COLLATE "C")`;
  });
}
