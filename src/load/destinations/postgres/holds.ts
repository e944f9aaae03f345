import type { ClientBase } from 'pg';
import { uuidShape } from '../../destination-kit/uuid-shape.ts';
import { identifier } from './sql.ts';
import { eventTables } from './tables.ts';

/** See `Destination.holds`. */
export async function heldAmong(
  client: ClientBase,
  schema: string,
  requestIds: readonly string[],
  only?: 'duplicates' | 'staying',
): Promise<Set<string>> {
  const ids = requestIds.filter((id) => uuidShape.test(id));
  if (ids.length === 0) return new Set();
  const own = identifier(schema);
  const tables = only === 'duplicates' ? [] : await eventTables(client, schema);
  const places = [
    ...tables.map((table) => ['_request_id', identifier(table)]),
    ...(only === undefined ? [['request_id', '_sentinel_leaving']] : []),
    ['request_id', '_sentinel_duplicates'],
  ].map(([id, table]) => `SELECT ${id}::text AS id FROM ${own}.${table} WHERE ${id} = ANY($1::uuid[])`);
  const { rows } = await client.query<{ id: string }>(places.join(' UNION ALL '), [ids]);
  const held = new Set(rows.map(({ id }) => id));
  return new Set(requestIds.filter((id) => held.has(id.toLowerCase())));
}
