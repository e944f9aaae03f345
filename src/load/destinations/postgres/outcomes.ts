import type { ClientBase } from 'pg';
import type { Entry, Recorded } from '../../destination-kit/judge.ts';
import type { EntryKind, QueueMark } from '../../destination.ts';
import { identifier, literal } from './sql.ts';

/**
 * Puts this transaction into the one order of all that settle: batches of rows run side by side, as no two of them decide
 * differently about one event; a batch with entries runs alone, so that it sees every row and every row sees it.
 */
export async function takeTurn(client: ClientBase, schema: string, turn: 'rows' | 'entries'): Promise<void> {
  const lock = turn === 'rows' ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock';
  await client.query(
    `SELECT ${lock}(hashtextextended(${literal(`data-sentinel outcomes ${schema}`)}, 0)); SET LOCAL lock_timeout = ${tableLockMs}`,
  );
}

/** Milliseconds to wait for a table that somebody has locked: every other one waits meanwhile. */
export const tableLockMs = 3000;
/** And for a row that somebody has not committed: a batch of another worker's, or a session that was forgotten. */
export const rowLockMs = 6000;

/** Beyond so many within the range of the ids, the ids themselves are looked up. */
const maxInRange = 5000;

/**
 * What stands of these events, in any of the tables. Request ids of a batch lie close together (UUIDv7), and mostly beyond
 * all that is settled, so a range of each index tells at once that nothing stands.
 */
export async function findRecorded(
  client: ClientBase,
  schema: string,
  tables: readonly string[],
  ids: readonly string[],
): Promise<Recorded & { rows: ReadonlySet<string> }> {
  const entries = new Map<string, Entry>();
  const rows = new Set<string>();
  if (ids.length === 0) return { entries, rows };
  let [from, to] = [ids[0]!, ids[0]!];
  for (const id of ids) {
    if (id < from) from = id;
    if (id > to) to = id;
  }
  const own = identifier(schema);
  const look = (where: (id: string) => string, limit: string, values: unknown[]) =>
    client.query<{ id: string; round: string | null; outcome: EntryKind | null }>(
      [
        `(SELECT request_id::text AS id, round, outcome FROM ${own}._sentinel_outcomes WHERE ${where('request_id')} ${limit})`,
        ...tables.map(
          (table) =>
            `(SELECT _request_id::text, NULL, NULL FROM ${own}.${identifier(table)} WHERE ${where('_request_id')} ${limit})`,
        ),
      ].join(' UNION ALL '),
      values,
    );
  let found = await look((id) => `${id} BETWEEN $1 AND $2`, `LIMIT ${maxInRange}`, [from, to]);
  if (found.rows.length >= maxInRange) found = await look((id) => `${id} = ANY($1::uuid[])`, '', [ids]);
  for (const { id, round, outcome } of found.rows)
    if (outcome === null) rows.add(id);
    else entries.set(id, { round: Number(round), kind: outcome });
  return { entries, rows };
}

/** An entry replaces an older one of its event: only the newest decides. */
export async function writeEntries(
  client: ClientBase,
  schema: string,
  entries: ReadonlyMap<string, Entry>,
): Promise<void> {
  if (entries.size === 0) return;
  // In the order of the ids, every worker's, so that two never wait for each other.
  const sorted = [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1));
  await client.query(
    `INSERT INTO ${identifier(schema)}._sentinel_outcomes AS o (request_id, round, outcome)
     SELECT * FROM unnest($1::uuid[], $2::integer[], $3::text[])
     ON CONFLICT (request_id) DO UPDATE SET round = excluded.round, outcome = excluded.outcome
       WHERE o.round <= excluded.round`,
    [sorted.map(([id]) => id), sorted.map(([, { round }]) => round), sorted.map(([, { kind }]) => kind)],
  );
}

/** One place for each of `slot`, as one for the whole queue would have its workers wait for each other. */
export async function saveMark(
  client: ClientBase,
  schema: string,
  slot: number,
  { queueId, newest }: QueueMark,
): Promise<void> {
  await client.query(
    `INSERT INTO ${identifier(schema)}._sentinel_marks AS m VALUES ($1, $2, $3)
     ON CONFLICT (queue, slot) DO UPDATE SET newest = CASE WHEN excluded.newest > m.newest THEN excluded.newest ELSE m.newest END`,
    [queueId, slot, newest],
  );
}

/** The newest request id of the queue that was settled here; undefined when none was. */
export async function readMark(
  client: ClientBase,
  schema: string,
  queueId: string,
): Promise<string | undefined> {
  const { rows } = await client.query<{ newest: string }>(
    `SELECT newest::text AS newest FROM ${identifier(schema)}._sentinel_marks WHERE queue = $1
     ORDER BY _sentinel_marks.newest DESC LIMIT 1`,
    [queueId],
  );
  return rows[0]?.newest;
}
