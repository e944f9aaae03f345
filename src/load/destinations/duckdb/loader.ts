import type { DuckDBConnection } from '@duckdb/node-api';
import type { Position } from '../../../engine/engine.ts';
import { SentinelError } from '../../../model/errors.ts';
import type { LoadCounts, Row, RowOutcome } from '../../destination.ts';
import { addToCounts, savePositions } from './bookkeeping.ts';
import { DirectRefused, type Sorted, insertDirect, sortRows } from './direct.ts';
import type { Handover } from './handover.ts';
import { ofUuid } from './hash.ts';
import type { KnownTable } from './known-table.ts';
import type { RepairKinds } from './repair-log.ts';
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
  /** Whose positions are kept. */
  queueId: string;
  /** Partitions that have a place in `_sentinel_positions`; grown likewise. */
  partitions: Set<string>;
  repairKinds: RepairKinds;
}

interface Group {
  staged: Staged;
  settled: Settled;
}

const loaded: RowOutcome = { status: 'loaded' };
const duplicate: RowOutcome = { status: 'duplicate' };

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
  const byTable = numbersByTable(warehouse, rows);
  const sorted = Array.from(byTable, ([table, numbers]) => sortRows(table, rows, numbers));
  const commit = async (sorted: readonly Sorted[]): Promise<RowOutcome[]> => {
    // Statements go together where they can: between two of them, this thread may be at work on the next batch.
    let opening = 'BEGIN TRANSACTION; ';
    const outcomes = rows.map((): RowOutcome | undefined => undefined);
    const total: LoadCounts = { loaded: 0, repaired: 0, duplicate: 0 };
    for (const group of sorted) {
      if (group.direct.length === 0) continue;
      add(total, await insertDirect(connection, warehouse.handover, group, opening));
      opening = '';
      for (const number of group.direct) outcomes[number] = loaded;
    }
    if (opening !== '') await connection.run(opening);
    // After the rows that are new, as one of them may be what a repeat repeats.
    for (const group of sorted) {
      const repeats = group.repeats.map((number) => rows[number]!);
      const found = await recordRepeats(connection, group.table, repeats);
      total.duplicate += found.recorded;
      for (const at of found.duplicates) outcomes[group.repeats[at]!] = duplicate;
    }
    const groups = await stageRows(connection, byTable, rows, outcomes);
    const settled = outcomes as RowOutcome[];
    const newWriters = writersOf(rows).filter((writer) => !warehouse.writers.has(writer));
    await bothDone(writeGroups(connection, groups, total), beforeCommit(settled));
    // Before the commit: if it fails, it may have happened all the same. A hash too many only costs a look-up.
    remember(groups);
    const kinds = warehouse.repairKinds.pending();
    const last = [
      ...kinds.statements,
      ...newWriters.map((writer) => `INSERT INTO _sentinel_contracts VALUES ${writer}`),
      ...addToCounts(total),
      ...savePositions(warehouse.queueId, positions, warehouse.partitions),
      'COMMIT',
    ];
    await connection.run(last.join('; '));
    kinds.written();
    for (const writer of newWriters) warehouse.writers.add(writer);
    for (const { partition } of positions) warehouse.partitions.add(partition);
    for (const slot of groups.keys()) if (slot > 0) await dropStaging(connection, slot);
    return settled;
  };
  try {
    return await commit(sorted);
  } catch (error) {
    if (!(error instanceof DirectRefused)) throw error;
    await connection.run('ROLLBACK');
    return commit([]);
  }
}

function numbersByTable({ tables }: Warehouse, rows: readonly Row[]): Map<KnownTable, number[]> {
  const groups = new Map<KnownTable, number[]>();
  let [name, group]: [string | undefined, number[]] = [undefined, []];
  for (let number = 0; number < rows.length; number++) {
    const row = rows[number]!;
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
    group.push(number);
  }
  return groups;
}

/** Decides what becomes of the rows that have no outcome yet, and writes nothing yet. */
async function stageRows(
  connection: DuckDBConnection,
  byTable: ReadonlyMap<KnownTable, readonly number[]>,
  rows: readonly Row[],
  outcomes: (RowOutcome | undefined)[],
): Promise<Group[]> {
  const groups: Group[] = [];
  for (const [table, numbers] of byTable) {
    const undecided = numbers.filter((number) => outcomes[number] === undefined);
    const { accepted, lines } = linesOf(table, rows, undecided, outcomes);
    if (accepted.length === 0) continue;
    const acceptedRows = accepted.map((number) => rows[number]!);
    const staged = await stage(connection, table, acceptedRows, lines, groups.length);
    const settled = await settle(connection, staged);
    for (const [pos, number] of accepted.entries()) outcomes[number] = outcomeOf(staged, settled, pos);
    groups.push({ staged, settled });
  }
  return groups;
}

function linesOf(
  table: KnownTable,
  rows: readonly Row[],
  numbers: readonly number[],
  outcomes: (RowOutcome | undefined)[],
): { accepted: number[]; lines: string[] } {
  const accepted: number[] = [];
  const lines: string[] = [];
  for (const number of numbers) {
    const line = lineOf(table, rows[number]!);
    if (!line.ok) {
      outcomes[number] = { status: 'rejected', ...line.error };
      continue;
    }
    accepted.push(number);
    lines.push(line.value);
  }
  return { accepted, lines };
}

function outcomeOf({ refused }: Staged, settled: Settled, pos: number): RowOutcome {
  const refusal = refused[pos];
  if (refusal !== undefined) return { status: 'rejected', ...refusal };
  const verdict = settled.verdicts[pos];
  return verdict === verdicts.duplicate || verdict === verdicts.duplicateAgain ? duplicate : loaded;
}

async function writeGroups(
  connection: DuckDBConnection,
  groups: readonly Group[],
  total: LoadCounts,
): Promise<void> {
  for (const { staged, settled } of groups) add(total, await writeStaged(connection, staged, settled));
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
      if (hash !== undefined) {
        table.keys.add(...hash);
        table.overtakers.add(hash);
      }
      const { requestId } = rows[pos]!;
      const idHash = ofUuid(requestId);
      if (idHash !== undefined) {
        table.ids.add(requestId.toLowerCase(), idHash);
        table.overtakers.add(idHash);
      }
    }
  }
}

async function dropStaging(connection: DuckDBConnection, slot: number): Promise<void> {
  for (const name of Object.values(staging(slot))) await connection.run(`DROP TABLE IF EXISTS temp.${name}`);
}
