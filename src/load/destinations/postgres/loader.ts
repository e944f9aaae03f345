import type { PoolClient } from 'pg';
import { SentinelError } from '../../../model/errors.ts';
import type { AllCounts, Row, RowOutcome, Settled, Settlement } from '../../destination.ts';
import { addToCounts } from './bookkeeping.ts';
import type { KnownTable } from './known-table.ts';
import { findStanding, saveMark, takeTurn, writeEntries } from './outcomes.ts';
import { type Entry, endedBefore, judgeLetters } from '../../destination-kit/judge.ts';
import type { Result } from '../../../model/result.ts';
import type { Refusal } from '../../destination-kit/exact-row.ts';
import type { Line } from './row-lines.ts';
import { holdShape } from './shape.ts';
import { identifier } from './sql.ts';
import { duplicateRecords, insertDuplicates, replacedRecord } from './duplicates.ts';
import { settleRepeats } from './repeats.ts';
import { type Unwritten, writeLines } from './write-rows.ts';

/** What a load works with. */
export interface Warehouse {
  schema: string;
  tables: ReadonlyMap<string, KnownTable>;
  /** All that hold events, those of contracts that are gone included. */
  eventTables: readonly string[];
  /** Contracts that are on record as the writers of a table; grown by committed loads. */
  writers: Set<string>;
  /** Of `_sentinel_counters`. */
  slot: number;
  answerMs: number;
}

/**
 * A batch of rows and letters, within the transaction that is open; see `Settlement`. What several workers write at the same
 * places comes last, so that they wait for each other's commits only.
 */
export async function settleBatch(
  client: PoolClient,
  warehouse: Warehouse,
  { rows, letters, mark }: Settlement,
): Promise<{ settled: Settled; committed: () => void }> {
  const { schema, eventTables, slot } = warehouse;
  // Whoever may replace a row decides about its event too, and about the key, so nobody else may be at it.
  const mayReplace = rows.some(({ table }) => warehouse.tables.get(table)?.spec.onRepeat === 'replace');
  await takeTurn(client, schema, letters.length === 0 && !mayReplace ? 'rows' : 'entries');
  const ids = [...rows, ...letters].map(({ requestId }) => requestId.toLowerCase());
  const standing = await findStanding(client, schema, eventTables, ids);
  const ended = new Map<Row, Settled['rows'][number]>();
  // Mostly nothing stands.
  if (standing.rows.size + standing.entries.size > 0)
    for (const row of rows) {
      const outcome = endedBefore(row, standing);
      if (outcome !== undefined) ended.set(row, outcome);
    }
  const open = ended.size === 0 ? rows : rows.filter((row) => !ended.has(row));
  const { outcomes, counts, replaced } = await writeRows(client, warehouse, open);
  const judged = judgeLetters(letters, standing);
  await writeEntries(client, schema, new Map([...duplicatesAmong(outcomes), ...replaced, ...judged.fresh]));
  const committed = await keepBooks(client, warehouse, open, counts);
  if (mark !== undefined) await saveMark(client, schema, slot, mark);
  const settledRows = rows.map((row) => ended.get(row) ?? outcomes.get(row) ?? loaded);
  return { settled: { rows: settledRows, letters: judged.outcomes }, committed };
}

const loaded: RowOutcome = { status: 'loaded' };

function* duplicatesAmong(outcomes: ReadonlyMap<Row, RowOutcome>): Generator<[string, Entry]> {
  for (const [row, { status }] of outcomes)
    if (status === 'duplicate')
      yield [row.requestId.toLowerCase(), { round: row.round ?? 0, kind: 'duplicate' }];
}

/** Writes what is new, with its repairs and duplicates; `outcomes` has the rows that are not loaded, and others of their event. */
async function writeRows(
  client: PoolClient,
  warehouse: Warehouse,
  rows: readonly Row[],
): Promise<{ outcomes: Map<Row, RowOutcome>; counts: AllCounts; replaced: Map<string, Entry> }> {
  const { schema } = warehouse;
  const outcomes = new Map<Row, RowOutcome>();
  const counts: AllCounts = { loaded: 0, repaired: 0, duplicate: 0, changed: 0 };
  const replaced = new Map<string, Entry>();
  for (const [table, ofTable] of rowsByTable(warehouse, rows)) {
    await holdShape(client, schema, table);
    const { lines, sameEvent } = linesOf(table, ofTable, outcomes);
    const { answerMs } = warehouse;
    const unwritten = await writeLines(client, table, lines, answerMs);
    const repeats = await settleRepeats(client, schema, { table, lines, unwritten, answerMs });
    for (const [id, entry] of repeats.entries) replaced.set(id, entry);
    for (const [line, result] of unwritten) outcomes.set(line.row, outcomeOf(result));
    for (const [row, { row: first }] of sameEvent) outcomes.set(row, outcomes.get(first) ?? loaded);
    const repaired = repairedAmong(lines, unwritten);
    if (repaired.length > 0) await insertRepairs(client, schema, repaired);
    counts.loaded += lines.length - unwritten.size - repeats.gone.length;
    counts.repaired += repaired.length - repeats.gone.filter(({ isRepaired }) => isRepaired).length;
    const recorded = await insertDuplicates(client, schema, [
      ...duplicateRecords(unwritten, repeats.standings),
      ...repeats.gone.map((row) => replacedRecord(table.spec, row, repeats.goneStandings.get(row)!)),
    ]);
    counts.duplicate += recorded.all;
    counts.changed += recorded.changed;
  }
  return { outcomes, counts, replaced };
}

function repairedAmong(lines: readonly Line[], unwritten: ReadonlyMap<Line, Unwritten>): Row[] {
  const repaired: Row[] = [];
  for (const line of lines)
    if (line.row.repair !== undefined && !unwritten.has(line)) repaired.push(line.row);
  return repaired;
}

/** Returns what is to be called when the transaction has committed. */
async function keepBooks(
  client: PoolClient,
  { schema, writers, slot }: Warehouse,
  rows: readonly Row[],
  counts: AllCounts,
): Promise<() => void> {
  const newWriters = writersOf(rows).filter((writer) => !writers.has(writer));
  if (newWriters.length > 0) await insertWriters(client, schema, newWriters);
  await addToCounts(client, schema, slot, counts);
  return () => {
    for (const writer of newWriters) writers.add(writer);
  };
}

/** In the order of their names, every worker's, so that two never wait for each other. */
function rowsByTable({ tables }: Warehouse, rows: readonly Row[]): [KnownTable, Row[]][] {
  const groups = new Map<KnownTable, Row[]>();
  for (const row of rows) {
    const table = tables.get(row.table);
    if (table === undefined)
      throw new SentinelError('destination_unavailable', `table ${row.table} is not prepared`, {
        retryable: false,
      });
    const group = groups.get(table);
    if (group === undefined) groups.set(table, [row]);
    else group.push(row);
  }
  return [...groups].toSorted(([a], [b]) => (a.spec.name < b.spec.name ? -1 : 1));
}

interface Ready {
  /** Whose columns the line has. */
  table: KnownTable;
  line: Result<Line, Refusal>;
}

/** Makes the row's line, while the batch before its own loads; the values are not needed any more then. */
export function makeReady({ tables }: Warehouse, row: Row): void {
  const table = tables.get(row.table);
  if (table === undefined) return;
  row.ready = { table, line: table.line(row) } satisfies Ready;
  row.letGo?.();
}

function lineOf(table: KnownTable, row: Row): Result<Line, Refusal> {
  const ready = row.ready as Ready | undefined;
  return ready?.table === table ? ready.line : table.line(row);
}

/** The lines to write; rows of an event that is among them already share its outcome. */
function linesOf(
  table: KnownTable,
  rows: readonly Row[],
  outcomes: Map<Row, RowOutcome>,
): { lines: Line[]; sameEvent: Map<Row, Line> } {
  const byId = new Map<string, Line>();
  const sameEvent = new Map<Row, Line>();
  for (const row of rows) {
    const line = lineOf(table, row);
    if (!line.ok) {
      outcomes.set(row, { status: 'rejected', ...line.error });
      continue;
    }
    const first = byId.get(line.value.id);
    if (first === undefined) byId.set(line.value.id, line.value);
    else if (first.row !== row) sameEvent.set(row, first);
  }
  return { lines: [...byId.values()], sameEvent };
}

function outcomeOf(written: Unwritten): RowOutcome {
  if (written.status === 'rejected') return { status: 'rejected', ...written.refusal };
  return { status: written.status === 'duplicate' ? 'duplicate' : 'loaded' };
}

async function insertRepairs(client: PoolClient, schema: string, rows: readonly Row[]): Promise<void> {
  const records = rows.map(({ requestId, table, contract, contractVersion, source, repair }) => ({
    request_id: requestId,
    table_name: table,
    contract,
    contract_version: contractVersion,
    source,
    healer: repair!.healer,
    rule_id: repair!.ruleId,
    original: repair!.original,
    plan: repair!.plan,
    result: repair!.result,
    by_hand: repair!.byHand,
  }));
  await client.query(
    `INSERT INTO ${identifier(schema)}._sentinel_repairs (request_id, table_name, contract, contract_version, source,
       healer, rule_id, original, plan, result, by_hand, repaired_at)
     SELECT *, now() FROM json_to_recordset($1::json) AS r (request_id uuid, table_name text, contract text,
       contract_version text, source text, healer text, rule_id text, original text, plan text, result text, by_hand text[])
     ON CONFLICT (request_id) WHERE rolled_back_at IS NULL DO NOTHING`,
    [JSON.stringify(records)],
  );
}

/** Table, contract and version of each row, once, as JSON. */
function writersOf(rows: readonly Row[]): string[] {
  const writers = new Set<string>();
  let last: Row | undefined;
  for (const row of rows) {
    // Most rows are of the same contract as the one before.
    const { table, contract, contractVersion } = row;
    if (table === last?.table && contract === last.contract && contractVersion === last.contractVersion)
      continue;
    writers.add(JSON.stringify([table, contract, contractVersion]));
    last = row;
  }
  return [...writers];
}

async function insertWriters(client: PoolClient, schema: string, writers: readonly string[]): Promise<void> {
  const parts = writers.map((writer) => JSON.parse(writer) as [string, string, string]);
  await client.query(
    `INSERT INTO ${identifier(schema)}._sentinel_contracts SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
     ON CONFLICT DO NOTHING`,
    [0, 1, 2].map((column) => parts.map((part) => part[column])),
  );
}
