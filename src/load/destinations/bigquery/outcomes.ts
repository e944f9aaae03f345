import type { Entry } from '../../destination-kit/judge.ts';
import type { EntryKind, QueueMark } from '../../destination.ts';
import { type Api, cell } from './api.ts';
import { allTables, daysAround } from './find.ts';
import { literal } from './tables.ts';

/** `receivedAt`: milliseconds since 1970, of an event that was withdrawn. */
export type TimedEntry = Entry & { receivedAt?: number };

/** `rows`: where each row is, and when its event was received. */
export interface Recorded {
  entries: Map<string, TimedEntry>;
  rows: Map<string, { table: string; receivedAt: number }>;
}

/** What stands of these events, in any of the tables. Holds for as long as nobody commits. */
export async function findRecorded(
  api: Api,
  prepared: readonly string[],
  ids: readonly string[],
): Promise<Recorded> {
  const recorded: Recorded = { entries: new Map(), rows: new Map() };
  if (ids.length === 0) return recorded;
  const places = (await allTables(api, prepared)).map(
    (table) =>
      `SELECT t._request_id AS id, ${literal(table)} AS place, -1 AS round, UNIX_MILLIS(t._received_at) AS received
       FROM ${api.table(table)} t WHERE t._request_id IN UNNEST(@ids) ${daysAround(ids)}`,
  );
  const found = await api.run(
    [
      `SELECT o.request_id AS id, o.outcome AS place, o.round AS round, UNIX_MILLIS(o.received_at) AS received
       FROM ${api.table('_sentinel_outcomes')} o WHERE o.request_id IN UNNEST(@ids)`,
      ...places,
    ].join(' UNION ALL '),
    { ids: [...new Set(ids)] },
  );
  for (const [id, place, number, received] of found) {
    const round = Number(number);
    const receivedAt = received === null || received === undefined ? undefined : Number(received);
    if (round < 0) recorded.rows.set(cell(id), { table: cell(place), receivedAt: receivedAt ?? 0 });
    else if (round >= (recorded.entries.get(cell(id))?.round ?? 0))
      recorded.entries.set(cell(id), { round, kind: cell(place) as EntryKind, receivedAt });
  }
  return recorded;
}

/** A statement of BigQuery has a megabyte at most. */
const entriesInOne = 4000;

/** Only the newest entry of an event decides; older ones stay. */
export function entryWrites(api: Api, entries: ReadonlyMap<string, TimedEntry>): string[] {
  const values = Array.from(entries, ([id, { round, kind, receivedAt }]) => {
    const at =
      receivedAt === undefined ? 'NULL' : `TIMESTAMP(${literal(new Date(receivedAt).toISOString())})`;
    return `(${literal(id)}, ${round}, ${literal(kind)}, ${at})`;
  });
  const statements: string[] = [];
  for (let from = 0; from < values.length; from += entriesInOne)
    statements.push(
      `INSERT INTO ${api.table('_sentinel_outcomes')} (request_id, round, outcome, received_at)
       VALUES ${values.slice(from, from + entriesInOne).join(', ')}`,
    );
  return statements;
}

export function markWrites(api: Api, mark: QueueMark | undefined): string[] {
  if (mark === undefined) return [];
  return [
    `MERGE INTO ${api.table('_sentinel_marks')} m
     USING (SELECT ${literal(mark.queueId)} AS queue, ${literal(mark.newest.toLowerCase())} AS newest) n ON m.queue = n.queue
     WHEN MATCHED THEN UPDATE SET newest = GREATEST(m.newest, n.newest)
     WHEN NOT MATCHED THEN INSERT (queue, newest) VALUES (n.queue, n.newest)`,
  ];
}

export async function readMark(api: Api, queueId: string): Promise<string | undefined> {
  const rows = await api.run(
    `SELECT MAX(m.newest) FROM ${api.table('_sentinel_marks')} m WHERE m.queue = @queue`,
    { queue: queueId },
  );
  return rows[0]?.[0] ?? undefined;
}
