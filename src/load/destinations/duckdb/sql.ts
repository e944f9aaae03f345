import type { Column, ColumnType } from '../../../contracts/contract.ts';

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** DuckDB's name of a column type, as `duckdb_columns()` reports it. */
export function sqlType(type: ColumnType): string {
  switch (type.kind) {
    case 'string':
      return 'VARCHAR';
    case 'integer':
      return 'BIGINT';
    case 'number':
      return 'DOUBLE';
    case 'boolean':
      return 'BOOLEAN';
    case 'datetime':
      return 'TIMESTAMP WITH TIME ZONE';
    case 'date':
      return 'DATE';
    case 'uuid':
      return 'UUID';
    case 'json':
      return 'JSON';
    case 'decimal':
      return `DECIMAL(${type.precision},${type.scale})`;
  }
}

/** What the gatekeeper adds to each table, in this order, after the contract's columns. */
export const ownColumns = [
  { name: '_request_id', sql: 'UUID' },
  { name: '_received_at', sql: 'TIMESTAMP WITH TIME ZONE' },
  { name: '_source', sql: 'VARCHAR' },
  { name: '_contract_version', sql: 'VARCHAR' },
  { name: '_repaired', sql: 'BOOLEAN' },
  { name: '_rule_id', sql: 'VARCHAR' },
  { name: '_extra', sql: 'JSON' },
] as const;

/**
 * The text that identifies an event within its table. `column` gives the SQL of a typed column. An event that lacks a
 * part of its key is only itself: its request id stands in.
 */
export function keyExpression(
  key: readonly string[],
  columns: readonly Column[],
  column: (name: string) => string,
): string {
  const parts = key.map((pointer) => {
    const [first = '', ...rest] = pointer.split('/').slice(1).map(unescape);
    if (!columns.some(({ name }) => name === first)) return 'NULL::VARCHAR';
    if (rest.length === 0) return `CAST(${column(first)} AS VARCHAR)`;
    return `json_extract_string(${column(first)}, ${quoteText(`/${rest.map(escape).join('/')}`)})`;
  });
  const wholeKey = parts.map((part) => `replace(${part}, '|', '||')`).join(" || '|' || ");
  return `coalesce(${wholeKey}, '|' || CAST(${column('_request_id')} AS VARCHAR))`;
}

const unescape = (segment: string) => segment.replaceAll('~1', '/').replaceAll('~0', '~');
const escape = (segment: string) => segment.replaceAll('~', '~0').replaceAll('/', '~1');
