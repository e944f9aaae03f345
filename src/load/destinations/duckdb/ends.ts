import type { DuckDBConnection } from '@duckdb/node-api';
import type { EntryKind } from '../../destination.ts';
import { isUuid } from '../../../model/uuid.ts';
import { rowsOf } from './rows.ts';
import { identifier, literal } from './sql.ts';
import { eventTables } from './tables.ts';

/** How an event has ended so far. */
export interface End {
  /** Whether it stands as a row of some table. */
  isRow: boolean;
  /** The entry of the latest round. */
  newest: Entry | undefined;
}

export interface Entry {
  kind: EntryKind;
  round: number;
}

const nothing: End = { isRow: false, newest: undefined };

/** By request id in lower case. */
export type Ends = (requestId: string) => End;

export const noEnds: Ends = () => nothing;

/** The entry that keeps a row or a letter of this round out. */
export const entryAgainst = ({ newest }: End, round: number): Entry | undefined =>
  newest !== undefined && newest.round >= round ? newest : undefined;

/** Looks for the rows and the entries of events. */
export async function findEnds(connection: DuckDBConnection, requestIds: readonly string[]): Promise<Ends> {
  const ids = requestIds.map((id) => id.toLowerCase()).filter((id) => isUuid(id));
  if (ids.length === 0) return noEnds;
  const sorted = ids.toSorted();
  // Request ids grow with time, and so lie together: the range spares the rest of the tables.
  const range = `BETWEEN ${literal(sorted[0]!)}::UUID AND ${literal(sorted.at(-1)!)}::UUID`;
  const part = (table: string, id: string, kind: string, round: string): string =>
    `SELECT ${id}::VARCHAR, ${kind}, ${round} FROM ${table} WHERE ${id} ${range} AND ${id} IN (SELECT id FROM asked)`;
  const found = await rowsOf(
    connection,
    `WITH asked AS (SELECT unnest([${ids.map(literal).join(', ')}])::UUID AS id) ${[
      ...(await eventTables(connection)).map((table) =>
        part(`main.${identifier(table)}`, '_request_id', 'NULL', '0'),
      ),
      part('_sentinel_outcomes', 'request_id', 'outcome', 'round'),
      part('_sentinel_duplicates', 'request_id', `'duplicate'`, 'coalesce(round, 0)'),
    ].join(' UNION ALL ')}`,
  );
  const ends = new Map<string, End>();
  for (const [id, kind, round] of found) {
    const known = ends.get(String(id)) ?? nothing;
    ends.set(
      String(id),
      kind === null ? { ...known, isRow: true } : later(known, String(kind), Number(round)),
    );
  }
  return (requestId) => ends.get(requestId) ?? nothing;
}

function later(known: End, kind: string, round: number): End {
  if (known.newest !== undefined && known.newest.round >= round) return known;
  return { ...known, newest: { kind: kind as EntryKind, round } };
}
