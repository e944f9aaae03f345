import type { PoolClient } from 'pg';
import type { RepairTrail } from '../../../model/loaded-event.ts';
import type { LeavingEvent, TakeOutOptions, TakenOut } from '../../repair-audit.ts';
import { addToCounts } from './bookkeeping.ts';
import { identifier } from './sql.ts';
import { eventTables } from './tables.ts';

/** Within one transaction: rows out of their tables, their events among the leaving, repairs marked, counters down. */
export async function takeOut(
  client: PoolClient,
  { schema, slot }: { schema: string; slot: number },
  ruleId: string | undefined,
  { limit, at, after, only }: TakeOutOptions,
): Promise<TakenOut> {
  const own = identifier(schema);
  // Whoever takes out the same at the same time waits here, and then finds it taken.
  const { rows: repairs } = await client.query<{ request_id: string; table_name: string }>(
    `SELECT request_id, table_name FROM ${own}._sentinel_repairs
     WHERE ($1::text IS NULL OR rule_id = $1) AND rolled_back_at IS NULL AND ($2::uuid IS NULL OR request_id > $2)
       AND ($4::uuid[] IS NULL OR request_id = ANY($4))
     ORDER BY request_id LIMIT $3 FOR UPDATE`,
    [ruleId ?? null, after ?? null, limit, only ?? null],
  );
  if (repairs.length === 0) return { taken: 0, after: undefined };

  const present = new Set(await eventTables(client, schema));
  const takenAt = new Date(at).toISOString();
  let taken = 0;
  for (const table of new Set(repairs.map((repair) => repair.table_name))) {
    if (!present.has(table)) continue;
    const ids = repairs.flatMap((repair) => (repair.table_name === table ? [repair.request_id] : []));
    const { rowCount } = await client.query(
      `WITH gone AS (DELETE FROM ${own}.${identifier(table)} WHERE _request_id = ANY($1::uuid[])
         RETURNING _request_id, _received_at),
       left_behind AS (UPDATE ${own}._sentinel_repairs r SET rolled_back_at = $2 FROM gone
         WHERE r.request_id = gone._request_id AND r.rolled_back_at IS NULL)
       INSERT INTO ${own}._sentinel_leaving SELECT _request_id, _received_at, $2 FROM gone
       ON CONFLICT (request_id) DO UPDATE SET taken_at = excluded.taken_at`,
      [ids, takenAt],
    );
    taken += rowCount ?? 0;
  }
  await addToCounts(client, schema, slot, { loaded: -taken, repaired: -taken, duplicate: 0 });
  return { taken, after: repairs.length < limit ? undefined : repairs.at(-1)!.request_id };
}

export async function readLeaving(
  client: PoolClient,
  schema: string,
  limit: number,
): Promise<LeavingEvent[]> {
  const own = identifier(schema);
  const { rows } = await client.query<Record<string, string | null>>(
    `SELECT l.request_id, (extract(epoch FROM l.received_at) * 1000)::bigint AS received_at,
       (extract(epoch FROM l.taken_at) * 1000)::bigint AS taken_at, r.contract, r.contract_version, r.source, r.healer,
       r.rule_id, r.original, r.plan, to_json(r.by_hand) AS by_hand
     FROM (SELECT * FROM ${own}._sentinel_leaving ORDER BY request_id LIMIT $1) l
     JOIN ${own}._sentinel_repairs r ON r.request_id = l.request_id AND r.rolled_back_at = l.taken_at
     ORDER BY l.request_id`,
    [limit],
  );
  return rows.map((row) => {
    const text = (column: string): string => row[column] ?? '';
    const byHand = row['by_hand'] ?? undefined;
    return {
      requestId: text('request_id'),
      receivedAt: Number(row['received_at']),
      takenAt: Number(row['taken_at']),
      contract: text('contract'),
      version: text('contract_version'),
      source: text('source'),
      repair: {
        healer: text('healer') as RepairTrail['healer'],
        ruleId: row['rule_id'] ?? undefined,
        original: text('original'),
        plan: text('plan'),
        ...(byHand === undefined ? undefined : { byHand: JSON.parse(byHand) as string[] }),
      },
    };
  });
}

export async function forgetLeaving(
  client: PoolClient,
  schema: string,
  requestIds: readonly string[],
): Promise<void> {
  if (requestIds.length === 0) return;
  await client.query(
    `DELETE FROM ${identifier(schema)}._sentinel_leaving WHERE request_id = ANY($1::uuid[])`,
    [requestIds],
  );
}
