import {
  type DuckDBConnection,
  type DuckDBInstance,
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  type DuckDBType,
  type DuckDBValue,
  StatementType,
} from '@duckdb/node-api';
import { SentinelError, messageOf } from '../../../errors.ts';
import { parseExact } from '../../../ingest/exact-json.ts';
import type { QueryResult } from '../../destination.ts';

const readOnly = new Set<StatementType>([StatementType.SELECT, StatementType.EXPLAIN]);

/** Runs one statement that reads, on a connection of its own, in a read-only transaction. */
export async function runQuery(
  instance: DuckDBInstance,
  sql: string,
  { maxRows, timeoutMs }: { maxRows: number; timeoutMs: number },
): Promise<QueryResult> {
  const connection = await instance.connect();
  const timer = setTimeout(() => connection.interrupt(), timeoutMs);
  try {
    await connection.run('BEGIN TRANSACTION READ ONLY');
    return await runStatement(connection, sql, maxRows);
  } catch (error) {
    if (error instanceof SentinelError) throw error;
    const message = messageOf(error);
    const code = message.startsWith('Permission Error') ? 'query_refused' : 'query_failed';
    throw new SentinelError(
      code,
      message.startsWith('INTERRUPT') ? `the query took longer than ${timeoutMs / 1000} s` : message,
    );
  } finally {
    clearTimeout(timer);
    connection.closeSync();
  }
}

async function runStatement(
  connection: DuckDBConnection,
  sql: string,
  maxRows: number,
): Promise<QueryResult> {
  const statements = await connection.extractStatements(sql);
  if (statements.count !== 1)
    throw new SentinelError(
      'query_refused',
      `one statement at a time, please; this text has ${statements.count}`,
    );
  const prepared = await statements.prepare(0);
  if (!readOnly.has(prepared.statementType))
    throw new SentinelError(
      'query_refused',
      `only statements that read are allowed, not ${StatementType[prepared.statementType]}`,
    );

  const reader = await prepared.streamAndReadUntil(maxRows + 1);
  const types = reader.columnTypes();
  const rows = reader.getRows();
  return {
    columns: reader.deduplicatedColumnNames(),
    rows: rows.slice(0, maxRows).map((row) => row.map((value, index) => plain(value, types[index]!))),
    truncated: rows.length > maxRows,
  };
}

/** A value of DuckDB as JSON, exact: what JavaScript's numbers can't hold is text. */
function plain(value: DuckDBValue, type?: DuckDBType): unknown {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return type?.alias === 'JSON' ? parseExact(value) : value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint')
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER
      ? Number(value)
      : String(value);
  if (value instanceof DuckDBDecimalValue) return withoutTrailingZeros(value.toString());
  if (value instanceof DuckDBTimestampTZValue) return isoTime(value.micros);
  if (value instanceof DuckDBDateValue) return value.toString();
  if (value instanceof DuckDBListValue) return value.items.map((item) => plain(item));
  if (value instanceof DuckDBStructValue)
    return Object.fromEntries(Object.entries(value.entries).map(([name, entry]) => [name, plain(entry)]));
  if (value instanceof DuckDBMapValue)
    return value.entries.map((entry) => ({ key: plain(entry.key), value: plain(entry.value) }));
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString('base64');
  return String(value);
}

function withoutTrailingZeros(decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal;
}

/** `2026-01-15T10:30:00Z`, with as many digits after the second as the value has. */
function isoTime(micros: bigint): string {
  const milliseconds = micros / 1000n - (micros % 1000n < 0n ? 1n : 0n);
  const date = new Date(Number(milliseconds));
  if (Number.isNaN(date.getTime())) return String(micros);
  const fraction = String(((micros % 1_000_000n) + 1_000_000n) % 1_000_000n)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return `${date.toISOString().slice(0, -5)}${fraction === '' ? '' : `.${fraction}`}Z`;
}
