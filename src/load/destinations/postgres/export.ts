import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { SentinelError } from '../../../model/errors.ts';
import { type ParquetColumn, parquetOfCsv } from '../../destination-kit/parquet.ts';
import type { Export, TableExport } from '../../export.ts';
import { unavailable } from './errors.ts';
import { onConnection } from './own-connection.ts';
import { type PostgresOptions, ownSettings } from './session.ts';
import { identifier, literal } from './sql.ts';

/** The server writes the rows as text (`COPY … TO STDOUT`), which streams into the file. */
export function createExport(options: PostgresOptions): Export {
  return {
    table: (request) =>
      onConnection(options.url, 'data-sentinel export', async (client) => {
        await client.query(
          `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 20000;
           ${ownSettings}`,
        );
        return exportTable(client, options.schema, request);
      }).catch((error: unknown) => {
        request.signal.throwIfAborted();
        throw unavailable('export a table', error);
      }),
  };
}

async function exportTable(
  client: pg.Client,
  schema: string,
  { table, format, file, signal }: TableExport,
): Promise<{ rows: number }> {
  const columns = await columnsOf(client, schema, table);
  const from = `FROM ${identifier(schema)}.${identifier(table)} t`;
  if (format === 'ndjson') {
    const fields = columns.map((column) => `${json(column)} AS ${identifier(column.name)}`).join(', ');
    // No JSON text holds these control characters, so nothing is quoted.
    const options = String.raw`FORMAT csv, QUOTE E'\x01', ESCAPE E'\x01', DELIMITER E'\x02'`;
    const line = String.raw`translate(row_to_json(r)::text, E'\n\r', '  ')`;
    return copy(client, `COPY (SELECT ${line} FROM (SELECT ${fields} ${from}) r) TO STDOUT (${options})`, {
      file,
      signal,
    });
  }
  const fields = columns.map((column) => `${text(column)} AS ${identifier(column.name)}`).join(', ');
  const asCsv = `COPY (SELECT ${fields} ${from}) TO STDOUT (FORMAT csv, HEADER true)`;
  if (format === 'csv') return copy(client, asCsv, { file, signal });
  const csv = `${file}.csv`;
  try {
    const copied = await copy(client, asCsv, { file: csv, signal });
    await parquetOfCsv(csv, columns.map(parquetColumn), file, signal);
    return copied;
  } finally {
    await rm(csv, { force: true });
  }
}

async function copy(
  client: pg.Client,
  sql: string,
  { file, signal }: { file: string; signal: AbortSignal },
): Promise<{ rows: number }> {
  const rows = client.query(copyTo(sql));
  await pipeline(rows, createWriteStream(file, { mode: 0o600 }), { signal });
  return { rows: rows.rowCount };
}

interface StoredColumn {
  name: string;
  /** As `format_type` spells it, a domain by what it is made of. */
  type: string;
}

/** Of tables only: a view of somebody else's would run with the rights of this login. */
async function columnsOf(client: pg.Client, schema: string, table: string): Promise<StoredColumn[]> {
  const { rows } = await client.query<StoredColumn>(
    `SELECT a.attname AS name, format_type(COALESCE(NULLIF(y.typbasetype, 0), a.atttypid), a.atttypmod) AS type
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
       JOIN pg_type y ON y.oid = a.atttypid
     WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'm') AND a.attnum > 0 AND NOT a.attisdropped
     ORDER BY a.attnum`,
    [schema, table],
  );
  if (rows.length > 0) return rows;
  throw new SentinelError('not_found', `there is no table ${table} in the schema ${schema}`);
}

/** A value as text; see `Export` for how values are written. */
function text({ name, type }: StoredColumn): string {
  const value = `t.${identifier(name)}`;
  if (type.startsWith('numeric') && !type.endsWith('[]'))
    return `CASE WHEN ${value}::text LIKE '%.%' THEN rtrim(rtrim(${value}::text, '0'), '.') ELSE ${value}::text END`;
  if (type.startsWith('timestamp with time zone')) return iso(value, `${value} AT TIME ZONE 'UTC'`, 'Z');
  if (type.startsWith('timestamp without time zone')) return iso(value, value, '');
  if (type === 'bytea') return String.raw`translate(encode(${value}, 'base64'), E'\n', '')`;
  return type.endsWith('[]') ? `to_json(${value})::text` : `${value}::text`;
}

const iso = (value: string, utc: string, zone: string): string =>
  `CASE WHEN isfinite(${value}) AND ${value} >= '0001-01-01' THEN to_char(${utc}, ${literal(`YYYY-MM-DD"T"HH24:MI:SS.US"${zone}"`)}) ELSE ${value}::text END`;

function json(column: StoredColumn): string {
  const { name, type } = column;
  const value = `t.${identifier(name)}`;
  if (type === 'bigint')
    return `CASE WHEN ${value} BETWEEN -9007199254740991 AND 9007199254740991 THEN to_json(${value}) ELSE to_json(${value}::text) END`;
  if (/^(?:numeric|timestamp|bytea)/.test(type) && !type.endsWith('[]')) return text(column);
  return value;
}

/** A decimal of more digits than DuckDB has stays text, exact. */
function parquetColumn({ name, type }: StoredColumn): ParquetColumn {
  const [, precision, scale] = /^numeric\((\d+),(\d+)\)$/.exec(type) ?? [];
  if (precision !== undefined && Number(precision) <= 38 && Number(scale) <= Number(precision))
    return { name, type: `DECIMAL(${precision}, ${scale})` };
  return { name, type: parquetTypes[type] ?? 'VARCHAR' };
}

const parquetTypes: Readonly<Record<string, string>> = {
  smallint: 'SMALLINT',
  integer: 'INTEGER',
  bigint: 'BIGINT',
  real: 'FLOAT',
  'double precision': 'DOUBLE',
  boolean: 'BOOLEAN',
  date: 'DATE',
  uuid: 'UUID',
  json: 'JSON',
  jsonb: 'JSON',
  'timestamp with time zone': 'TIMESTAMP WITH TIME ZONE',
};
