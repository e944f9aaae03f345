import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import type { DatabaseError, PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { SentinelError } from '../../../model/errors.ts';
import { AlikeFailures } from '../../destination-kit/alike-failures.ts';
import { isRowsFault, sqlStateOf } from './errors.ts';
import type { KnownTable } from './known-table.ts';
import type { Refusal } from '../../destination-kit/exact-row.ts';
import type { Line } from './row-lines.ts';

/** How a line ended that is not in the table by this load. `again`: its event is there already. */
export type Unwritten =
  | { status: 'again' }
  /** `first`: the request id that has its key; undefined when nothing knows it. */
  | { status: 'duplicate'; first: string | undefined }
  | { status: 'rejected'; refusal: Refusal };

/**
 * Writes lines of one table, no two with the same request id, within the transaction that is open, and returns those that
 * were not written; a row that the server refuses is found by halving, and the others are written. Of what was measured with 10,000 rows of 16 columns
 * (microseconds of the server's CPU a row): COPY into a temporary table and INSERT from there 6.0, INSERT from UNNEST of
 * a parameter for each column 10.2, from `json_to_recordset` 10.8.
 */
export async function writeLines(
  client: PoolClient,
  table: KnownTable,
  lines: readonly Line[],
  answerMs: number,
): Promise<Map<Line, Unwritten>> {
  const unwritten = new Map<Line, Unwritten>();
  // In the order of the keys, every worker's, so that two never wait for each other; first come first within a key.
  const failures = new AlikeFailures(table.spec.name);
  await writePart({ client, table, unwritten, answerMs, failures }, lines.toSorted(byKey), true);
  return unwritten;
}

function byKey(a: Line, b: Line): number {
  const [x, y] = [a.key ?? a.id, b.key ?? b.id];
  return x < y ? -1 : x > y ? 1 : 0;
}

interface Writing {
  client: PoolClient;
  table: KnownTable;
  unwritten: Map<Line, Unwritten>;
  answerMs: number;
  failures: AlikeFailures;
}

async function writePart(writing: Writing, lines: readonly Line[], isFirst = false): Promise<void> {
  if (lines.length === 0) return;
  const { client, table, unwritten, answerMs, failures } = writing;
  await client.query(isFirst ? `${table.stage}; SAVEPOINT part` : `${table.empty}; SAVEPOINT part`);
  try {
    await copyIn(client, table, lines, answerMs);
    const missing = await insertStaged(client, table, lines);
    if (missing.size > 0) await explainMissing(client, table, missing, unwritten);
    if (!isFirst) await client.query('RELEASE SAVEPOINT part');
    failures.passed();
  } catch (error) {
    if (!isRowsFault(error)) throw error;
    await client.query('ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part');
    if (lines.length === 1) {
      const refusal = refusalOf(table, error);
      failures.refused(refusal.reason);
      unwritten.set(lines[0]!, { status: 'rejected', refusal });
      return;
    }
    const middle = lines.length >> 1;
    await writePart(writing, lines.slice(0, middle));
    await writePart(writing, lines.slice(middle));
  }
}

const piece = 1 << 20;

async function copyIn(
  client: PoolClient,
  { copy }: KnownTable,
  lines: readonly Line[],
  answerMs: number,
): Promise<void> {
  function* pieces(): Generator<Buffer> {
    let text = '';
    for (const line of lines) {
      text += line.text;
      if (text.length < piece) continue;
      yield Buffer.from(text);
      text = '';
    }
    yield Buffer.from(text);
  }
  // The client's own time limit is not for streams.
  const signal = AbortSignal.timeout(answerMs);
  try {
    await pipeline(Readable.from(pieces(), { objectMode: false }), client.query(copyFrom(copy)), { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new SentinelError(
      'destination_unavailable',
      `PostgreSQL did not take the rows within ${answerMs} ms`,
      {
        cause: error,
      },
    );
  }
}

/** The lines, by request id, that were passed over because something equal is in the table. */
async function insertStaged(
  client: PoolClient,
  { insert }: KnownTable,
  lines: readonly Line[],
): Promise<Map<string, Line>> {
  const { rows } = await client.query<{ count: string; ids: string | null }>(insert, [lines.length]);
  const [{ count, ids } = { count: '0', ids: null }] = rows;
  if (Number(count) === lines.length) return new Map();
  const missing = new Map(lines.map((line) => [line.id, line]));
  for (const id of ids?.split(',') ?? []) missing.delete(id);
  return missing;
}

/** A row that stood in the way may be gone when it is looked for; a few times, for takers of rows are slow. */
const maxLooks = 10;

async function explainMissing(
  client: PoolClient,
  table: KnownTable,
  missing: Map<string, Line>,
  unwritten: Map<Line, Unwritten>,
): Promise<void> {
  for (let look = 1; missing.size > 0; look++) {
    const ids = [...missing.keys()];
    const { rows } = await client.query<Record<'id' | 'known' | 'taken' | 'first', string | null>>(
      table.lookUp,
      [ids],
    );
    for (const { id, known, taken, first } of rows) {
      const line = missing.get(id!);
      if (line === undefined || (known === null && taken === null)) continue;
      unwritten.set(
        line,
        known === null ? { status: 'duplicate', first: first ?? undefined } : { status: 'again' },
      );
      missing.delete(id!);
    }
    // Neither its id nor its key is there: somebody's own unique index, a trigger, or a row that has just gone.
    for (const line of missing.values()) {
      const result = await insertAlone(client, table, line, look === maxLooks);
      if (result === undefined) continue;
      if (result.status !== 'new') unwritten.set(line, result);
      missing.delete(line.id);
    }
  }
}

/** Undefined: something equal has come meanwhile. */
async function insertAlone(
  client: PoolClient,
  table: KnownTable,
  line: Line,
  isLast: boolean,
): Promise<Unwritten | { status: 'new' } | undefined> {
  await client.query('SAVEPOINT alone');
  try {
    const { rowCount } = await client.query(table.insertAlone, [line.id]);
    await client.query('RELEASE SAVEPOINT alone');
    if (rowCount === 1) return { status: 'new' };
    return {
      status: 'rejected',
      refusal: { reason: `a trigger of table ${table.spec.name} does not let the row in` },
    };
  } catch (error) {
    if (!isRowsFault(error)) throw error;
    await client.query('ROLLBACK TO SAVEPOINT alone; RELEASE SAVEPOINT alone');
    const ours = sqlStateOf(error) === '23505' && error.constraint?.startsWith('_sentinel_') === true;
    return ours && !isLast ? undefined : { status: 'rejected', refusal: refusalOf(table, error) };
  }
}

/** Names what refused it; the server's own text may quote the row. */
function refusalOf({ spec }: KnownTable, error: DatabaseError): Refusal {
  const { code, column, constraint } = error;
  const known = spec.columns.find(({ name }) => name === column);
  const by =
    constraint !== undefined
      ? `the constraint ${constraint} of table ${spec.name} refuses the row`
      : column !== undefined
        ? `column ${column} of table ${spec.name} refuses the row`
        : `table ${spec.name} refuses the row`;
  return { reason: `${by} (${code})`, ...(known === undefined ? {} : { column: known.name }) };
}
