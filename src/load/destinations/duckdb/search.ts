import type { DuckDBConnection } from '@duckdb/node-api';
import type { EventSearch } from '../../event-search.ts';
import { gate } from '../../destination-kit/gate.ts';
import { searchEvents } from '../../destination-kit/sql/search-events.ts';
import { questionOf } from './question.ts';
import { textsOf } from './rows.ts';
import { identifier, literal } from './sql.ts';
import { failed } from './statement-check.ts';
import { eventTables } from './tables.ts';
import { toJson } from './values.ts';

type Question = <T>(doing: string, ask: (connection: DuckDBConnection) => Promise<T>) => Promise<T>;

const timeLimitMs = 10_000;

/** Each search holds a thread of libuv's pool of four; loads and the queue's writes need the others. */
const oneAtATime = { running: 1, waiting: 16 };

export function createSearch(question: Question): EventSearch {
  const inTurn = gate(oneAtATime, () => failed('too many searches are waiting; try again later'));
  return {
    events: (filter, page) =>
      inTurn(() =>
        question('search its events', (connection) =>
          inTime(
            connection,
            async () => {
              const names = await eventTables(connection);
              const columns = await textsOf(connection, allColumns);
              return searchEvents(questionOf(connection), { names, columns }, filter, page);
            },
            filter.withinMs,
          ),
        ),
      ),
    row: (table, requestId) =>
      question('read a row', (connection) => inTime(connection, () => readRow(connection, table, requestId))),
  };
}

const allColumns = `SELECT table_name, column_name, data_type FROM duckdb_columns()
  WHERE database_name = current_database() AND schema_name = 'main'`;

async function inTime<T>(
  connection: DuckDBConnection,
  work: () => Promise<T>,
  withinMs = timeLimitMs,
): Promise<T> {
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    connection.interrupt();
  }, withinMs);
  try {
    return await work();
  } catch (error) {
    if (!timedOut) throw error;
    throw failed(`the search took longer than ${withinMs / 1000} s; narrow it by time or source`, error);
  } finally {
    clearTimeout(timer);
  }
}

async function readRow(
  connection: DuckDBConnection,
  table: string,
  requestId: string,
): Promise<Record<string, unknown> | undefined> {
  if (!(await eventTables(connection)).includes(table)) return undefined;
  const result = await connection.run(
    `SELECT * FROM main.${identifier(table)} WHERE _request_id = TRY_CAST(${literal(requestId)} AS UUID) LIMIT 1`,
  );
  const columns = result.columnNames();
  const convert = result.columnTypes().map(toJson);
  const [row] = await result.getRows();
  if (row === undefined) return undefined;
  return Object.fromEntries(
    columns.map((column, at) => {
      const value = row[at] ?? null;
      return [column, value === null ? null : convert[at]!(value)];
    }),
  );
}
