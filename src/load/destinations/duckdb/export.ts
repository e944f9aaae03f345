import { randomUUID } from 'node:crypto';
import type { DuckDBConnection } from '@duckdb/node-api';
import { SentinelError } from '../../../model/errors.ts';
import { sizeOf } from '../../../support/disk-space.ts';
import { type Export, type ExportFormat, type TableExport } from '../../export.ts';
import { unavailable } from './errors.ts';
import { separator } from './direct-sql.ts';
import { rowsOf } from './rows.ts';
import type { Session } from './session.ts';
import { identifier, literal } from './sql.ts';

/** Written by DuckDB itself, on a connection and in a snapshot of its own: loads go on, and no row passes through here. */
export function createExport(session: Session, path: string): Export {
  return {
    table: (request) =>
      session
        .read((connection) => interruptible(connection, request.signal, () => copyTable(connection, request)))
        .catch((error: unknown) => {
          throw unavailable('export a table', error);
        }),
    snapshot: ({ file, signal }) =>
      session
        .apart((connection) => interruptible(connection, signal, () => copyDatabase(connection, file)))
        .catch((error: unknown) => {
          throw unavailable('copy itself', error);
        }),
    snapshotSize: async () => {
      return (await sizeOf(path)) + (await sizeOf(`${path}.wal`));
    },
  };
}

async function interruptible<T>(
  connection: DuckDBConnection,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const stop = () => connection.interrupt();
  signal.addEventListener('abort', stop);
  try {
    return await work();
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

interface StoredColumn {
  name: string;
  type: string;
}

async function copyTable(
  connection: DuckDBConnection,
  { table, format, file }: TableExport,
): Promise<{ rows: number }> {
  const columns = await columnsOf(connection, table);
  const from = `FROM main.${identifier(table)}`;
  const [[rows = 0] = []] = await rowsOf(
    connection,
    `COPY (SELECT ${selections[format](columns)} ${from}) TO ${literal(file)} (${options[format]}, USE_TMP_FILE false)`,
  );
  return { rows: Number(rows) };
}

async function columnsOf(connection: DuckDBConnection, table: string): Promise<StoredColumn[]> {
  const rows = await rowsOf(
    connection,
    `SELECT column_name, data_type FROM duckdb_columns()
     WHERE database_name = current_database() AND schema_name = 'main' AND lower(table_name) = lower($1) ORDER BY column_index`,
    [table],
  );
  if (rows.length > 0) return rows.map(([name, type]) => ({ name: String(name), type: String(type) }));
  throw new SentinelError('not_found', `there is no table ${table}; sentinel query "SHOW TABLES" lists them`);
}

const options: Record<ExportFormat, string> = {
  parquet: 'FORMAT parquet',
  csv: 'FORMAT csv, HEADER true',
  // Each row is one text already, without control characters.
  ndjson: `FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIM '${separator}'`,
};

/** What is selected for a format; see `Export` for how values are written. */
const selections: Record<ExportFormat, (columns: readonly StoredColumn[]) => string> = {
  parquet: () => '*',
  csv: (columns) => columns.map((column) => `${text(column)} AS ${identifier(column.name)}`).join(', '),
  ndjson: (columns) => {
    const fields = columns.map(
      (column, at) =>
        `${literal(`${at === 0 ? '{' : ','}${JSON.stringify(column.name)}:`)} || COALESCE(${json(column)}, 'null')`,
    );
    return `${fields.join(' || ')} || '}'`;
  },
};

/** A value as text, NULL when there is none. */
function text({ name, type }: StoredColumn): string {
  const value = identifier(name);
  if (/^DECIMAL\(\d+,0\)$/.test(type)) return `CAST(${value} AS VARCHAR)`;
  if (/^DECIMAL\(\d+,\d+\)$/.test(type)) return `rtrim(rtrim(CAST(${value} AS VARCHAR), '0'), '.')`;
  if (type === 'TIMESTAMP WITH TIME ZONE') return iso(`${value} AT TIME ZONE 'UTC'`, 'Z');
  if (type === 'TIMESTAMP') return iso(value, '');
  if (type === 'BLOB') return `base64(${value})`;
  return isNested(type) ? `CAST(to_json(${value}) AS VARCHAR)` : `CAST(${value} AS VARCHAR)`;
}

const iso = (timestamp: string, zone: string): string =>
  `CASE WHEN isfinite(${timestamp}) THEN strftime(${timestamp}, '%Y-%m-%dT%H:%M:%S.%f${zone}')
    ELSE CAST(${timestamp} AS VARCHAR) END`;

/** A value as JSON text, NULL when there is none. */
function json(column: StoredColumn): string {
  const { name, type } = column;
  const value = identifier(name);
  const plain = `CAST(${value} AS VARCHAR)`;
  const quoted = `CAST(to_json(${text(column)}) AS VARCHAR)`;
  // As it was sent, its numbers not made anew; between its tokens may stand ends of lines.
  if (type === 'JSON') return `translate(${plain}, chr(10) || chr(13), '  ')`;
  if (type === 'BOOLEAN' || /^U?(?:TINYINT|SMALLINT|INTEGER)$/.test(type)) return plain;
  if (/^U?(?:BIGINT|HUGEINT)$/.test(type))
    return `CASE WHEN ${value} BETWEEN -9007199254740991 AND 9007199254740991 THEN ${plain} ELSE ${quoted} END`;
  if (type === 'DOUBLE' || type === 'FLOAT')
    return `CASE WHEN isfinite(${value}) THEN ${plain} ELSE ${quoted} END`;
  return isNested(type) ? text(column) : quoted;
}

const isNested = (type: string): boolean => /^(?:STRUCT|MAP|UNION)\(|\]$/.test(type);

/** In one transaction, so that what was written together is there together. */
async function copyDatabase(connection: DuckDBConnection, file: string): Promise<void> {
  const copy = identifier(`copy_${randomUUID()}`);
  const [[database = ''] = []] = await rowsOf(connection, 'SELECT current_database()');
  await connection.run(`ATTACH ${literal(file)} AS ${copy}`);
  try {
    // Makes a transaction of its own, which can't be begun here: the configuration is locked.
    await connection.run(`COPY FROM DATABASE ${identifier(String(database))} TO ${copy}`);
  } finally {
    // Writes what is left in the copy's log.
    await connection.run(`DETACH ${copy}`);
  }
}
