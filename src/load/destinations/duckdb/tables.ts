import type { DuckDBConnection } from '@duckdb/node-api';
import type { Column } from '../../../contracts/contract.ts';
import { ownColumns } from '../../../model/own-columns.ts';
import type { Table } from '../../destination.ts';
import { conflict } from '../../destination-kit/key-fields.ts';
import { expectType } from '../../destination-kit/merge-tables.ts';
import { rowsOf } from './rows.ts';
import { identifier, literal, typeName } from './sql.ts';

interface SqlColumn {
  name: string;
  type: string;
}

/** DuckDB does not tell `Order` from `order`. */
export const sameName = (name: string): string => name.toLowerCase();

/** Creates the table, or adds the columns it lacks; the rows there are keep NULL in them. */
export async function ensureTable(connection: DuckDBConnection, table: Table): Promise<void> {
  const wanted: SqlColumn[] = [...table.columns, ...ownColumns].map(({ name, type }: Column) => ({
    name,
    type: typeName(type),
  }));
  if (wanted.some((column) => column.name === ''))
    throw conflict(`table ${table.name}: a column needs a name`);
  const name = identifier(table.name);
  const present = await columnsOf(connection, table.name);
  if (present.size === 0) {
    const columns = wanted.map((column) => `${identifier(column.name)} ${column.type}`);
    // No PRIMARY KEY: its index is read into memory whole and makes checkpoints slow; see key-filter.ts.
    await connection.run(`CREATE TABLE ${name} (${columns.join(', ')})`);
    return;
  }
  for (const column of wanted) {
    const type = present.get(sameName(column.name));
    if (type !== undefined) expectType(table.name, column.name, type, column.type);
    else await connection.run(`ALTER TABLE ${name} ADD COLUMN ${identifier(column.name)} ${column.type}`);
  }
}

/** Types by name in lower case; none of a table that is not there. */
export async function columnsOf(connection: DuckDBConnection, table: string): Promise<Map<string, string>> {
  const rows = await rowsOf(
    connection,
    `SELECT column_name, data_type FROM duckdb_columns()
     WHERE database_name = current_database() AND schema_name = 'main' AND lower(table_name) = ${literal(sameName(table))}`,
  );
  return new Map(rows.map(([name, type]) => [sameName(String(name)), String(type)]));
}

/** The tables that hold events, those of contracts that are gone included. */
export async function eventTables(connection: DuckDBConnection): Promise<string[]> {
  const rows = await rowsOf(
    connection,
    `SELECT table_name FROM duckdb_columns()
     WHERE database_name = current_database() AND schema_name = 'main'
     GROUP BY table_name
     HAVING ${ownColumns.map((column) => `count(*) FILTER (column_name = '${column.name}') > 0`).join(' AND ')}`,
  );
  return rows.map(([name]) => String(name));
}
