import type { DuckDBConnection } from '@duckdb/node-api';
import { messageOf } from '../../../model/errors.ts';
import type { AllCounts, Row } from '../../destination.ts';
import { insertRepairs, insertRows } from './direct-sql.ts';
import type { SpillFiles } from './spill-files.ts';
import type { KnownTable } from './known-table.ts';
import type { Place } from '../../destination-kit/line-store.ts';
import { type PreparedRow, wasWrittenSince, prepareRow } from './prepared-row.ts';

/** The rows of one table, by the way that they take; rows go by their numbers in the batch. */
export interface Sorted {
  table: KnownTable;
  direct: number[];
  /** By which the direct ones are handed over, and their repairs. */
  lines: Place[];
  repairs: Place[];
  repeats: number[];
}

/** Leaves out those that are to be staged. */
export function sortRows(table: KnownTable, rows: readonly Row[], numbers: readonly number[]): Sorted {
  const sorted: Sorted = { table, direct: [], lines: [], repairs: [], repeats: [] };
  for (const number of numbers) {
    const { way, line, repair } = takeReady(table, rows[number]!);
    if (way === 'repeat') sorted.repeats.push(number);
    if (way !== 'direct') continue;
    sorted.direct.push(number);
    sorted.lines.push(line!);
    if (repair !== undefined) sorted.repairs.push(repair);
  }
  return sorted;
}

/**
 * Only once: when a load fails, its rows may be in the table all the same. And only while the table's keys are those that
 * the row was compared with, and neither another row with its id or key nor an entry of its event was written before it.
 */
function takeReady(table: KnownTable, row: Row): PreparedRow {
  const ready = row.prepared as PreparedRow | undefined;
  row.prepared = undefined;
  if (ready?.table !== table) return prepareRow(table, row);
  if (ready.way === 'staged' || !wasWrittenSince(ready)) return ready;
  const { line, repair } = ready;
  if (line !== undefined) table.lines.release(line);
  if (repair !== undefined) table.repairLines.release(repair);
  return { ...ready, way: 'staged', line: undefined, repair: undefined };
}

/** Marks an error that may be one row's fault: the batch then takes the way that finds out which. */
export class DirectRefused extends Error {}

const rowsFault = /^(?:Conversion|Invalid Input|Out of Range|Constraint) Error/;

/**
 * Inserts them with all that belongs to them, within the transaction that is open: one statement, which reads, casts
 * and writes. `opening` is run before, in one go. Throws `DirectRefused`. Of what was tried with 10,000 rows of 9 columns: reading the file costs 1.3 to
 * 2.5 µs a row, appending to the table 1 to 1.4; a temporary table in between, to look at the hashes, 5 more, and so
 * does RETURNING. Reading a wide decimal as its type rather than as text costs 5 more. A larger buffer for a line or a
 * prepared statement changes nothing.
 */
export async function insertDirect(
  connection: DuckDBConnection,
  spill: SpillFiles,
  { table, lines, repairs }: Sorted,
  opening: string,
): Promise<AllCounts> {
  await spill.rows.write(table.lines.bytesOf(lines));
  table.lines.releaseAll(lines);
  try {
    await connection.run(opening + insertRows(table.spec, spill.rows.path));
  } catch (error) {
    throw rowsFault.test(messageOf(error)) ? new DirectRefused('a row was refused', { cause: error }) : error;
  }
  if (repairs.length > 0) {
    await spill.repairs.write(table.repairLines.bytesOf(repairs));
    table.repairLines.releaseAll(repairs);
    await connection.run(insertRepairs(spill.repairs.path));
  }
  table.rowCount += lines.length;
  return { loaded: lines.length, repaired: repairs.length, duplicate: 0, changed: 0 };
}
