import type { PoolClient } from 'pg';
import { byHalves } from '../../destination-kit/by-halves.ts';
import type { Refusal } from '../../destination-kit/exact-row.ts';
import { copyLines } from './copy-lines.ts';
import { isRowsFault } from './errors.ts';
import type { KnownTable } from './known-table.ts';
import type { Line } from './row-lines.ts';
import { StoredOtherwise, changedBy, expectStored, tableChanges } from './stored-as-sent.ts';
import { type Unwritten, explainMissing, refusalOf } from './unwritten.ts';

/**
 * Writes lines of one table, no two with the same request id, within the transaction that is open, and returns those that
 * were not written; a row that the server refuses is found by halving, and the others are written. Of what was measured with 5,000 rows
 * of 16 columns (microseconds of the server's CPU a row): COPY into the table 5.0, COPY into a temporary table and INSERT from there
 * 7.9; INSERT from UNNEST of a parameter for each column, or from `json_to_recordset`, more than either.
 */
export async function writeLines(
  client: PoolClient,
  table: KnownTable,
  lines: readonly Line[],
  answerMs: number,
): Promise<Map<Line, Unwritten>> {
  const unwritten = new Map<Line, Unwritten>();
  const changed = new Map<Line, string>();
  const writing: Writing = { client, table, unwritten, changed, answerMs, tries: 0 };
  // In the order of the keys, every worker's, so that two never wait for each other; first come first within a key.
  await byHalves(lines.toSorted(byKey), {
    tableOf: () => table.spec.name,
    write: (part) => writePart(writing, part),
    refused: (line, refusal) => void unwritten.set(line, { status: 'rejected', refusal }),
  });
  // Some rows are for a person to look at; when none is as it was sent, the table is.
  const [column] = changed.values();
  if (column !== undefined && unwritten.size === lines.length) throw tableChanges(table, column);
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
  /** Of the unwritten, those that the table changes, with the column. */
  changed: Map<Line, string>;
  answerMs: number;
  tries: number;
}

/** The part but for lines that the table changes. Why it was refused, or undefined. */
async function writePart(writing: Writing, part: readonly Line[]): Promise<Refusal | undefined> {
  const { client, table, unwritten, changed, answerMs } = writing;
  const lines = part.filter((line) => !changed.has(line));
  if (lines.length === 0) return undefined;
  const isFirst = writing.tries++ === 0;
  if (isFirst) {
    await client.query('SAVEPOINT part');
    if (await table.directCopies.write(client, table, lines, answerMs)) return undefined;
    await client.query(`RELEASE SAVEPOINT part; ${table.stage}; SAVEPOINT part`);
  } else await client.query(`${table.empty}; SAVEPOINT part`);
  try {
    await copyLines(client, table.copy, lines, answerMs);
    const missing = await insertStaged(client, table, lines);
    if (missing.size > 0) await explainMissing(client, table, missing, unwritten);
    await expectStored(client, table, lines, (line) => unwritten.has(line));
    if (!isFirst) await client.query('RELEASE SAVEPOINT part');
    return undefined;
  } catch (error) {
    const isOtherwise = error instanceof StoredOtherwise;
    if (!isOtherwise && !isRowsFault(error)) throw error;
    await client.query('ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part');
    if (!isOtherwise) return refusalOf(table, error);
    for (const line of lines) unwritten.delete(line);
    for (const [line, column] of error.columns) {
      changed.set(line, column);
      unwritten.set(line, { status: 'rejected', refusal: changedBy(table, column) });
    }
    return writePart(writing, part);
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
