import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import { StatementType } from './duckdb.ts';
import { SentinelError, messageOf } from '../../../model/errors.ts';
import type { Destination, QueryResult } from '../../destination.ts';
import { type QueryLimits, queryTurns, usualLimits } from '../../destination-kit/query-turns.ts';
import { textBytesIn, valuesIn } from './result-size.ts';
import type { Session } from './session.ts';
import { checkStatement, failed, refused } from './statement-check.ts';
import { type ToJson, toJson } from './values.ts';

const defaultMaxRows = 10_000;
/** Memory may grow by a gigabyte in a second. */
const lookEveryMs = 50;
/** Characters and bytes, roughly, after which a result is cut off as after `maxRows`. */
const maxResultSize = 64 * 1024 * 1024;
/** In a column of one chunk (2,048 rows). Each takes a hundred bytes as a JavaScript value. */
const mostValues = 2_000_000;
/** Of the texts in a column of one chunk. */
const mostTextBytes = 256 * 1024 * 1024;
/** DuckDB notices an interruption between two chunks: a function that makes a giant value of one row goes on to its end. */
const graceMs = 500;

/** Read-only SQL, each query on a connection and in a snapshot of its own, so that loads go on meanwhile. */
export function createQuery(
  session: Session,
  limits: QueryLimits = usualLimits,
): NonNullable<Destination['query']> {
  const inTurn = queryTurns(limits);
  const { runMs, memoryBytes } = limits;
  return (sql, { maxRows = defaultMaxRows } = {}) =>
    new Promise<QueryResult>((resolve, reject) => {
      // The answer comes in time; the turn is taken until the work has ended.
      const answered = async (): Promise<void> => {
        const late = setTimeout(() => reject(tooLong(runMs)), runMs + graceMs);
        try {
          resolve(
            await session.read((connection) => runQuery(connection, sql, { maxRows, runMs, memoryBytes })),
          );
        } finally {
          clearTimeout(late);
        }
      };
      void inTurn(answered).catch((error: unknown) => reject(explained(error)));
    });
}

const tooLong = (runMs: number, cause?: unknown): SentinelError =>
  failed(`the query took longer than ${runMs / 1000} s and was stopped`, cause);

const tooLarge = (cause: unknown): SentinelError =>
  failed(
    'the query took too much of the memory of the service and was stopped; select a part of it, or query a copy (sentinel snapshot)',
    cause,
  );

interface Watch {
  stopped: 'time' | 'memory' | undefined;
  end(): void;
}

/** Stops what takes too long or too much: DuckDB's own limit does not count lists and texts that an aggregate gathers. */
function watchQuery(
  connection: DuckDBConnection,
  { runMs, memoryBytes }: Pick<QueryLimits, 'runMs' | 'memoryBytes'>,
): Watch {
  const latest = Date.now() + runMs;
  const { rss } = process.memoryUsage;
  const mostBytes = rss() + Math.min(memoryBytes, process.availableMemory() / 2);
  // Again and again: between two parts of a result nothing runs that could be interrupted.
  const timer = setInterval(() => {
    if (Date.now() >= latest) watch.stopped ??= 'time';
    else if (rss() > mostBytes) watch.stopped ??= 'memory';
    if (watch.stopped !== undefined) connection.interrupt();
  }, lookEveryMs);
  const watch: Watch = { stopped: undefined, end: () => clearInterval(timer) };
  return watch;
}

async function runQuery(
  connection: DuckDBConnection,
  sql: string,
  { maxRows, ...limits }: { maxRows: number } & Pick<QueryLimits, 'runMs' | 'memoryBytes'>,
): Promise<QueryResult> {
  const statements = await connection.extractStatements(sql);
  if (statements.count !== 1) throw refused('one statement at a time is possible here');
  await checkStatement(connection, sql);
  const watch = watchQuery(connection, limits);
  const statement = await statements.prepare(0);
  try {
    const { statementType } = statement;
    if (statementType !== StatementType.SELECT && statementType !== StatementType.EXPLAIN) {
      throw refused('only statements that read are possible here');
    }
    const result = await statement.stream();
    const columns = result.deduplicatedColumnNames();
    const convert = result.columnTypes().map(toJson);
    const rows: unknown[][] = [];
    const budget = { rows: maxRows, size: maxResultSize };
    for (;;) {
      const chunk = await result.fetchChunk();
      if (watch.stopped !== undefined) throw new Error('stopped');
      if (chunk === null || chunk.rowCount === 0) return { columns, rows, truncated: false };
      if (!take(chunk, convert, rows, budget)) return { columns, rows, truncated: true };
    }
  } catch (error) {
    if (watch.stopped === 'memory') throw tooLarge(error);
    throw watch.stopped === 'time' ? tooLong(limits.runMs, error) : error;
  } finally {
    watch.end();
    statement.destroySync();
  }
}

/** Appends the chunk's rows; false when they are more than the budget allows. */
function take(
  chunk: DuckDBDataChunk,
  convert: readonly ToJson[],
  rows: unknown[][],
  budget: { rows: number; size: number },
): boolean {
  const vectors = convert.map((_, column) => chunk.getColumnVector(column));
  for (const vector of vectors)
    if (valuesIn(vector) > mostValues)
      throw failed(`lists and maps of more than ${mostValues} values can't be shown; select a part of them`);
  for (const vector of vectors)
    if (textBytesIn(vector) > mostTextBytes)
      throw failed(
        `a column has more than ${mostTextBytes / 2 ** 20} MiB of text in ${chunk.rowCount} rows; select a part of it`,
      );
  for (let row = 0; row < chunk.rowCount; row++) {
    if (rows.length >= budget.rows || budget.size <= 0) return false;
    rows.push(
      convert.map((toJson, column) => {
        const value = vectors[column]!.getItem(row);
        if (typeof value === 'string') budget.size -= value.length;
        return value === null ? null : toJson(value);
      }),
    );
  }
  return true;
}

function explained(error: unknown): unknown {
  if (error instanceof SentinelError || !(error instanceof Error) || error.constructor !== Error)
    return error;
  const message = messageOf(error);
  if (/^Permission Error|read-only mode|configuration has been locked/.test(message)) return refused(message);
  return failed(message, error);
}
