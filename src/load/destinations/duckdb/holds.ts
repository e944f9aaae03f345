import type { DuckDBConnection } from '@duckdb/node-api';
import { uuidShape } from '../../destination-kit/uuid-shape.ts';
import { rowsOf } from './rows.ts';
import { identifier, literal } from './sql.ts';
import { eventTables } from './tables.ts';

/** See `Destination.holds`. */
export async function heldAmong(
  connection: DuckDBConnection,
  requestIds: readonly string[],
  only?: 'duplicates' | 'staying',
): Promise<Set<string>> {
  const ids = requestIds.filter((id) => uuidShape.test(id)).map((id) => id.toLowerCase());
  if (ids.length === 0) return new Set();
  const sorted = ids.toSorted();
  // Request ids grow with time, and so lie together: the range spares the rest of the table.
  const range = `BETWEEN ${literal(sorted[0]!)}::UUID AND ${literal(sorted.at(-1)!)}::UUID`;
  const tables = only === 'duplicates' ? [] : await eventTables(connection);
  const places = [
    ...tables.map((table) => ['_request_id', `main.${identifier(table)}`]),
    ...(only === undefined ? [['request_id', '_sentinel_leaving']] : []),
    ['request_id', '_sentinel_duplicates'],
  ].map(
    ([id, table]) =>
      `SELECT ${id}::VARCHAR FROM ${table} WHERE ${id} ${range} AND ${id} IN (SELECT id FROM asked)`,
  );
  const found = await rowsOf(
    connection,
    `WITH asked AS (SELECT unnest([${ids.map(literal).join(', ')}])::UUID AS id) ${places.join(' UNION ALL ')}`,
  );
  const held = new Set(found.map(([id]) => String(id)));
  return new Set(requestIds.filter((id) => held.has(id.toLowerCase())));
}
