import type pg from 'pg';
import { SentinelError } from '../../../model/errors.ts';
import type { Destination, QueryResult } from '../../destination.ts';
import { sqlStateOf, unavailable } from './errors.ts';
import { queryTurns, usualLimits } from '../../destination-kit/query-turns.ts';
import { type ToJson, toJson } from './query-values.ts';
import { onConnection } from './own-connection.ts';
import { type PostgresOptions, ownSettings } from './session.ts';
import { identifier } from './sql.ts';
import { checkText, failed, refused } from './statement-check.ts';

const defaultMaxRows = 10_000;
/** Characters, roughly, after which a result is cut off as after `maxRows`. */
const maxResultSize = 64 * 1024 * 1024;
const fetchRows = 1000;

/**
 * Read-only SQL: the server itself takes one statement that is a SELECT or VALUES (it is the query of a cursor), in a
 * transaction that can't write. What a SELECT may call is up to the login; a superuser's is refused.
 */
export function createQuery(options: PostgresOptions): NonNullable<Destination['query']> {
  const limits = options.queryLimits ?? usualLimits;
  const inTurn = queryTurns(limits);
  return (sql, { maxRows = defaultMaxRows } = {}) =>
    inTurn(() => runQuery(options, checkText(sql), { maxRows, runMs: limits.runMs })).catch(
      (error: unknown) => {
        throw explained(error, limits.runMs);
      },
    );
}

interface Bounds {
  maxRows: number;
  runMs: number;
}

function runQuery(
  { url, queryUrl, schema }: PostgresOptions,
  { text, explain }: { text: string; explain: boolean },
  { maxRows, runMs }: Bounds,
): Promise<QueryResult> {
  const end = Date.now() + runMs;
  return onConnection(queryUrl ?? url, 'data-sentinel query', async (client) => {
    const timer = setTimeout(() => void client.end().catch(() => undefined), runMs + 5000);
    try {
      await client.query(
        `BEGIN READ ONLY; SET LOCAL statement_timeout = ${runMs}; SET LOCAL lock_timeout = 5000;
         SET LOCAL idle_in_transaction_session_timeout = ${runMs}; ${ownSettings};
         SET LOCAL search_path = ${identifier(schema)}`,
      );
      await refusePowerful(client);
      // With an (empty) list of parameters the server takes one statement only.
      if (explain) return await answerOf(client, text, { maxRows, end });
      await client.query({
        text: `DECLARE answer NO SCROLL CURSOR FOR ${text}`,
        values: [],
        queryMode: 'extended',
      } as pg.QueryConfig);
      return await answerOf(client, undefined, { maxRows, end });
    } finally {
      clearTimeout(timer);
    }
  });
}

/** Whether the login could read the server's files or run programs from within a SELECT; SQL. */
export const powerful = `(SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
  OR EXISTS (SELECT FROM pg_roles WHERE rolname IN ('pg_read_server_files', 'pg_write_server_files',
    'pg_execute_server_program', 'pg_signal_backend') AND pg_has_role(current_user, oid, 'MEMBER'))`;

async function refusePowerful(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ login: string; powerful: string }>(
    `SELECT current_user AS login, (${powerful}) AS powerful`,
  );
  const [row] = rows;
  if (row?.powerful === 't')
    throw refused(
      `the login ${row.login} may do more than read tables; set SENTINEL_POSTGRES_QUERY_URL to a login that may only read (docs/destinations.md has the SQL for one)`,
    );
}

async function answerOf(
  client: pg.Client,
  explain: string | undefined,
  { maxRows, end }: { maxRows: number; end: number },
): Promise<QueryResult> {
  let columns: string[] | undefined;
  let convert: ToJson[] = [];
  const rows: unknown[][] = [];
  let size = 0;
  for (;;) {
    const count = Math.min(fetchRows, maxRows + 1 - rows.length);
    // The server's limit is for each part of the answer; ours is for all of them. 0 would be none.
    await client.query(`SET LOCAL statement_timeout = ${Math.max(1, end - Date.now())}`);
    const result = await client.query<(string | null)[]>({
      text: explain ?? `FETCH ${count} FROM answer`,
      values: [],
      rowMode: 'array',
      queryMode: 'extended',
    } as pg.QueryArrayConfig);
    if (columns === undefined) {
      columns = deduplicated(result.fields.map(({ name }) => name));
      convert = result.fields.map(({ dataTypeID }) => toJson(dataTypeID));
    }
    for (const values of result.rows) {
      if (rows.length >= maxRows || size > maxResultSize) return { columns, rows, truncated: true };
      rows.push(values.map((value, i) => (value === null ? null : convert[i]!(value))));
      for (const value of values) size += value?.length ?? 0;
    }
    if (explain !== undefined || result.rows.length < count) return { columns, rows, truncated: false };
  }
}

/** `n`, `n:1`, `n:2`: as DuckDB tells columns of one name apart. */
function deduplicated(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const times = seen.get(name) ?? 0;
    seen.set(name, times + 1);
    return times === 0 ? name : `${name}:${times}`;
  });
}

function explained(error: unknown, runMs: number): unknown {
  if (error instanceof SentinelError) return error;
  const state = sqlStateOf(error);
  if (state === undefined) return unavailable('answer', error);
  const { message } = error as Error;
  if (state === '57014') return failed(`the query took longer than ${runMs / 1000} s and was stopped`, error);
  // Read-only transaction, and lacking rights.
  if (state === '25006' || state === '42501') return refused(message);
  if (/^(?:08|28|3D|53|57P)/.test(state)) return unavailable('answer', error);
  // The text is PostgreSQL's: it is for whoever wrote the query.
  return failed(message, error);
}
