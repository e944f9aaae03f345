import type { DuckDBConnection } from '@duckdb/node-api';
import type { RepairTrail } from '../../../model/loaded-event.ts';
import type { LeavingEvent, TakeOutOptions, TakenOut } from '../../repair-audit.ts';
import { rowsOf } from './rows.ts';
import { identifier, literal } from './sql.ts';
import { eventTables, sameName } from './tables.ts';

/** Temporary table of the writer's connection: the repairs that one call looks at. */
const batch = 'temp._sentinel_batch';

/** One transaction: rows out of their tables, their events among the leaving, repairs marked, counters down. */
export async function takeOut(
  connection: DuckDBConnection,
  ruleId: string | undefined,
  { limit, at, after, only }: TakeOutOptions,
): Promise<TakenOut> {
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE _sentinel_batch AS
     SELECT request_id, table_name FROM _sentinel_repairs
     WHERE ${ruleId === undefined ? '' : `rule_id = ${literal(ruleId)} AND`} rolled_back_at IS NULL
       ${after === undefined ? '' : `AND request_id > ${literal(after)}::UUID`}
       ${only === undefined ? '' : `AND request_id IN (SELECT unnest([${only.map(literal).join(', ')}]::UUID[]))`}
     ORDER BY request_id LIMIT ${limit}`,
  );
  const [[seen, first, last] = []] = await rowsOf(
    connection,
    `SELECT count(*)::INTEGER, min(request_id)::VARCHAR, max(request_id)::VARCHAR FROM ${batch}`,
  );
  if (Number(seen) === 0) return { taken: 0, after: undefined };

  const present = new Set((await eventTables(connection)).map(sameName));
  const named = await rowsOf(connection, `SELECT DISTINCT table_name FROM ${batch}`);
  const takenAt = `make_timestamptz(${Math.trunc(at) * 1000})`;
  // Request ids grow with time, and so lie together: the range spares the rest of the table.
  const range = `BETWEEN ${literal(String(first))}::UUID AND ${literal(String(last))}::UUID`;
  let taken = 0;
  await connection.run('BEGIN TRANSACTION');
  for (const [name] of named) {
    if (!present.has(sameName(String(name)))) continue;
    const table = `main.${identifier(String(name))}`;
    const mine = `SELECT request_id FROM ${batch} WHERE table_name = ${literal(String(name))}`;
    await connection.run(
      `INSERT INTO _sentinel_leaving SELECT _request_id, _received_at, ${takenAt} FROM ${table}
       WHERE _request_id ${range} AND _request_id IN (${mine})`,
    );
    const { rowsChanged } = await connection.run(
      `DELETE FROM ${table} WHERE _request_id ${range} AND _request_id IN (${mine})`,
    );
    taken += rowsChanged;
  }
  await connection.run(
    `UPDATE _sentinel_repair_log SET rolled_back_at = ${takenAt}
     WHERE ${ruleId === undefined ? '' : `kind IN (SELECT id FROM _sentinel_repair_kinds WHERE rule_id = ${literal(ruleId)}) AND`}
       rolled_back_at IS NULL
       AND request_id IN (SELECT request_id FROM _sentinel_leaving WHERE request_id ${range} AND taken_at = ${takenAt})`,
  );
  await connection.run(
    `UPDATE _sentinel_counters SET loaded = loaded - ${taken}, repaired = repaired - ${taken}`,
  );
  await connection.run('COMMIT');
  return { taken, after: Number(seen) < limit ? undefined : String(last) };
}

export async function readLeaving(connection: DuckDBConnection, limit: number): Promise<LeavingEvent[]> {
  const rows = await rowsOf(
    connection,
    `SELECT l.request_id::VARCHAR, epoch_ms(l.received_at), epoch_ms(l.taken_at), r.contract, r.contract_version,
       r.source, r.healer, r.rule_id, r.original, r.plan, to_json(r.by_hand)::VARCHAR
     FROM (FROM _sentinel_leaving ORDER BY request_id LIMIT ${limit}) l
     JOIN _sentinel_repairs r ON r.request_id = l.request_id AND r.rolled_back_at = l.taken_at
     ORDER BY l.request_id`,
  );
  return rows.map((row) => {
    const text = row.map((value) => (value === null ? undefined : String(value)));
    const [id = '', receivedAt, takenAt, contract = '', version = '', source = ''] = text;
    const [healer, ruleId, original = '', plan = '', byHand] = text.slice(6);
    return {
      requestId: id,
      receivedAt: Number(receivedAt),
      takenAt: Number(takenAt),
      contract,
      version,
      source,
      repair: {
        healer: healer as RepairTrail['healer'],
        ruleId,
        original,
        plan,
        ...(byHand === undefined ? undefined : { byHand: JSON.parse(byHand) as string[] }),
      },
    };
  });
}

export async function forgetLeaving(
  connection: DuckDBConnection,
  requestIds: readonly string[],
): Promise<void> {
  if (requestIds.length === 0) return;
  await connection.run(
    `DELETE FROM _sentinel_leaving WHERE request_id IN (${requestIds.map((id) => `${literal(id)}::UUID`).join(', ')})`,
  );
}
