import type { DuckDBConnection } from '@duckdb/node-api';
import type { Column } from '../../../contracts/contract.ts';
import { ownColumns } from '../../../model/own-columns.ts';
import type { Table } from '../../destination.ts';
import { columnDemanded, columnLost, conflict, keyFields } from '../../destination-kit/key-fields.ts';
import { expectType } from '../../destination-kit/merge-tables.ts';
import { rowsOf } from './rows.ts';
import { identifier, literal, typeName } from './sql.ts';

interface SqlColumn {
  name: string;
  type: string;
}

/** DuckDB does not tell `Order` from `order`. */
export const sameName = (name: string): string => name.toLowerCase();

/** Creates the tables, or adds the columns they lack; the rows there are keep NULL in them. */
export async function ensureTables(connection: DuckDBConnection, tables: readonly Table[]): Promise<void> {
  // Asked once: the catalogue is read whole each time, which takes seconds for hundreds of tables.
  const present = tables.length === 0 ? new Map<string, Types>() : await tableTypes(connection);
  const views = tables.length === 0 ? [] : await rowsOf(connection, viewNames);
  const keys = tables.length === 0 ? new Map<string, string>() : await keysOnRecord(connection);
  const demanding = tables.length === 0 ? [] : await rowsOf(connection, demandingColumns);
  for (const table of tables) {
    if (views.some(([view]) => sameName(String(view)) === sameName(table.name)))
      throw conflict(
        `"${table.name}" is a view, into which no events are loaded; rename it, or give the contract another table`,
      );
    const types = present.get(sameName(table.name)) ?? new Map();
    const [known, key] = [keys.get(sameName(table.name)), JSON.stringify(table.key)];
    if (types.size > 0) {
      refuseLost(table, types, known === key);
      const mine = demanding.filter(([name]) => sameName(String(name)) === sameName(table.name));
      refuseDemanding(
        table,
        mine.map(([, column]) => String(column)),
      );
    }
    await ensureTable(connection, table, types);
    if (known !== key) await recordKey(connection, table.name, key);
  }
}

/** Without its request ids, or a column of the key by which it was loaded, events would be loaded twice. */
function refuseLost(table: Table, types: Types, hasSameKey: boolean): void {
  const lost = [
    // The rest of what every table has: rows were loaded into it.
    ...(types.has('_received_at') ? ['_request_id'] : []),
    ...(hasSameKey ? keyFields(table).map(({ column }) => column.name) : []),
  ].find((name) => !types.has(sameName(name)));
  if (lost !== undefined) throw columnLost(table.name, lost);
}

function refuseDemanding(table: Table, columns: readonly string[]): void {
  const written = new Set([...table.columns, ...ownColumns].map(({ name }) => sameName(name)));
  const unwritten = columns.find((name) => !written.has(sameName(name)));
  if (unwritten !== undefined) throw columnDemanded(table.name, unwritten);
}

async function keysOnRecord(connection: DuckDBConnection): Promise<Map<string, string>> {
  const rows = await rowsOf(connection, 'SELECT table_name, key FROM _sentinel_keys');
  return new Map(rows.map(([name, key]) => [String(name), String(key)]));
}

async function recordKey(connection: DuckDBConnection, table: string, key: string): Promise<void> {
  const name = literal(sameName(table));
  await connection.run(`DELETE FROM _sentinel_keys WHERE table_name = ${name}`);
  await connection.run(`INSERT INTO _sentinel_keys VALUES (${name}, ${literal(key)})`);
}

async function ensureTable(connection: DuckDBConnection, table: Table, present: Types): Promise<void> {
  const wanted: SqlColumn[] = [...table.columns, ...ownColumns].map(({ name, type }: Column) => ({
    name,
    type: typeName(type),
  }));
  if (wanted.some((column) => column.name === ''))
    throw conflict(`table ${table.name}: a column needs a name`);
  const name = identifier(table.name);
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

/** Types by name of the column in lower case. */
type Types = Map<string, string>;

const viewNames = `SELECT view_name FROM duckdb_views() WHERE NOT internal AND database_name = current_database() AND schema_name = 'main'`;
/** Those that must be filled, and that nothing but an INSERT fills. */
const demandingColumns = `SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = current_database()
  AND schema_name = 'main' AND NOT is_nullable AND column_default IS NULL`;
const allColumns = `FROM duckdb_columns() WHERE database_name = current_database() AND schema_name = 'main'`;

async function tableTypes(connection: DuckDBConnection): Promise<Map<string, Types>> {
  const rows = await rowsOf(connection, `SELECT table_name, column_name, data_type ${allColumns}`);
  const tables = new Map<string, Types>();
  for (const [table, name, type] of rows.map((row) => row.map(String) as [string, string, string])) {
    const types: Types = tables.get(sameName(table)) ?? new Map();
    tables.set(sameName(table), types.set(sameName(name), type));
  }
  return tables;
}

/** Types by name in lower case; none of a table that is not there. */
export async function columnsOf(connection: DuckDBConnection, table: string): Promise<Types> {
  const rows = await rowsOf(
    connection,
    `SELECT column_name, data_type ${allColumns} AND lower(table_name) = ${literal(sameName(table))}`,
  );
  return new Map(rows.map(([name, type]) => [sameName(String(name)), String(type)]));
}

/** The tables that hold events, those of contracts that are gone included; no views of them. */
export async function eventTables(connection: DuckDBConnection): Promise<string[]> {
  const rows = await rowsOf(
    connection,
    `SELECT table_name ${allColumns} AND table_oid IN (SELECT table_oid FROM duckdb_tables())
     GROUP BY table_name
     HAVING ${ownColumns.map((column) => `count(*) FILTER (column_name = '${column.name}') > 0`).join(' AND ')}`,
  );
  return rows.map(([name]) => String(name));
}
