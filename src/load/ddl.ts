import type { ColumnType } from '../contracts/contract.ts';
import { type TableContract, tablesOf } from '../contracts/tables.ts';
import type { Table } from './destination.ts';
import { typeName as bigquery } from './destinations/bigquery/types.ts';
import { typeName as duckdb } from './destinations/duckdb/sql.ts';
import { typeName as postgres } from './destinations/postgres/sql.ts';

export const sqlDialects = ['postgres', 'duckdb', 'bigquery'] as const;
export type SqlDialect = (typeof sqlDialects)[number];

const typeNames: Record<SqlDialect, (type: ColumnType) => string> = { postgres, duckdb, bigquery };

/** The columns of the tables that the destination makes for contracts; it adds its own (`_request_id`, …) and its indexes. */
export function toDdl(contracts: readonly TableContract[], dialect: SqlDialect): string {
  return tablesOf(contracts)
    .map((table) => tableSql(table, contracts, dialect))
    .join('\n\n');
}

function tableSql(table: Table, contracts: readonly TableContract[], dialect: SqlDialect): string {
  const quote = dialect === 'bigquery' ? '`' : '"';
  const quoted = (name: string): string =>
    quote === '`' ? `\`${name.replaceAll('`', '\\`')}\`` : `"${name.replaceAll('"', '""')}"`;
  const versions = contracts.filter(({ name }) => name === table.contract);
  const columns = table.columns.map((column) => {
    // One version may do without what another requires.
    const isRequired = versions.every(({ columns: own }) =>
      own.some(({ name, required }) => name === column.name && required === true),
    );
    return `  ${quoted(column.name)} ${typeNames[dialect](column.type)}${isRequired ? ' NOT NULL' : ''}`;
  });
  return `-- contract ${table.contract}; key ${table.key.join(' ')}\nCREATE TABLE ${quoted(table.name)} (\n${columns.join(',\n')}\n);`;
}
