import type { ClientBase } from 'pg';
import type { LoadedEvent, RepairTrail, RepeatTrail } from '../../../model/loaded-event.ts';
import { isUuid } from '../../../model/uuid.ts';
import { identifier, literal } from './sql.ts';
import { tablesByAccess } from './readable.ts';

interface Found {
  status: LoadedEvent['status'];
  table_name: string;
  contract: string;
  version: string;
  source: string;
}

/** Looks in every table for the event that came with this request id; in those that can't be read, when it is in no other one. */
export async function findEvent(
  client: ClientBase,
  schema: string,
  requestId: string,
): Promise<LoadedEvent | undefined> {
  if (!isUuid(requestId)) return undefined;
  const { readable, unreadable } = await tablesByAccess(client, schema);
  const found = await findIn(client, schema, readable, requestId);
  if (found !== undefined || unreadable.length === 0) return found;
  return findIn(client, schema, unreadable, requestId);
}

async function findIn(
  client: ClientBase,
  schema: string,
  tables: readonly string[],
  requestId: string,
): Promise<LoadedEvent | undefined> {
  const own = identifier(schema);
  const places = tables.map(
    (table) =>
      `SELECT 1 AS place, CASE WHEN t._repaired THEN 'repaired' ELSE 'loaded' END AS status, ${literal(table)} AS table_name,
         coalesce((SELECT c.contract FROM ${own}._sentinel_contracts c WHERE c.table_name = ${literal(table)}
           AND c.contract_version = t._contract_version LIMIT 1), ${literal(table)}) AS contract,
         t._contract_version AS version, t._source AS source
       FROM ${own}.${identifier(table)} t WHERE t._request_id = $1`,
  );
  const duplicates = `SELECT 2, 'duplicate', table_name, contract, contract_version, source
    FROM ${own}._sentinel_duplicates WHERE request_id = $1`;
  const { rows } = await client.query<Found>(
    `${[...places, duplicates].join(' UNION ALL ')} ORDER BY 1 LIMIT 1`,
    [requestId],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const { status, table_name: table, contract, version, source } = row;
  if (status === 'duplicate') {
    const repeat = await findRepeat(client, schema, requestId);
    return { status, table, contract, version, source, ...(repeat && { repeat }) };
  }
  const repair = status === 'repaired' ? await findRepair(client, schema, requestId) : undefined;
  return { status, table, contract, version, source, repair };
}

async function findRepeat(
  client: ClientBase,
  schema: string,
  requestId: string,
): Promise<RepeatTrail | undefined> {
  const { rows } = await client.query<Record<'first' | 'changed' | 'replaced' | 'event', string | null>>(
    `SELECT first_request_id::text AS first, changed::text, replaced::text, event
     FROM ${identifier(schema)}._sentinel_duplicates WHERE request_id = $1`,
    [requestId],
  );
  const [row] = rows;
  return (
    row && {
      of: row.first ?? undefined,
      isChanged: row.changed === null ? undefined : row.changed === 'true',
      wasReplaced: row.replaced === 'true',
      event: row.event ?? undefined,
    }
  );
}

async function findRepair(
  client: ClientBase,
  schema: string,
  requestId: string,
): Promise<RepairTrail | undefined> {
  const { rows } = await client.query<Record<string, string | null>>(
    `SELECT healer, rule_id, original, plan, result, to_json(by_hand) AS by_hand
     FROM ${identifier(schema)}._sentinel_repairs WHERE request_id = $1 AND rolled_back_at IS NULL`,
    [requestId],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const byHand = row['by_hand'];
  return {
    healer: row['healer'] as RepairTrail['healer'],
    ruleId: row['rule_id'] ?? undefined,
    original: row['original'] ?? '',
    plan: row['plan'] ?? '',
    result: row['result'] ?? '',
    ...(typeof byHand === 'string' ? { byHand: JSON.parse(byHand) as string[] } : {}),
  };
}
