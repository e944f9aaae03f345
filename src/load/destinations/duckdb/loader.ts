import { TableFault } from '../../table-fault.ts';
import type { DuckDBConnection } from '@duckdb/node-api';
import { ok } from '../../../model/result.ts';
import type { AllCounts, Row, Settled, Settlement } from '../../destination.ts';
import { settleByHalves } from '../../destination-kit/by-halves.ts';
import { addToCounts, moveMark } from './bookkeeping.ts';
import { DirectRefused, type Sorted, insertDirect, sortRows } from './direct.ts';
import type { SpillFiles } from './spill-files.ts';
import type { KnownTable, SharedByTables } from './known-table.ts';
import { writeLetters } from './letters.ts';
import { takeReplaced } from './replace.ts';
import { refusalBy } from './refusal.ts';
import { recordRepeats } from './repeats.ts';
import { literal } from './sql.ts';
import { writersOf } from '../../destination-kit/writers.ts';
import { sameName } from './tables.ts';
import { staging } from './table-sql.ts';
import { writeStaged } from './write.ts';
import { type ByTable, type Outcome, noteReplaced, remember, stageRows } from './staged-rows.ts';

/** What a load works with. */
export interface Warehouse extends SharedByTables {
  tables: ReadonlyMap<string, KnownTable>;
  spill: SpillFiles;
  /** Contracts that `_sentinel_contracts` knows as the writers of a table; grown by committed loads. */
  writers: Set<string>;
  /** Queues that have a mark; grown likewise. */
  queues: Set<string>;
}

const loaded: Outcome = { status: 'loaded' };
const duplicate: Outcome = { status: 'duplicate' };

/**
 * One batch in one transaction, with the bookkeeping. Rows that are certainly new are inserted straight from the file by
 * which they are handed over; the others are staged and decided, one by one in effect. When DuckDB refuses an insert, every
 * row of the batch is staged, which tells whose fault it was; what a constraint refuses is found by halves. Throws what DuckDB
 * throws, with the transaction still open.
 */
export function settleBatch(
  connection: DuckDBConnection,
  warehouse: Warehouse,
  settlement: Settlement,
): Promise<Settled> {
  return settleByHalves(settlement, async (part) => {
    try {
      return ok(await settleWhole(connection, warehouse, part));
    } catch (error) {
      const refusal = refusalBy(error, [...new Set(part.rows.map(({ table }) => table))]);
      // A commit that failed has ended its transaction.
      await connection.run('ROLLBACK').catch(() => undefined);
      return refusal;
    }
  });
}

async function settleWhole(
  connection: DuckDBConnection,
  warehouse: Warehouse,
  settlement: Settlement,
): Promise<Settled> {
  const { rows } = settlement;
  const byTable = numbersByTable(warehouse, rows);
  const sorted = Array.from(byTable, ([table, numbers]) => sortRows(table, rows, numbers));
  try {
    return await commitBatch(connection, warehouse, settlement, { byTable, sorted });
  } catch (error) {
    if (!(error instanceof DirectRefused)) throw error;
    await connection.run('ROLLBACK');
    return commitBatch(connection, warehouse, settlement, { byTable, sorted: [] });
  }
}

async function commitBatch(
  connection: DuckDBConnection,
  warehouse: Warehouse,
  { rows, letters, mark }: Settlement,
  { byTable, sorted }: { byTable: ByTable; sorted: readonly Sorted[] },
): Promise<Settled> {
  const total: AllCounts = { loaded: 0, repaired: 0, duplicate: 0, changed: 0 };
  const outcomes = await writeNewRows(connection, warehouse, { rows, sorted, total });
  const groups = await stageRows(connection, byTable, rows, outcomes);
  for (const { staged, decided, replaced } of groups) {
    add(total, await takeReplaced(connection, staged.table.spec, warehouse.events, replaced));
    add(total, await writeStaged(connection, staged, decided));
  }
  noteReplaced(groups, rows, outcomes);
  // Before the commit: if it fails, it may have happened all the same. A hash too many only costs a look-up.
  remember(groups, warehouse.events);
  const ends = letters.length === 0 ? [] : await writeLetters(connection, warehouse.events, letters);
  const newWriters = writersOf(rows, writerOf).filter((writer) => !warehouse.writers.has(writer));
  const kinds = warehouse.repairKinds.pending();
  const last = [
    ...kinds.statements,
    ...newWriters.map((writer) => `INSERT INTO _sentinel_contracts VALUES ${writer}`),
    ...addToCounts(total),
    ...moveMark(mark, warehouse.queues),
    'COMMIT',
  ];
  await connection.run(last.join('; '));
  kinds.written();
  for (const writer of newWriters) warehouse.writers.add(writer);
  if (mark !== undefined) warehouse.queues.add(mark.queueId);
  for (const slot of groups.keys()) if (slot > 0) await dropStaging(connection, slot);
  return { rows: outcomes as Outcome[], letters: ends };
}

/** Opens the transaction. What is left without an outcome is to be staged. */
async function writeNewRows(
  connection: DuckDBConnection,
  { spill }: Warehouse,
  { rows, sorted, total }: { rows: readonly Row[]; sorted: readonly Sorted[]; total: AllCounts },
): Promise<(Outcome | undefined)[]> {
  // Statements go together where they can: between two of them, this thread may be at work on the next batch.
  let opening = 'BEGIN TRANSACTION; ';
  const outcomes = rows.map((): Outcome | undefined => undefined);
  for (const group of sorted) {
    if (group.direct.length === 0) continue;
    add(total, await insertDirect(connection, spill, group, opening));
    opening = '';
    for (const number of group.direct) outcomes[number] = loaded;
  }
  if (opening !== '') await connection.run(opening);
  // After the rows that are new, as one of them may be what a repeat repeats.
  for (const group of sorted) {
    const repeats = group.repeats.map((number) => rows[number]!);
    const { recorded, changed } = await recordRepeats(connection, group.table, repeats);
    total.duplicate += recorded.length;
    total.changed += changed;
    for (const at of recorded) outcomes[group.repeats[at]!] = duplicate;
  }
  return outcomes;
}

function numbersByTable({ tables }: Warehouse, rows: readonly Row[]): Map<KnownTable, number[]> {
  const groups = new Map<KnownTable, number[]>();
  let [name, group]: [string | undefined, number[]] = [undefined, []];
  for (let number = 0; number < rows.length; number++) {
    const row = rows[number]!;
    if (row.table !== name) {
      const table = tables.get(sameName(row.table));
      if (table === undefined) {
        throw new TableFault(row.table, `table ${row.table} is not prepared`);
      }
      name = row.table;
      group = groups.get(table) ?? [];
      groups.set(table, group);
    }
    group.push(number);
  }
  return groups;
}

function add(total: AllCounts, { loaded, repaired, duplicate, changed }: AllCounts): void {
  total.loaded += loaded;
  total.repaired += repaired;
  total.duplicate += duplicate;
  total.changed += changed;
}

/** As `Warehouse.writers` holds it. */
export const writerOf = (table: string, contract: string, version: string): string =>
  `(${[table, contract, version].map(literal).join(', ')})`;

async function dropStaging(connection: DuckDBConnection, slot: number): Promise<void> {
  for (const name of Object.values(staging(slot))) await connection.run(`DROP TABLE IF EXISTS temp.${name}`);
}
