import type { DuckDBConnection } from '@duckdb/node-api';
import { headersField } from '../../headers-column.ts';
import { withdrawnOf } from '../../destination-kit/stored-cells.ts';
import type { WithdrawPage, Withdrawn, WithdrawnEvent } from '../../withdraw.ts';
import { rowsOf, textsOf } from './rows.ts';
import { identifier, instant, literal } from './sql.ts';
import { columnsOf, eventTables, sameName } from './tables.ts';

/** Temporary tables of the writer's connection: what one call looks at, and the rows that it takes. */
const looked = 'temp._sentinel_looked';
const taken = 'temp._sentinel_taken';

/** See `Withdraw.byRule`. */
export async function withdrawByRule(
  connection: DuckDBConnection,
  ruleId: string,
  { limit, at, after }: WithdrawPage,
): Promise<Withdrawn> {
  const mine = `rule_id = ${literal(ruleId)}`;
  // Without its original, a row could not become a letter.
  const standing = `${mine} AND rolled_back_at IS NULL AND original IS NOT NULL`;
  const seen = await lookAt(connection, standing, { limit, after });
  if (seen.count === 0) return { events: [], after: undefined };
  const { range } = seen;
  await connection.run('BEGIN TRANSACTION');
  await takeRows(connection, range);
  await writeEntries(connection, range);
  await connection.run(
    `UPDATE _sentinel_repair_log SET rolled_back_at = ${instant(at)}
     WHERE kind IN (SELECT id FROM _sentinel_repair_kinds WHERE ${mine}) AND rolled_back_at IS NULL
       AND request_id ${range} AND request_id IN (SELECT request_id FROM ${taken})`,
  );
  const events = await readWithdrawn(connection, `${mine} AND rolled_back_at >= ${instant(at)}`, {
    range,
    from: taken,
  });
  await connection.run('COMMIT');
  return { events, after: seen.count < limit ? undefined : seen.last };
}

/** See `Withdraw.again`. */
export async function withdrawnAgain(
  connection: DuckDBConnection,
  ruleId: string,
  { limit, at, after }: WithdrawPage,
): Promise<Withdrawn> {
  const mine = `rule_id = ${literal(ruleId)} AND rolled_back_at >= ${instant(at)}`;
  const seen = await lookAt(connection, mine, { limit, after });
  if (seen.count === 0) return { events: [], after: undefined };
  const events = await readWithdrawn(connection, mine, { range: seen.range, from: looked });
  return { events, after: seen.count < limit ? undefined : seen.last };
}

/** Moves the next repairs to which `mine` applies into `looked`. */
async function lookAt(
  connection: DuckDBConnection,
  mine: string,
  { limit, after }: Pick<WithdrawPage, 'limit' | 'after'>,
): Promise<{ count: number; last: string; range: string }> {
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE _sentinel_looked AS
     SELECT DISTINCT request_id, table_name FROM _sentinel_repairs
     WHERE ${mine} ${after === undefined ? '' : `AND request_id > ${literal(after)}::UUID`}
     ORDER BY request_id LIMIT ${limit}`,
  );
  const [[count, first, last] = []] = await rowsOf(
    connection,
    `SELECT count(*)::INTEGER, min(request_id)::VARCHAR, max(request_id)::VARCHAR FROM ${looked}`,
  );
  // Request ids grow with time, and so lie together: the range spares the rest of the tables.
  const range = `BETWEEN ${literal(String(first))}::UUID AND ${literal(String(last))}::UUID`;
  return { count: Number(count), last: String(last), range };
}

/** Moves the rows of the repairs that stand into `taken`. */
async function takeRows(connection: DuckDBConnection, range: string): Promise<void> {
  await connection.run(
    'CREATE OR REPLACE TEMP TABLE _sentinel_taken (request_id UUID, received_at TIMESTAMPTZ, headers VARCHAR)',
  );
  const present = new Set((await eventTables(connection)).map(sameName));
  const named = await rowsOf(connection, `SELECT DISTINCT table_name FROM ${looked}`);
  for (const [name] of named) {
    if (!present.has(sameName(String(name)))) continue;
    const table = `main.${identifier(String(name))}`;
    const rows = `_request_id ${range} AND _request_id IN (SELECT request_id FROM ${looked}
      WHERE table_name = ${literal(String(name))})`;
    // A table of a contract that is gone may be older than the column.
    const hasHeaders = (await columnsOf(connection, String(name))).has(headersField);
    await connection.run(
      `INSERT INTO ${taken} SELECT _request_id, _received_at, ${hasHeaders ? `${headersField}::VARCHAR` : 'NULL'}
       FROM ${table} WHERE ${rows}`,
    );
    await connection.run(`DELETE FROM ${table} WHERE ${rows}`);
  }
  await connection.run(
    `UPDATE _sentinel_counters SET loaded = loaded - (SELECT count(*) FROM ${taken}),
       repaired = repaired - (SELECT count(*) FROM ${taken})`,
  );
}

/** Each of the row's round: one more than that of the newest entry before it. */
async function writeEntries(connection: DuckDBConnection, range: string): Promise<void> {
  await connection.run(
    `INSERT INTO _sentinel_outcomes (request_id, round, outcome, received_at, headers)
     SELECT t.request_id, coalesce(e.newest + 1, 0), 'withdrawn', any_value(t.received_at), any_value(t.headers) FROM ${taken} t
     LEFT JOIN (
       SELECT request_id, max(round) AS newest FROM (
         SELECT request_id, round FROM _sentinel_outcomes WHERE request_id ${range}
         UNION ALL SELECT request_id, round FROM _sentinel_duplicates WHERE request_id ${range})
       GROUP BY request_id) e ON e.request_id = t.request_id
     GROUP BY t.request_id, e.newest`,
  );
}

/** The events of `from` that were withdrawn, with the newest of their repairs to which `mine` applies. */
async function readWithdrawn(
  connection: DuckDBConnection,
  mine: string,
  { range, from }: { range: string; from: string },
): Promise<WithdrawnEvent[]> {
  const rows = await textsOf(
    connection,
    `SELECT w.request_id::VARCHAR, w.round, epoch_ms(w.received_at), epoch_ms(r.rolled_back_at), w.headers,
       r.contract, r.contract_version, r.source, r.healer, r.rule_id, r.original, r.plan, to_json(r.by_hand)::VARCHAR
     FROM (
       SELECT request_id, max(round) AS round, arg_max(received_at, round) AS received_at,
         arg_max(headers, round) AS headers
       FROM _sentinel_outcomes
       WHERE outcome = 'withdrawn' AND request_id ${range} AND request_id IN (SELECT request_id FROM ${from})
       GROUP BY request_id) w
     JOIN (
       SELECT * FROM _sentinel_repairs WHERE ${mine} AND request_id ${range}
       QUALIFY row_number() OVER (PARTITION BY request_id ORDER BY rolled_back_at DESC) = 1) r
     ON r.request_id = w.request_id
     ORDER BY w.request_id`,
  );
  return rows.map(withdrawnOf);
}
