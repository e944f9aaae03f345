import type { PoolClient } from 'pg';
import { withdrawnOf } from '../../destination-kit/stored-cells.ts';
import { headersField } from '../../headers-column.ts';
import type { LetterEntry } from '../../destination.ts';
import type { WithdrawPage, Withdrawn, WithdrawnEvent } from '../../withdraw.ts';
import { addToCounts } from './bookkeeping.ts';
import { deleteRows } from './delete-rows.ts';
import { takeTurn } from './outcomes.ts';
import { cellsOf } from './question.ts';
import { identifier } from './sql.ts';
import { eventTables, tablesWith } from './tables.ts';

interface Place {
  schema: string;
  /** Of `_sentinel_counters`. */
  slot: number;
}

/** See `Withdraw.byRule`; within the transaction that is open. */
export async function withdrawByRule(
  client: PoolClient,
  { schema, slot }: Place,
  ruleId: string,
  { limit, at, after }: WithdrawPage,
): Promise<Withdrawn> {
  await takeTurn(client, schema, 'entries');
  const own = identifier(schema);
  const markedAt = new Date(at).toISOString();
  const { rows: repairs } = await client.query<{ id: string; table_name: string }>(
    `SELECT DISTINCT request_id::text AS id, table_name FROM ${own}._sentinel_repairs
     WHERE rule_id = $1 AND ($2::uuid IS NULL OR request_id > $2) AND rolled_back_at IS NULL
       AND original IS NOT NULL ORDER BY id LIMIT $3`,
    [ruleId, after ?? null, limit],
  );
  const gone = await takeOut(client, schema, repairs);
  await client.query(
    `WITH marked AS (UPDATE ${own}._sentinel_repairs SET rolled_back_at = $2
       WHERE request_id = ANY($1::uuid[]) AND rolled_back_at IS NULL)
     INSERT INTO ${own}._sentinel_outcomes AS o (request_id, round, outcome, received_at, headers)
     SELECT id, 0, 'withdrawn', received_at, headers
     FROM unnest($1::uuid[], $3::timestamptz[], $4::text[]) AS gone (id, received_at, headers)
     ON CONFLICT (request_id) DO UPDATE
       SET round = o.round + 1, outcome = 'withdrawn', received_at = excluded.received_at, headers = excluded.headers`,
    [
      [...gone.keys()],
      markedAt,
      Array.from(gone.values(), ({ at: received }) => received),
      Array.from(gone.values(), ({ headers }) => headers),
    ],
  );
  await addToCounts(client, schema, slot, {
    loaded: -gone.size,
    repaired: -gone.size,
    duplicate: 0,
    changed: 0,
  });
  return {
    events: await readWithdrawn(client, schema, ruleId, [...gone.keys()]),
    after: repairs.length < limit ? undefined : repairs.at(-1)!.id,
  };
}

/** See `Withdraw.again`. */
export async function withdrawnAgain(
  client: PoolClient,
  { schema }: Place,
  ruleId: string,
  { limit, at, after }: WithdrawPage,
): Promise<Withdrawn> {
  const { rows } = await client.query<{ id: string }>(
    `SELECT DISTINCT request_id::text AS id FROM ${identifier(schema)}._sentinel_repairs
     WHERE rule_id = $1 AND ($2::uuid IS NULL OR request_id > $2) AND rolled_back_at >= $4
     ORDER BY id LIMIT $3`,
    [ruleId, after ?? null, limit, new Date(at).toISOString()],
  );
  const ids = rows.map(({ id }) => id);
  return {
    events: await readWithdrawn(client, schema, ruleId, ids),
    after: ids.length < limit ? undefined : ids.at(-1),
  };
}

/** See `Withdraw.byEvent`; within the transaction that is open. */
export async function withdrawByEvent(
  client: PoolClient,
  { schema, slot }: Place,
  events: readonly LetterEntry[],
  at: number,
): Promise<number> {
  await takeTurn(client, schema, 'entries');
  const own = identifier(schema);
  const rounds = new Map<string, number>();
  for (const { requestId, round } of events) {
    const id = requestId.toLowerCase();
    rounds.set(id, Math.max(round, rounds.get(id) ?? round));
  }
  const { rows: written } = await client.query<{ id: string }>(
    `INSERT INTO ${own}._sentinel_outcomes AS o (request_id, round, outcome)
     SELECT id, round, 'withdrawn' FROM unnest($1::uuid[], $2::integer[]) AS n (id, round)
     ON CONFLICT (request_id) DO UPDATE SET round = excluded.round, outcome = excluded.outcome
       WHERE o.round < excluded.round
     RETURNING request_id::text AS id`,
    [[...rounds.keys()], [...rounds.values()]],
  );
  const ids = written.map(({ id }) => id);
  const tables = await eventTables(client, schema);
  const gone = await takeOut(
    client,
    schema,
    tables.flatMap((table_name) => ids.map((id) => ({ id, table_name }))),
  );
  const { rowCount } = await client.query(
    `UPDATE ${own}._sentinel_repairs SET rolled_back_at = $2
     WHERE request_id = ANY($1::uuid[]) AND rolled_back_at IS NULL`,
    [[...gone.keys()], new Date(at).toISOString()],
  );
  await addToCounts(client, schema, slot, {
    loaded: -gone.size,
    repaired: -(rowCount ?? 0),
    duplicate: 0,
    changed: 0,
  });
  return gone.size;
}

interface Gone {
  /** When its event was received. */
  at: string;
  /** JSON text. */
  headers: string | null;
}

/** Returns the rows that went, by request id. */
async function takeOut(
  client: PoolClient,
  schema: string,
  rows: readonly { id: string; table_name: string }[],
): Promise<Map<string, Gone>> {
  const gone = new Map<string, Gone>();
  const present = new Set(await eventTables(client, schema));
  // A table of a contract that is gone may be older than the column.
  const headed = await tablesWith(client, schema, headersField);
  for (const table of new Set(rows.map(({ table_name }) => table_name))) {
    if (!present.has(table)) continue;
    const deleted = await deleteRows<Gone & { id: string }>(
      client,
      { schema, table },
      rows.flatMap(({ id, table_name }) => (table_name === table ? [id] : [])),
      `_request_id::text AS id, _received_at AS at, ${headed.has(table) ? `${headersField}::text` : 'NULL'} AS headers`,
    );
    for (const { id, ...row } of deleted) gone.set(id, row);
  }
  return gone;
}

/** Each with its newest repair by the rule. */
async function readWithdrawn(
  client: PoolClient,
  schema: string,
  ruleId: string,
  ids: readonly string[],
): Promise<WithdrawnEvent[]> {
  const own = identifier(schema);
  const rows = await cellsOf(
    client,
    `SELECT DISTINCT ON (o.request_id) o.request_id, o.round, (extract(epoch FROM o.received_at) * 1000)::bigint,
       (extract(epoch FROM r.rolled_back_at) * 1000)::bigint, o.headers, r.contract, r.contract_version, r.source,
       r.healer, r.rule_id, r.original, r.plan, to_json(r.by_hand)
     FROM ${own}._sentinel_outcomes o JOIN ${own}._sentinel_repairs r ON r.request_id = o.request_id
     WHERE o.request_id = ANY($1::uuid[]) AND o.outcome = 'withdrawn' AND r.rule_id = $2 AND r.rolled_back_at IS NOT NULL
     ORDER BY o.request_id, r.rolled_back_at DESC`,
    [ids, ruleId],
  );
  return rows.map(withdrawnOf);
}
