import { type DuckDBConnection, DuckDBDataChunk, INTEGER, VARCHAR } from '@duckdb/node-api';
import type { Json } from '../../../json.ts';
import type { Row, Table } from '../../destination.ts';
import { keyExpression, ownColumns, quoteName, sqlType } from './sql.ts';

/** A chunk of DuckDB holds at most this many rows. */
const chunkRows = 2048;

/**
 * Where a batch's rows wait to be cast: a temporary table of text columns beside each table. Measured with 10,000 rows
 * of nine columns (2 cores): text columns by data chunks and then a cast, 13 µs of CPU a row; one JSON document a row
 * and `json_transform`, 17; one JSON text for the whole batch, 20; a temporary file and `read_json`, 17.
 */
export interface Staging {
  readonly table: Table;
  /** Quoted name of the temporary table; its rows are numbered from 0 in the column `_i`. */
  readonly name: string;
  /** Fills it with the rows, and with nothing else. */
  fill(rows: readonly Row[]): Promise<void>;
  /** `INSERT INTO … SELECT …`, casting strictly; without the rows whose number is listed. */
  insertSql(except: readonly number[]): string;
  /** Selects `_i` and `bad` (the name of a column that the row's value does not fit) of the rows that can't be cast. */
  readonly badRowsSql: string;
  /** The key of a staged row, and of a row of the table. */
  readonly stagedKey: string;
  readonly tableKey: string;
}

export async function createStaging(
  connection: DuckDBConnection,
  table: Table,
  number: number,
): Promise<Staging> {
  const name = `temp."stage_${number}"`;
  const columns = [
    ...table.columns.map((column) => ({ name: column.name, sql: sqlType(column.type) })),
    ...ownColumns,
  ];
  const quoted = columns.map((column) => quoteName(column.name));
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE "stage_${number}" (_i INTEGER, ${quoted.map((column) => `${column} VARCHAR`).join(', ')})`,
  );
  const chunkTypes = [INTEGER, ...columns.map(() => VARCHAR)];
  const target = quoteName(table.name);
  const casts = columns.map((column, index) => `CAST(${quoted[index]} AS ${column.sql})`).join(', ');
  const tryCast = (column: { sql: string }, index: number) => `TRY_CAST(${quoted[index]} AS ${column.sql})`;
  const typeOf = new Map<string, string>(columns.map((column) => [column.name, column.sql]));

  return {
    table,
    name,
    stagedKey: keyExpression(
      table.key,
      table.columns,
      (column) => `TRY_CAST(s.${quoteName(column)} AS ${typeOf.get(column)})`,
    ),
    tableKey: keyExpression(table.key, table.columns, (column) => `t.${quoteName(column)}`),
    badRowsSql: `SELECT _i, CASE ${columns
      .map(
        (column, index) =>
          `WHEN ${quoted[index]} IS NOT NULL AND ${tryCast(column, index)} IS NULL THEN ${index}`,
      )
      .join(' ')} END AS bad FROM ${name} WHERE bad IS NOT NULL`,

    async fill(rows) {
      await connection.run(`TRUNCATE ${name}`);
      const appender = await connection.createAppender(`stage_${number}`, 'main', 'temp');
      for (let from = 0; from < rows.length; from += chunkRows) {
        const part = rows.slice(from, from + chunkRows);
        const chunk = DuckDBDataChunk.create(chunkTypes, part.length);
        chunk.setColumnValues(
          0,
          part.map((_, index) => from + index),
        );
        for (const [index, column] of table.columns.entries())
          chunk.setColumnValues(
            index + 1,
            part.map(({ values }) => asText(values[column.name], column.type.kind === 'json')),
          );
        let at = table.columns.length;
        for (const valueOf of ownValues) chunk.setColumnValues(++at, part.map(valueOf));
        appender.appendDataChunk(chunk);
      }
      appender.flushSync();
      appender.closeSync();
    },

    insertSql(except) {
      const where = except.length === 0 ? '' : ` WHERE _i NOT IN (${except.join(', ')})`;
      return `INSERT INTO ${target} (${quoted.join(', ')}) SELECT ${casts} FROM ${name}${where}`;
    },
  };
}

/** In the order of `ownColumns`. */
const ownValues: readonly ((row: Row) => string | null)[] = [
  (row) => row.requestId,
  (row) => new Date(row.receivedAt).toISOString(),
  (row) => row.source,
  (row) => row.contractVersion,
  (row) => (row.repair === undefined ? 'false' : 'true'),
  (row) => row.repair?.ruleId ?? null,
  (row) => (row.extra === undefined ? null : JSON.stringify(row.extra)),
];

/** The text that casts back to the value. Numbers print the shortest digits that read back as the same number. */
function asText(value: Json | undefined, isJson: boolean): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' && !isJson) return value;
  return typeof value === 'object' || isJson ? JSON.stringify(value) : String(value);
}
