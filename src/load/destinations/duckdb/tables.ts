import type { DuckDBConnection } from '@duckdb/node-api';
import { SentinelError } from '../../../errors.ts';
import type { Table } from '../../destination.ts';
import { ownColumns, quoteName, quoteText, sqlType } from './sql.ts';

const bookkeeping = [
  `CREATE TABLE IF NOT EXISTS _sentinel_positions (partition VARCHAR, position BIGINT)`,
  `CREATE TABLE IF NOT EXISTS _sentinel_counters (loaded BIGINT, repaired BIGINT, duplicate BIGINT)`,
  `INSERT INTO _sentinel_counters SELECT 0, 0, 0 WHERE NOT EXISTS (FROM _sentinel_counters)`,
  `CREATE TABLE IF NOT EXISTS _sentinel_duplicates (request_id UUID, table_name VARCHAR, contract VARCHAR,
     contract_version VARCHAR, source VARCHAR, received_at TIMESTAMPTZ)`,
  `CREATE TABLE IF NOT EXISTS _sentinel_repairs (request_id UUID, table_name VARCHAR, contract VARCHAR,
     contract_version VARCHAR, source VARCHAR, healer VARCHAR, rule_id VARCHAR, original VARCHAR, plan JSON,
     result VARCHAR, by_hand JSON, repaired_at TIMESTAMPTZ)`,
];

/** Creates what is missing, adds columns that are new, and refuses a column whose type has changed. */
export async function prepareTables(connection: DuckDBConnection, tables: readonly Table[]): Promise<void> {
  for (const statement of bookkeeping) await connection.run(statement);
  for (const table of tables) {
    const wanted = [...table.columns.map(({ name, type }) => ({ name, sql: sqlType(type) })), ...ownColumns];
    const existing = await columnTypes(connection, table.name);
    if (existing.size === 0) {
      const list = wanted.map(({ name, sql }) => `${quoteName(name)} ${sql}`).join(', ');
      await connection.run(`CREATE TABLE ${quoteName(table.name)} (${list})`);
      continue;
    }
    for (const { name, sql } of wanted) {
      const found = existing.get(name.toLowerCase());
      if (found === undefined)
        await connection.run(`ALTER TABLE ${quoteName(table.name)} ADD COLUMN ${quoteName(name)} ${sql}`);
      else if (found !== sql)
        throw new SentinelError(
          'destination_schema_conflict',
          `column "${name}" of table "${table.name}" is ${found}, the contract now makes it ${sql}; ` +
            `give the contract another table, or change the column with SQL while the service is stopped`,
        );
    }
  }
}

async function columnTypes(connection: DuckDBConnection, table: string): Promise<Map<string, string>> {
  const reader = await connection.runAndReadAll(
    `SELECT lower(column_name), data_type FROM duckdb_columns()
     WHERE database_name = current_database() AND schema_name = 'main' AND table_name = ${quoteText(table)}`,
  );
  return new Map(reader.getRows().map(([name, type]) => [String(name), String(type)]));
}
