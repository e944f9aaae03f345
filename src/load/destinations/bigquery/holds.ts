import { uuidShape } from '../../destination-kit/uuid-shape.ts';
import { type Api, cell } from './api.ts';
import { allTables, daysAround } from './find.ts';

/** See `Destination.holds`. */
export async function heldAmong(
  api: Api,
  prepared: readonly string[],
  requestIds: readonly string[],
  only?: 'duplicates' | 'staying',
): Promise<Set<string>> {
  const ids = requestIds.filter((id) => uuidShape.test(id)).map((id) => id.toLowerCase());
  if (ids.length === 0) return new Set();
  const tables = only === 'duplicates' ? [] : await allTables(api, prepared);
  const places: (readonly [string, string, string])[] = [
    ...tables.map((table) => ['_request_id', table, daysAround(ids)] as const),
    ...(only === undefined ? [['request_id', '_sentinel_leaving', ''] as const] : []),
    ['request_id', '_sentinel_duplicates', ''],
  ];
  const selects = places.map(
    ([id, table, days]) => `SELECT t.${id} FROM ${api.table(table)} t WHERE t.${id} IN UNNEST(@ids) ${days}`,
  );
  const rows = await api.run(selects.join(' UNION ALL '), { ids });
  const held = new Set(rows.map(([id]) => cell(id)));
  return new Set(requestIds.filter((id) => held.has(id.toLowerCase())));
}
