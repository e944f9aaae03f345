import type { PoolClient } from 'pg';
import type { Entry } from '../../destination-kit/judge.ts';
import { type Repeat, type Comparison, type StoredRow, judgeRepeats } from '../../destination-kit/repeats.ts';
import { storedRowOf } from '../../destination-kit/stored-cells.ts';
import type { Row, Table } from '../../destination.ts';
import { keeps, keptBack } from './delete-rows.ts';
import type { KnownTable } from './known-table.ts';
import type { Line } from './row-lines.ts';
import { isRowsFault } from './errors.ts';
import { cellsOf } from './question.ts';
import { identifier } from './sql.ts';
import { type Unwritten, refusalOf } from './unwritten.ts';
import { writeLines } from './write-rows.ts';

/** What a load has written of one table, and what not. */
interface Loaded {
  table: KnownTable;
  lines: readonly Line[];
  unwritten: Map<Line, Unwritten>;
  answerMs: number;
}

export interface SettledRepeats {
  /** Of the rows that are no rows of the table. */
  comparisons: Map<Row, Comparison>;
  /** Rows of the table that others have taken the place of. */
  gone: StoredRow[];
  goneComparisons: Map<StoredRow, Comparison>;
  /** What their events are now, by request id. */
  entries: Map<string, Entry>;
}

/**
 * Says how the duplicates among the lines stand to the events that have the rows, and lets the latest of them have it where the
 * table's repeats replace. Changes what was written; within the transaction that is open.
 */
export async function settleRepeats(
  client: PoolClient,
  schema: string,
  { table, lines: all, unwritten, answerMs }: Loaded,
): Promise<SettledRepeats> {
  const { spec } = table;
  const repeats = [...unwritten].flatMap(([{ row }, result]): Repeat[] =>
    result.status === 'duplicate' ? [{ row, of: result.first ?? '' }] : [],
  );
  const settled: SettledRepeats = {
    comparisons: new Map(),
    gone: [],
    goneComparisons: new Map(),
    entries: new Map(),
  };
  if (repeats.length === 0) return settled;
  const stored = await readStored(client, schema, spec, [...new Set(repeats.map(({ of }) => of))]);
  const lines = new Map(all.map((line) => [line.row, line]));
  const batch = new Map(all.map((line) => [line.id, line]));
  const judged = judgeRepeats(spec, repeats, (id) => stored.get(id));
  settled.comparisons = judged.repeats;
  for (const [of, { by, comparison }] of judged.replaced) {
    const result = await replaceRow(client, schema, { table, id: of, line: lines.get(by)!, answerMs });
    if (result !== undefined) {
      unwritten.set(lines.get(by)!, result);
      continue;
    }
    unwritten.delete(lines.get(by)!);
    const mine = batch.get(of);
    if (mine !== undefined && !unwritten.has(mine)) {
      unwritten.set(mine, { status: 'duplicate', first: by.requestId });
      settled.comparisons.set(mine.row, comparison);
    } else {
      const row = stored.get(of)!;
      settled.gone.push(row);
      settled.goneComparisons.set(row, comparison);
    }
  }
  settled.entries = await entriesOf(client, schema, settled.gone);
  return settled;
}

/** Undefined when the row was replaced; it stays where it is when the one that would replace it is refused. */
async function replaceRow(
  client: PoolClient,
  schema: string,
  { table, id, line, answerMs }: { table: KnownTable; id: string; line: Line; answerMs: number },
): Promise<Unwritten | undefined> {
  await client.query('SAVEPOINT replacing');
  try {
    await client.query(
      `DELETE FROM ${identifier(schema)}.${identifier(table.spec.name)} WHERE _request_id = $1`,
      [id],
    );
  } catch (error) {
    if (!isRowsFault(error)) throw error;
    await client.query('ROLLBACK TO SAVEPOINT replacing; RELEASE SAVEPOINT replacing');
    return { status: 'rejected', refusal: refusalOf(table, error) };
  }
  await client.query(`${table.stage}; ${table.empty}`);
  const result = (await writeLines(client, table, [line], answerMs)).get(line);
  // Its key is still taken, by a row that was to go or that came in its place: as a duplicate its event would be nowhere.
  if (result?.status === 'duplicate') throw keeps(table.spec.name, keptBack);
  await client.query(
    result === undefined
      ? 'RELEASE SAVEPOINT replacing'
      : 'ROLLBACK TO SAVEPOINT replacing; RELEASE SAVEPOINT replacing',
  );
  return result;
}

/** Each of the round in which its event was loaded: one more than that of its newest entry. */
async function entriesOf(
  client: PoolClient,
  schema: string,
  gone: readonly StoredRow[],
): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  for (const { requestId } of gone) entries.set(requestId, { round: 0, kind: 'duplicate' });
  if (gone.length === 0) return entries;
  const { rows } = await client.query<{ id: string; round: number }>(
    `SELECT request_id::text AS id, round FROM ${identifier(schema)}._sentinel_outcomes WHERE request_id = ANY($1::uuid[])`,
    [[...entries.keys()]],
  );
  for (const { id, round } of rows) entries.set(id, { round: round + 1, kind: 'duplicate' });
  return entries;
}

/** Rows of a table, by request id in lower case. */
async function readStored(
  client: PoolClient,
  schema: string,
  { name, columns }: Table,
  requestIds: readonly string[],
): Promise<Map<string, StoredRow>> {
  const ids = requestIds.filter((id) => id !== '');
  if (ids.length === 0) return new Map();
  const cells = columns.map((column) => `to_jsonb(t.${identifier(column.name)})::text`);
  const rows = await cellsOf(
    client,
    `SELECT t._request_id::text, (extract(epoch FROM t._received_at) * 1000)::bigint::text, t._repaired::text, t._source,
        t._contract_version, t._extra::text, ${cells.join(', ')}
      FROM ${identifier(schema)}.${identifier(name)} t WHERE t._request_id = ANY($1::uuid[])`,
    [ids],
  );
  return new Map(rows.map((row) => [row[0]!, storedRowOf(columns, row)]));
}
