import type { DuckDBConnection } from '@duckdb/node-api';
import { ofUuid } from './hash.ts';
import { RecentWrites } from './recent-writes.ts';
import { RecentIds } from './recent-ids.ts';
import { rowsOf } from './rows.ts';
import { identifier, literal } from './sql.ts';
import { eventTables } from './tables.ts';

/** Ids of the events that have ended, in any table and any way. */
export interface KnownEvents {
  ids: RecentIds;
  recentWrites: RecentWrites;
}

/** Nothing is known of single events that ended before this start, but none is newer than the newest. */
export async function readKnownEvents(connection: DuckDBConnection): Promise<KnownEvents> {
  const events = (await eventTables(connection)).map((table) => [`main.${identifier(table)}`, '_request_id']);
  const tables = [
    ...events,
    ['_sentinel_outcomes', 'request_id'],
    ['_sentinel_duplicates', 'request_id'],
  ] as const;
  const newestOf = async (condition: (table: string, id: string) => string): Promise<string> => {
    const each = tables.map(([t, id]) => `SELECT max(${id}) FROM ${t} WHERE ${condition(t, id)}`);
    const found = await rowsOf(connection, each.join(' UNION ALL '));
    const ids = found.map(([id]) => (id === null ? '' : String(id)));
    return ids.toSorted().at(-1) ?? '';
  };
  // The newest is mostly one of the last, and then few others have to be read: DuckDB knows the greatest of each 122,880.
  const late = await newestOf((table) => `rowid >= (SELECT count(*) FROM ${table}) - ${lastRows}`);
  const later = await newestOf((_, id) => (late === '' ? 'true' : `${id} > ${literal(late)}::UUID`));
  return { ids: new RecentIds(later === '' ? late : later), recentWrites: new RecentWrites() };
}

const lastRows = 100_000;

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
