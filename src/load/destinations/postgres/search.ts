import type { PoolClient } from 'pg';
import {
  type EventFilter,
  type EventPlace,
  type EventSearch,
  type EventTable,
  type FoundEvent,
  idColumns,
} from '../../event-search.ts';
import { sqlStateOf } from './errors.ts';
import { isUuid } from '../../../model/uuid.ts';
import { toJson } from './query-values.ts';
import { createParameters, duplicatesPart, rowsPart } from './search-sql.ts';
import { tablesByAccess } from './readable.ts';
import type { Session } from './session.ts';
import { identifier } from './sql.ts';
import { failed } from './statement-check.ts';
import { eventTables } from './tables.ts';

const timeLimitMs = 10_000;

export function createSearch(session: Session): EventSearch {
  const { schema } = session;
  const inTime = <T>(
    doing: string,
    ask: (client: PoolClient) => Promise<T>,
    withinMs = timeLimitMs,
  ): Promise<T> =>
    session.question(doing, async (client) => {
      await client.query(`SET LOCAL statement_timeout = ${Math.trunc(withinMs)}`);
      try {
        return await ask(client);
      } catch (error) {
        if (sqlStateOf(error) !== '57014') throw error;
        throw failed(`the search took longer than ${withinMs / 1000} s; narrow it by time or source`, error);
      }
    });
  return {
    events: (filter, page) =>
      inTime('search its events', (client) => searchEvents(client, schema, filter, page), filter.withinMs),
    row: (table, requestId) => inTime('read a row', (client) => readRow(client, schema, table, requestId)),
  };
}

type Found = Record<
  'request_id' | 'ms' | 'status' | 'event_id' | 'contract' | 'version' | 'source' | 'rule_id' | 'healer',
  string | null
>;

async function searchEvents(
  client: PoolClient,
  schema: string,
  filter: EventFilter,
  { limit, before }: { limit: number; before?: EventPlace },
): Promise<FoundEvent[]> {
  const { eventId, id, source, contract, statuses = ['loaded', 'repaired', 'duplicate'] } = filter;
  // No text of a database holds a NUL.
  if ([eventId, id?.text, source, contract].some((text) => text?.includes('\0') === true)) return [];
  const { readable } = await tablesByAccess(client, schema);
  const tables = await describeTables(client, schema, readable, filter);
  const parameters = createParameters();
  const order = `ORDER BY received_at DESC, request_id DESC LIMIT ${limit}`;
  const parts: string[] = [];
  if (statuses.includes('loaded') || statuses.includes('repaired'))
    for (const table of tables) {
      const part = rowsPart(schema, table, filter, statuses, before, parameters);
      if (part !== undefined) parts.push(part);
    }
  if (statuses.includes('duplicate')) parts.push(duplicatesPart(schema, tables, filter, before, parameters));
  if (parts.length === 0) return [];
  const { rows } = await client.query<Found>(
    `SELECT f.*, (extract(epoch FROM f.received_at) * 1000)::bigint AS ms,
       (SELECT r.healer FROM ${identifier(schema)}._sentinel_repairs r
        WHERE f.status = 'repaired' AND r.request_id = f.request_id AND r.rolled_back_at IS NULL) AS healer
     FROM (${parts.map((part) => `SELECT * FROM (${part} ${order}) p`).join(' UNION ALL ')} ${order}) f
     ORDER BY received_at DESC, request_id DESC`,
    parameters.values,
  );
  return rows.map((row) => ({
    requestId: row.request_id ?? '',
    receivedAt: Number(row.ms),
    status: row.status as FoundEvent['status'],
    eventId: row.event_id ?? undefined,
    contract: row.contract ?? '',
    version: row.version ?? '',
    source: row.source ?? '',
    ruleId: row.rule_id ?? undefined,
    healer: row.healer ?? undefined,
  }));
}

async function describeTables(
  client: PoolClient,
  schema: string,
  names: readonly string[],
  { id }: EventFilter,
): Promise<EventTable[]> {
  const { rows: columns } = await client.query<{ table: string; name: string; type: string }>(
    `SELECT c.relname AS table, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type
     FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
     WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1) AND c.relkind IN ('r', 'p')
       AND a.attnum > 0 AND NOT a.attisdropped`,
    [schema],
  );
  const { rows: writers } = await client.query<
    Record<'table_name' | 'contract' | 'contract_version', string>
  >(`SELECT table_name, contract, contract_version FROM ${identifier(schema)}._sentinel_contracts`);
  return names.map((name) => ({
    name,
    ...idColumns(name, columns, id),
    contracts: new Map(
      writers
        .filter(({ table_name: table }) => table === name)
        .map(({ contract_version: version, contract }) => [version, contract]),
    ),
  }));
}

async function readRow(
  client: PoolClient,
  schema: string,
  table: string,
  requestId: string,
): Promise<Record<string, unknown> | undefined> {
  if (!isUuid(requestId) || !(await eventTables(client, schema)).includes(table)) return undefined;
  const { fields, rows } = await client.query<(string | null)[]>({
    text: `SELECT * FROM ${identifier(schema)}.${identifier(table)} WHERE _request_id = $1 LIMIT 1`,
    values: [requestId],
    rowMode: 'array',
  });
  const [row] = rows;
  if (row === undefined) return undefined;
  return Object.fromEntries(
    fields.map(({ name, dataTypeID }, at) => {
      const value = row[at] ?? null;
      return [name, value === null ? null : toJson(dataTypeID)(value)];
    }),
  );
}
