import type { DuckDBConnection } from '@duckdb/node-api';
import type { Entry } from '../../destination-kit/judge.ts';
import type { EntryKind } from '../../destination.ts';
import { isUuid } from '../../../model/uuid.ts';
import { textsOf } from './rows.ts';
import { identifier, literal } from './sql.ts';
import { eventTables } from './tables.ts';

/** How events have ended so far, by request id in lower case; see `Recorded` of the kit. */
export interface Ends {
  entries: Map<string, Entry>;
  rows: Set<string>;
}

export const noEnds = (): Ends => ({ entries: new Map(), rows: new Set() });

/** Looks for the rows and the entries of events, and adds them to what is known. */
export async function findEnds(
  connection: DuckDBConnection,
  requestIds: readonly string[],
  known: Ends = noEnds(),
): Promise<Ends> {
  const ids = requestIds.map((id) => id.toLowerCase()).filter((id) => isUuid(id));
  if (ids.length === 0) return known;
  const sorted = ids.toSorted();
  // Request ids grow with time, and so lie together: the range spares the rest of the tables.
  const range = `BETWEEN ${literal(sorted[0]!)}::UUID AND ${literal(sorted.at(-1)!)}::UUID`;
  const part = (table: string, id: string, kind: string, round: string): string =>
    `SELECT ${id}::VARCHAR, ${kind}, ${round} FROM ${table} WHERE ${id} ${range} AND ${id} IN (SELECT id FROM asked)`;
  const found = await textsOf(
    connection,
    `WITH asked AS (SELECT unnest([${ids.map(literal).join(', ')}])::UUID AS id) ${[
      ...(await eventTables(connection)).map((table) =>
        part(`main.${identifier(table)}`, '_request_id', 'NULL', '0'),
      ),
      part('_sentinel_outcomes', 'request_id', 'outcome', 'round'),
      part('_sentinel_duplicates', 'request_id', `'duplicate'`, 'coalesce(round, 0)'),
    ].join(' UNION ALL ')}`,
  );
  for (const [id, kind, number] of found) {
    const round = Number(number);
    if (kind === null) known.rows.add(id!);
    else if (round > (known.entries.get(id!)?.round ?? -1))
      known.entries.set(id!, { round, kind: kind as EntryKind });
  }
  return known;
}
