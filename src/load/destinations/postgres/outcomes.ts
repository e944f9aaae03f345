import type { ClientBase } from 'pg';
import type { EntryKind, LetterEntry, LetterOutcome, QueueMark } from '../../destination.ts';
import { identifier } from './sql.ts';
import { eventTables } from './tables.ts';

/** How an event ended that is no row: its newest entry. */
export interface Entry {
  round: number;
  kind: EntryKind;
}

/**
 * Puts this transaction into the one order of all that settle: batches of rows run side by side, as no two of them decide
 * about one event differently; a batch with entries runs alone, so that it sees every row and every row sees it.
 */
export async function takeTurn(client: ClientBase, schema: string, turn: 'rows' | 'entries'): Promise<void> {
  const lock = turn === 'rows' ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock';
  await client.query(`SELECT ${lock}(hashtextextended($1, 0))`, [`data-sentinel outcomes ${schema}`]);
}

/** Beyond so many entries within the range of the ids, the ids themselves are looked up. */
const maxInRange = 5000;

/**
 * The entries of these events, by request id in lower case. Request ids of one batch lie close together (UUIDv7), and few
 * events have entries, so one range of the index mostly tells that there are none.
 */
export async function findEntries(
  client: ClientBase,
  schema: string,
  ids: readonly string[],
): Promise<Map<string, Entry>> {
  if (ids.length === 0) return new Map();
  let [from, to] = [ids[0]!, ids[0]!];
  for (const id of ids) {
    if (id < from) from = id;
    if (id > to) to = id;
  }
  const select = `SELECT request_id::text AS id, round, outcome FROM ${identifier(schema)}._sentinel_outcomes`;
  type Found = { id: string; round: string; outcome: EntryKind };
  const inRange = await client.query<Found>(
    `${select} WHERE request_id BETWEEN $1 AND $2 LIMIT ${maxInRange + 1}`,
    [from, to],
  );
  const { rows } =
    inRange.rows.length <= maxInRange
      ? inRange
      : await client.query<Found>(`${select} WHERE request_id = ANY($1::uuid[])`, [ids]);
  return new Map(rows.map(({ id, round, outcome }) => [id, { round: Number(round), kind: outcome }]));
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
    `INSERT INTO ${identifier(schema)}._sentinel_outcomes AS o
     SELECT * FROM unnest($1::uuid[], $2::integer[], $3::text[])
     ON CONFLICT (request_id) DO UPDATE SET round = excluded.round, outcome = excluded.outcome
       WHERE o.round <= excluded.round`,
    [sorted.map(([id]) => id), sorted.map(([, { round }]) => round), sorted.map(([, { kind }]) => kind)],
  );
}

/** Writes the entries of letters whose events are neither rows nor duplicates, nor have gone on to a later round. */
export async function settleLetters(
  client: ClientBase,
  schema: string,
  letters: readonly LetterEntry[],
): Promise<LetterOutcome[]> {
  if (letters.length === 0) return [];
  const ids = letters.map(({ requestId }) => requestId.toLowerCase());
  const entries = await findEntries(client, schema, ids);
  const rows = await rowsAmong(client, schema, ids);
  const fresh = new Map<string, Entry>();
  const outcomes = letters.map(({ round }, at): LetterOutcome => {
    const id = ids[at]!;
    if (rows.has(id)) return { status: 'already', as: 'row' };
    const entry = fresh.get(id) ?? entries.get(id);
    if (entry !== undefined && entry.round > round) return { status: 'already', as: entry.kind };
    if (entry !== undefined && entry.round === round)
      return entry.kind === 'letter' ? { status: 'written' } : { status: 'already', as: entry.kind };
    if (entry?.kind === 'duplicate') return { status: 'already', as: 'duplicate' };
    fresh.set(id, { round, kind: 'letter' });
    return { status: 'written' };
  });
  await writeEntries(client, schema, fresh);
  return outcomes;
}

async function rowsAmong(
  client: ClientBase,
  schema: string,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const own = identifier(schema);
  const places = (await eventTables(client, schema)).map(
    (table) =>
      `SELECT _request_id::text AS id FROM ${own}.${identifier(table)} WHERE _request_id = ANY($1::uuid[])`,
  );
  if (places.length === 0) return new Set();
  const { rows } = await client.query<{ id: string }>(places.join(' UNION ALL '), [ids]);
  return new Set(rows.map(({ id }) => id));
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
     ON CONFLICT (queue, slot) DO UPDATE SET newest = greatest(m.newest, excluded.newest)`,
    [queueId, slot, newest],
  );
}

/** The newest request id of the queue that was settled here; undefined when none was. */
export async function readMark(
  client: ClientBase,
  schema: string,
  queueId: string,
): Promise<string | undefined> {
  const { rows } = await client.query<{ newest: string | null }>(
    `SELECT newest::text AS newest FROM ${identifier(schema)}._sentinel_marks WHERE queue = $1
     ORDER BY newest DESC LIMIT 1`,
    [queueId],
  );
  return rows[0]?.newest ?? undefined;
}
