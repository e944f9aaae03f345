import type { DuckDBConnection } from '@duckdb/node-api';
import type { Position } from '../../../engine/engine.ts';
import { SentinelError } from '../../../errors.ts';
import type { LoadCounts, Row, RowOutcome } from '../../destination.ts';
import { addToCounts, savePositions } from './bookkeeping.ts';
import { DirectRefused, type Sorted, insertDirect, sortRows } from './direct.ts';
import type { Handover } from './handover.ts';
import { ofUuid } from './hash.ts';
import type { KnownTable } from './known-table.ts';
import { recordRepeats } from './repeats.ts';
import { type Settled, settle, verdicts } from './settle.ts';
import { literal } from './sql.ts';
import { type Staged, lineOf, stage } from './stage.ts';
import { sameName } from './tables.ts';
import { staging } from './table-sql.ts';
import { writeStaged } from './write.ts';

/** What a load works with. */
export interface Warehouse {
  tables: ReadonlyMap<string, KnownTable>;
  handover: Handover;
  /** Contracts that `_sentinel_contracts` knows as the writers of a table; grown by committed loads. */
  writers: Set<string>;
}

interface Group {
  staged: Staged;
  settled: Settled;
}

/**
 * One batch in one transaction, with the bookkeeping and the positions. Rows that are certainly new are inserted
 * straight from the file by which they are handed over; the others are staged and settled, one by one in effect. When
 * DuckDB refuses an insert, every row of the batch is staged, which tells whose fault it was. Throws what DuckDB
 * throws, with the transaction still open.
 */
export async function loadBatch(
  connection: DuckDBConnection,
  warehouse: Warehouse,
  rows: readonly Row[],
  positions: readonly Position[],
  beforeCommit: (outcomes: readonly RowOutcome[]) => Promise<void>,
): Promise<RowOutcome[]> {
  const sorted = [...rowsByTable(warehouse, rows)].map(([table, rows]) => sortRows(table, rows));
  const commit = async (sorted: readonly Sorted[], staged: readonly Row[]): Promise<RowOutcome[]> => {
    await connection.run('BEGIN TRANSACTION');
    const outcomes = new Map<Row, RowOutcome>();
    const total: LoadCounts = { loaded: 0, repaired: 0, duplicate: 0 };
    for (const { direct, repeats } of sorted) {
      if (direct.rows.length > 0) add(total, await insertDirect(connection, warehouse.handover, direct));
      for (const row of direct.rows) outcomes.set(row, { status: 'loaded' });
      // After the rows that are new, as one of them may be what a repeat repeats.
      const found = await recordRepeats(connection, direct.table, repeats);
      total.duplicate += found.recorded;
      for (const row of found.duplicates) outcomes.set(row, { status: 'duplicate' });
    }
    const undecided = staged.filter((row) => !outcomes.has(row));
    const groups = await stageRows(connection, warehouse, undecided, outcomes);
    const inOrder = rows.map((row) => outcomes.get(row)!);
    const newWriters = writersOf(rows).filter((writer) => !warehouse.writers.has(writer));
    await bothDone(write(connection, groups, total, positions, newWriters), beforeCommit(inOrder));
    // Before the commit: if it fails, it may have happened all the same. A hash too many only costs a look-up.
    remember(groups);
    await connection.run('COMMIT');
    for (const writer of newWriters) warehouse.writers.add(writer);
    for (const slot of groups.keys()) if (slot > 0) await dropStaging(connection, slot);
    return inOrder;
  };
  try {
    return await commit(sorted, rows);
  } catch (error) {
    if (!(error instanceof DirectRefused)) throw error;
    await connection.run('ROLLBACK');
    return commit([], rows);
  }
}

function rowsByTable({ tables }: Warehouse, rows: readonly Row[]): Map<KnownTable, Row[]> {
  const groups = new Map<KnownTable, Row[]>();
  let [name, group]: [string | undefined, Row[]] = [undefined, []];
  for (const row of rows) {
    if (row.table !== name) {
      const table = tables.get(sameName(row.table));
      if (table === undefined) {
        throw new SentinelError('destination_unavailable', `table ${row.table} is not prepared`, {
          retryable: false,
        });
      }
      name = row.table;
      group = groups.get(table) ?? [];
      groups.set(table, group);
    }
    group.push(row);
  }
  return groups;
}

/** Decides what becomes of rows that need a look, and writes nothing yet. */
async function stageRows(
  connection: DuckDBConnection,
  warehouse: Warehouse,
  rows: readonly Row[],
  outcomes: Map<Row, RowOutcome>,
): Promise<Group[]> {
  const groups: Group[] = [];
  for (const [table, ofTable] of rowsByTable(warehouse, rows)) {
    const { accepted, lines } = linesOf(table, ofTable, outcomes);
    if (accepted.length === 0) continue;
    const staged = await stage(connection, table, accepted, lines, groups.length);
    const settled = await settle(connection, staged);
    for (const [pos, row] of accepted.entries()) outcomes.set(row, outcomeOf(staged, settled, pos));
    groups.push({ staged, settled });
  }
  return groups;
}

function linesOf(
  table: KnownTable,
  rows: readonly Row[],
  outcomes: Map<Row, RowOutcome>,
): { accepted: Row[]; lines: string[] } {
  const accepted: Row[] = [];
  const lines: string[] = [];
  for (const row of rows) {
    const line = lineOf(table, row);
    if (!line.ok) {
      outcomes.set(row, { status: 'rejected', ...line.error });
      continue;
    }
    accepted.push(row);
    lines.push(line.value);
  }
  return { accepted, lines };
}

function outcomeOf({ refused }: Staged, settled: Settled, pos: number): RowOutcome {
  const refusal = refused[pos];
  if (refusal !== undefined) return { status: 'rejected', ...refusal };
  const verdict = settled.verdicts[pos];
  const isDuplicate = verdict === verdicts.duplicate || verdict === verdicts.duplicateAgain;
  return { status: isDuplicate ? 'duplicate' : 'loaded' };
}

async function write(
  connection: DuckDBConnection,
  groups: readonly Group[],
  total: LoadCounts,
  positions: readonly Position[],
  newWriters: readonly string[],
): Promise<void> {
  for (const { staged, settled } of groups) add(total, await writeStaged(connection, staged, settled));
  if (newWriters.length > 0)
    await connection.run(`INSERT INTO _sentinel_contracts VALUES ${newWriters.join(', ')}`);
  await addToCounts(connection, total);
  await savePositions(connection, positions);
}

function add(total: LoadCounts, { loaded, repaired, duplicate }: LoadCounts): void {
  total.loaded += loaded;
  total.repaired += repaired;
  total.duplicate += duplicate;
}

/** Table, contract and version of each row, once, as SQL values. */
function writersOf(rows: readonly Row[]): string[] {
  const writers = new Set<string>();
  let last: Row | undefined;
  for (const row of rows) {
    // Most rows are of the same contract as the one before.
    const { table, contract, contractVersion } = row;
    if (table === last?.table && contract === last.contract && contractVersion === last.contractVersion)
      continue;
    writers.add(writer(table, contract, contractVersion));
    last = row;
  }
  return [...writers];
}

/** As `Warehouse.writers` holds it. */
export const writer = (table: string, contract: string, version: string): string =>
  `(${[table, contract, version].map(literal).join(', ')})`;

/** Waits for both even when one fails, as the connection is busy until then. */
async function bothDone(...work: Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(work)) if (result.status === 'rejected') throw result.reason;
}

function remember(groups: readonly Group[]): void {
  for (const { staged, settled } of groups) {
    const { table, hashes, rows } = staged;
    for (const [pos, verdict] of settled.verdicts.entries()) {
      if (verdict !== verdicts.write) continue;
      const hash = hashes[pos];
      if (hash !== undefined) table.keys.add(...hash);
      const { requestId } = rows[pos]!;
      const idHash = ofUuid(requestId);
      if (idHash !== undefined) table.ids.add(requestId.toLowerCase(), idHash);
    }
  }
}

async function dropStaging(connection: DuckDBConnection, slot: number): Promise<void> {
  for (const name of Object.values(staging(slot))) await connection.run(`DROP TABLE IF EXISTS temp.${name}`);
}
