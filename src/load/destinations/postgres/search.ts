import type { PoolClient } from 'pg';
import type { EventSearch } from '../../event-search.ts';
import { searchEvents } from '../../destination-kit/sql/search-events.ts';
import { sqlStateOf } from './errors.ts';
import { isUuid } from '../../../model/uuid.ts';
import { toJson } from './query-values.ts';
import { cellsOf, questionOf } from './question.ts';
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
      inTime(
        'search its events',
        async (client) => {
          const { readable: names } = await tablesByAccess(client, schema);
          const columns = await cellsOf(client, allColumns, [schema]);
          return searchEvents(questionOf(client, schema), { names, columns }, filter, page);
        },
        filter.withinMs,
      ),
    row: (table, requestId) => inTime('read a row', (client) => readRow(client, schema, table, requestId)),
  };
}

/** Of each column its table, name and type. */
const allColumns = `SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1) AND c.relkind IN ('r', 'p')
    AND a.attnum > 0 AND NOT a.attisdropped`;

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
