import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import {
  type EventFilter,
  type EventPlace,
  type EventSearch,
  type EventTable,
  type FoundEvent,
  idColumns,
} from '../../event-search.ts';
import { gate } from '../../destination-kit/gate.ts';
import { rowsOf } from './rows.ts';
import { identifier, literal } from './sql.ts';
import { conditionsOf, duplicatesPart, rowsPart } from './search-sql.ts';
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
          inTime(connection, () => searchEvents(connection, filter, page), filter.withinMs),
        ),
      ),
    row: (table, requestId) =>
      question('read a row', (connection) => inTime(connection, () => readRow(connection, table, requestId))),
  };
}

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

async function searchEvents(
  connection: DuckDBConnection,
  filter: EventFilter,
  { limit, before }: { limit: number; before?: EventPlace },
): Promise<FoundEvent[]> {
  const { eventId, id, source, contract, statuses = ['loaded', 'repaired', 'duplicate'] } = filter;
  // A NUL ends the text of a statement, and no name holds one.
  if ([eventId, id?.text, source, contract].some((text) => text?.includes('\0') === true)) return [];
  const tables = await describeTables(connection, filter);
  const common = conditionsOf(filter, before);
  const order = `ORDER BY received_at DESC, request_id DESC LIMIT ${limit}`;
  const ofRows = statuses.includes('loaded') || statuses.includes('repaired');
  const parts = ofRows ? tables.flatMap((table) => rowsPart(table, filter, statuses, common) ?? []) : [];
  if (statuses.includes('duplicate')) parts.push(duplicatesPart(tables, filter, common));
  if (parts.length === 0) return [];
  const found = await rowsOf(
    connection,
    `SELECT request_id::VARCHAR, epoch_ms(received_at), status, event_id, contract, version, source, rule_id
     FROM (${parts.map((part) => `(FROM (${part}) ${order})`).join(' UNION ALL ')}) ${order}`,
  );
  const healers = await healersOf(
    connection,
    found.filter((row) => row[2] === 'repaired').map((row) => String(row[0])),
  );
  return found.map((row) => foundEvent(row, healers));
}

async function describeTables(connection: DuckDBConnection, { id }: EventFilter): Promise<EventTable[]> {
  const names = await eventTables(connection);
  const types = await rowsOf(
    connection,
    `SELECT table_name, column_name, data_type FROM duckdb_columns()
     WHERE database_name = current_database() AND schema_name = 'main'`,
  );
  const writers = await rowsOf(
    connection,
    'SELECT table_name, contract, contract_version FROM _sentinel_contracts',
  );
  const columns = types.map(([table, name, type]) => ({
    table: String(table),
    name: String(name),
    type: String(type),
  }));
  return names.map((name) => ({
    name,
    ...idColumns(name, columns, id),
    contracts: new Map(
      writers
        .filter(([table]) => table === name)
        .map(([, contract, version]) => [String(version), String(contract)]),
    ),
  }));
}

async function healersOf(
  connection: DuckDBConnection,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await rowsOf(
    connection,
    `SELECT request_id::VARCHAR, healer FROM _sentinel_repairs
     WHERE request_id IN (${ids.map((id) => `${literal(id)}::UUID`).join(', ')}) AND rolled_back_at IS NULL`,
  );
  return new Map(rows.map(([id, healer]) => [String(id), String(healer)]));
}

function foundEvent(row: readonly DuckDBValue[], healers: ReadonlyMap<string, string>): FoundEvent {
  const [requestId = '', receivedAt, status, eventId, contract = '', version = '', source = '', ruleId] =
    row.map((value) => (value === null ? undefined : String(value)));
  return {
    requestId,
    receivedAt: Number(receivedAt),
    status: status as FoundEvent['status'],
    eventId,
    contract,
    version,
    source,
    ruleId,
    healer: healers.get(requestId),
  };
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
