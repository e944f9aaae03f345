import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import type { EventFilter, EventPlace, EventSearch, FoundEvent } from '../../event-search.ts';
import { gate } from './gate.ts';
import { rowsOf } from './rows.ts';
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
          inTime(connection, () => searchEvents(connection, filter, page)),
        ),
      ),
    row: (table, requestId) =>
      question('read a row', (connection) => inTime(connection, () => readRow(connection, table, requestId))),
  };
}

async function inTime<T>(connection: DuckDBConnection, work: () => Promise<T>): Promise<T> {
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    connection.interrupt();
  }, timeLimitMs);
  try {
    return await work();
  } catch (error) {
    if (!timedOut) throw error;
    throw failed(`the search took longer than ${timeLimitMs / 1000} s; narrow it by time or source`, error);
  } finally {
    clearTimeout(timer);
  }
}

interface EventTable {
  name: string;
  /** Undefined when it has no column for it. */
  eventIdType: string | undefined;
  /** Name of the contract by version. */
  contracts: ReadonlyMap<string, string>;
}

async function searchEvents(
  connection: DuckDBConnection,
  filter: EventFilter,
  { limit, before }: { limit: number; before?: EventPlace },
): Promise<FoundEvent[]> {
  const { eventId, source, contract, statuses = ['loaded', 'repaired', 'duplicate'] } = filter;
  // A NUL ends the text of a statement, and no name holds one.
  if ([eventId, source, contract].some((text) => text?.includes('\0') === true)) return [];
  const tables = await describeTables(connection);
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

function conditionsOf({ source, from, to }: EventFilter, before: EventPlace | undefined): string[] {
  const conditions: string[] = [];
  if (source !== undefined) conditions.push(`source = ${literal(source)}`);
  if (from !== undefined) conditions.push(`received_at >= ${instant(from)}`);
  if (to !== undefined) conditions.push(`received_at <= ${instant(to)}`);
  if (before !== undefined) {
    const at = instant(before.receivedAt);
    // The first says nothing new, but lets DuckDB pass over what is newer without reading it.
    conditions.push(`received_at <= ${at}`);
    conditions.push(`(received_at < ${at} OR request_id < TRY_CAST(${literal(before.requestId)} AS UUID))`);
  }
  return conditions;
}

const instant = (ms: number): string => `make_timestamptz(${Math.trunc(ms)} * 1000)`;

const where = (conditions: readonly string[]): string =>
  conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;

/** The rows of one table; undefined when none can match. */
function rowsPart(
  { name, eventIdType, contracts }: EventTable,
  { eventId, contract }: EventFilter,
  statuses: readonly string[],
  common: readonly string[],
): string | undefined {
  const conditions = [...common];
  if (contract !== undefined) {
    const versions = [...contracts].filter(([, writer]) => writer === contract).map(([version]) => version);
    if (versions.length === 0) return undefined;
    conditions.push(`version IN (${versions.map(literal).join(', ')})`);
  }
  if (eventId !== undefined) {
    if (eventIdType === undefined) return undefined;
    conditions.push(sameEventId(eventIdType, eventId));
  }
  if (!statuses.includes('loaded')) conditions.push('repaired');
  if (!statuses.includes('repaired')) conditions.push('NOT repaired');
  const named = contracts.size === 0 ? literal(name) : contractOf(contracts, name);
  return `SELECT request_id, received_at, CASE WHEN repaired THEN 'repaired' ELSE 'loaded' END AS status,
      event_id::VARCHAR AS event_id, ${named} AS contract, version, source, rule_id
    FROM (SELECT _request_id AS request_id, _received_at AS received_at, _repaired AS repaired,
        ${eventIdType === undefined ? 'NULL' : 'event_id'} AS event_id, _contract_version AS version,
        _source AS source, _rule_id AS rule_id FROM main.${identifier(name)}) ${where(conditions)}`;
}

function contractOf(contracts: ReadonlyMap<string, string>, table: string): string {
  const cases = Array.from(
    contracts,
    ([version, contract]) => `WHEN ${literal(version)} THEN ${literal(contract)}`,
  );
  return `CASE version ${cases.join(' ')} ELSE ${literal(table)} END`;
}

/** Compares in the column's own type, as to make text of each id costs ten times as much. */
function sameEventId(type: string, eventId: string): string {
  return type === 'VARCHAR'
    ? `event_id = ${literal(eventId)}`
    : `event_id = TRY_CAST(${literal(eventId)} AS ${type})`;
}

/** A duplicate's own event id is not kept; it is found by that of the event which it repeats. */
function duplicatesPart(
  tables: readonly EventTable[],
  { eventId, contract }: EventFilter,
  common: readonly string[],
): string {
  const conditions = [...common];
  if (contract !== undefined) conditions.push(`contract = ${literal(contract)}`);
  if (eventId !== undefined) {
    const firsts = tables.flatMap(({ name, eventIdType }) =>
      eventIdType === undefined
        ? []
        : [`SELECT _request_id FROM main.${identifier(name)} WHERE ${sameEventId(eventIdType, eventId)}`],
    );
    conditions.push(firsts.length === 0 ? 'false' : `first_request_id IN (${firsts.join(' UNION ALL ')})`);
  }
  return `SELECT request_id, received_at, 'duplicate' AS status, NULL::VARCHAR AS event_id, contract,
      contract_version AS version, source, NULL::VARCHAR AS rule_id
    FROM _sentinel_duplicates ${where(conditions)}`;
}

async function describeTables(connection: DuckDBConnection): Promise<EventTable[]> {
  const names = await eventTables(connection);
  const types = await rowsOf(
    connection,
    `SELECT table_name, data_type FROM duckdb_columns()
     WHERE database_name = current_database() AND schema_name = 'main' AND column_name = 'event_id'`,
  );
  const writers = await rowsOf(
    connection,
    'SELECT table_name, contract, contract_version FROM _sentinel_contracts',
  );
  return names.map((name) => ({
    name,
    eventIdType: types.filter(([table]) => table === name).map(([, type]) => String(type))[0],
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
    healer: healers.get(requestId) as FoundEvent['healer'],
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
