import type { DuckDBConnection } from '@duckdb/node-api';
import { ofUuid } from './hash.ts';
import { RecentWrites } from './recent-writes.ts';
import { RecentIds } from './recent-ids.ts';
import { rowsOf } from './rows.ts';
import { identifier } from './sql.ts';
import { eventTables } from './tables.ts';

/** Ids of the events that have ended, in any table and any way. */
export interface KnownEvents {
  ids: RecentIds;
  recentWrites: RecentWrites;
}

/** Nothing is known of single events that ended before this start, but none is newer than the newest. */
export async function readKnownEvents(connection: DuckDBConnection): Promise<KnownEvents> {
  const newest = [
    ...(await eventTables(connection)).map(
      (table) => `SELECT max(_request_id) FROM main.${identifier(table)}`,
    ),
    'SELECT max(request_id) FROM _sentinel_outcomes',
    'SELECT max(request_id) FROM _sentinel_duplicates',
  ];
  const found = await rowsOf(connection, newest.join(' UNION ALL '));
  const ids = found.map(([id]) => (id === null ? '' : String(id)));
  return { ids: new RecentIds(ids.toSorted().at(-1) ?? ''), recentWrites: new RecentWrites() };
}

/** False: the event has certainly not ended yet. `id` in lower case. */
export function mayHaveEnded({ ids }: KnownEvents, id: string): boolean {
  const hash = ofUuid(id);
  return hash === undefined || ids.mayHave(id, hash);
}

/** To be called before the commit that ends the event: a commit that fails may have happened all the same. */
export function rememberEnd({ ids, recentWrites }: KnownEvents, id: string): void {
  const hash = ofUuid(id);
  if (hash === undefined) return;
  ids.add(id, hash);
  recentWrites.add(hash);
}
