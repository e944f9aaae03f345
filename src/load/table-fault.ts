import { addTo } from '../support/add-to.ts';
import { SentinelError, messageOf } from '../model/errors.ts';
import type { Destination, Row, Settled, Settlement } from './destination.ts';

/**
 * One table takes no rows, which is not the fault of the rows. Nothing of the batch was settled; without the rows of this table
 * it can be.
 */
export class TableFault extends SentinelError {
  readonly table: string;
  /** Set when the table can't be read either: events up to this request id may have a row in it. */
  readonly newest: string | undefined;

  constructor(table: string, message: string, newest?: string) {
    super('destination_unavailable', message);
    this.table = table;
    this.newest = newest;
  }
}

/** The destination itself can't go on, whatever the tables: none is looked for that is to blame. */
export class DestinationFault extends SentinelError {
  constructor(message: string, cause?: unknown) {
    super('destination_unavailable', message, { cause });
  }
}

/**
 * Settles a batch. When the destination fails, looks whether it does so without the rows of each table: a table without which it
 * works is to blame, whatever the matter is, and named by a `TableFault`. Other errors are the destination's own.
 */
export async function settleOrBlame(
  destination: Pick<Destination, 'settle'>,
  settlement: Settlement,
): Promise<Settled> {
  try {
    return await destination.settle(settlement);
  } catch (error) {
    const tables = rowsByTable(settlement.rows);
    if (!mayBeTables(error) || tables.size === 0) throw error;
    await destination.settle({ rows: [], letters: [] }).catch(() => {
      throw error;
    });
    for (const [table, rows] of tables) await blame(table, () => destination.settle({ rows, letters: [] }));
    // What is settled already stays so.
    return destination.settle(settlement);
  }
}

async function blame(table: string, settle: () => Promise<Settled>): Promise<void> {
  try {
    await settle();
  } catch (error) {
    if (!mayBeTables(error)) throw error;
    throw new TableFault(table, messageOf(error));
  }
}

const mayBeTables = (error: unknown): boolean =>
  error instanceof SentinelError &&
  !(error instanceof TableFault || error instanceof DestinationFault) &&
  error.code !== 'pipeline_stopped';

function rowsByTable(rows: readonly Row[]): Map<string, Row[]> {
  const tables = new Map<string, Row[]>();
  for (const row of rows) {
    addTo(tables, row.table, row);
  }
  return tables;
}
