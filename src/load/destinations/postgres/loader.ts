import { addTo } from '../../../support/add-to.ts';
import type { PoolClient } from 'pg';
import { TableFault } from '../../table-fault.ts';
import type { AllCounts, Row, RowOutcome, Settled, Settlement } from '../../destination.ts';
import { insertRepairs, keepBooks } from './books.ts';
import { sqlStateOf } from './errors.ts';
import type { KnownTable } from './known-table.ts';
import type { Warehouse } from './warehouse.ts';
import { findRecorded, saveMark, takeTurn, writeEntries } from './outcomes.ts';
import { type Entry, endedBefore, judgeLetters } from '../../destination-kit/judge.ts';
import type { Line, Made } from './row-lines.ts';
import { holdShape } from './shape.ts';
import { duplicateRecords, insertDuplicates, replacedRecord } from './duplicates.ts';
import { settleRepeats } from './repeats.ts';
import { refuseUnreadable } from './unreadable.ts';
import type { Unwritten } from './unwritten.ts';
import { writeLines } from './write-rows.ts';

/**
 * A batch of rows and letters, within the transaction that is open; see `Settlement`. What several workers write at the same
 * places comes last, so that they wait for each other's commits only.
 */
export async function settleBatch(
  client: PoolClient,
  warehouse: Warehouse,
  settlement: Settlement,
): Promise<{ settled: Settled; committed: () => void }> {
  const { rows, letters, mark } = settlement;
  const { schema, slot, unreadable } = warehouse;
  refuseUnreadable(warehouse, settlement);
  // Asked to settle nothing, it tells whether it could: every batch needs temporary tables.
  if (rows.length === 0 && letters.length === 0)
    await client.query('CREATE TEMP TABLE _sentinel_look () ON COMMIT DROP');
  // A row may be replaced, which decides about its event and its key too: no other worker may change them meanwhile.
  const replacing = new Set([...warehouse.tables.values()].filter(isReplacing).map(({ spec }) => spec.name));
  const mayReplace = replacing.size > 0 && rows.some(({ table }) => replacing.has(table));
  await takeTurn(client, schema, letters.length === 0 && !mayReplace ? 'rows' : 'entries');
  const ids = rows.map(({ requestId }) => requestId.toLowerCase());
  for (const { requestId } of letters) ids.push(requestId.toLowerCase());
  const eventTables = warehouse.eventTables.filter((table) => !unreadable.has(table));
  const recorded = await findRecorded(client, schema, eventTables, ids);
  const ended = new Map<Row, Settled['rows'][number]>();
  // Mostly nothing stands.
  if (recorded.rows.size + recorded.entries.size > 0)
    for (const row of rows) {
      const outcome = endedBefore(row, recorded);
      if (outcome !== undefined) ended.set(row, outcome);
    }
  const open = ended.size === 0 ? rows : rows.filter((row) => !ended.has(row));
  const { outcomes, counts, replaced } = await writeRows(client, warehouse, open);
  const judged = judgeLetters(letters, recorded);
  await writeEntries(client, schema, new Map([...duplicatesAmong(outcomes), ...replaced, ...judged.fresh]));
  const committed = await keepBooks(client, warehouse, open, counts);
  if (mark !== undefined) await saveMark(client, schema, slot, mark);
  const settledRows = rows.map((row) => ended.get(row) ?? outcomes.get(row) ?? loaded);
  return { settled: { rows: settledRows, letters: judged.outcomes }, committed };
}

const isReplacing = ({ spec }: KnownTable): boolean => spec.onRepeat === 'replace';
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
    const ifLocked = (error: unknown): never => {
      throw blameLock(table, error);
    };
    await holdShape(client, schema, table).catch(ifLocked);
    const { lines, sameEvent } = linesOf(table, ofTable, outcomes);
    const { answerMs } = warehouse;
    const unwritten = await writeLines(client, table, lines, answerMs).catch(ifLocked);
    const repeats = await settleRepeats(client, schema, { table, lines, unwritten, answerMs });
    for (const [id, entry] of repeats.entries) replaced.set(id, entry);
    for (const [line, result] of unwritten) outcomes.set(line.row, outcomeOf(result));
    for (const [row, { row: first }] of sameEvent) outcomes.set(row, outcomes.get(first) ?? loaded);
    const repaired = repairedAmong(lines, unwritten);
    if (repaired.length > 0) await insertRepairs(client, schema, repaired);
    counts.loaded += lines.length - unwritten.size - repeats.gone.length;
    counts.repaired += repaired.length - repeats.gone.filter(({ isRepaired }) => isRepaired).length;
    const recorded = await insertDuplicates(client, schema, [
      ...duplicateRecords(unwritten, repeats.comparisons),
      ...repeats.gone.map((row) => replacedRecord(table.spec, row, repeats.goneComparisons.get(row)!)),
    ]);
    counts.duplicate += recorded.all;
    counts.changed += recorded.changed;
  }
  return { outcomes, counts, replaced };
}

/** What is not free within its time, which whoever locks it does not let go of. */
const blameLock = ({ spec }: KnownTable, error: unknown): unknown =>
  sqlStateOf(error) === '55P03'
    ? new TableFault(
        spec.name,
        `table ${spec.name}, or a row of it, is locked by another session; pg_locks names it`,
      )
    : error;

function repairedAmong(lines: readonly Line[], unwritten: ReadonlyMap<Line, Unwritten>): Row[] {
  const repaired: Row[] = [];
  for (const line of lines)
    if (line.row.repair !== undefined && !unwritten.has(line)) repaired.push(line.row);
  return repaired;
}

/** In the order of their names, every worker's, so that two never wait for each other. */
function rowsByTable({ tables }: Warehouse, rows: readonly Row[]): [KnownTable, Row[]][] {
  const groups = new Map<KnownTable, Row[]>();
  for (const row of rows) {
    const table = tables.get(row.table);
    if (table === undefined) throw new TableFault(row.table, `table ${row.table} is not prepared`);
    addTo(groups, table, row);
  }
  return [...groups].toSorted(([a], [b]) => (a.spec.name < b.spec.name ? -1 : 1));
}

/** Makes the row's line, while the batch before its own loads; the values are not needed any more then. */
export function prepareRow({ tables }: Warehouse, row: Row): void {
  const table = tables.get(row.table);
  if (table === undefined) return;
  row.prepared = table.line(row);
  row.releaseValues?.();
}

function lineOf(table: KnownTable, row: Row): Made {
  const ready = row.prepared as Made | undefined;
  // Made for the table as it was before, it may have other columns.
  if (ready?.maker === table.line) return ready;
  const made = table.line(row);
  row.prepared = made;
  return made;
}

/** Lets go of the lines of rows that are settled. */
export function releaseLines({ lines }: Warehouse, rows: readonly Row[]): void {
  for (const row of rows) {
    const made = row.prepared as Made | undefined;
    if (made !== undefined && 'row' in made) lines.release(made);
    row.prepared = undefined;
  }
}

/** The lines to write; rows of an event that is among them already share its outcome. */
function linesOf(
  table: KnownTable,
  rows: readonly Row[],
  outcomes: Map<Row, RowOutcome>,
): { lines: Line[]; sameEvent: Map<Row, Line> } {
  const lines: Line[] = [];
  const sameEvent = new Map<Row, Line>();
  /** Made at the first id that is not larger than all before it, which most batches do not have. */
  let byId: Map<string, Line> | undefined;
  let largest = '';
  for (const row of rows) {
    const line = lineOf(table, row);
    if ('refusal' in line) {
      outcomes.set(row, { status: 'rejected', ...line.refusal });
      continue;
    }
    if (line.id > largest) largest = line.id;
    else {
      byId ??= new Map(lines.map((each) => [each.id, each]));
      const first = byId.get(line.id);
      if (first !== undefined) {
        if (first.row !== row) sameEvent.set(row, first);
        continue;
      }
    }
    byId?.set(line.id, line);
    lines.push(line);
  }
  return { lines, sameEvent };
}

function outcomeOf(written: Unwritten): RowOutcome {
  if (written.status === 'rejected') return { status: 'rejected', ...written.refusal };
  return { status: written.status === 'duplicate' ? 'duplicate' : 'loaded' };
}
