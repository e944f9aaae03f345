import type { Row, Settled } from '../load/destination.ts';
import type { Refused } from '../load/open.ts';
import type { LoadStage } from '../load/stage.ts';
import { TableFault } from '../load/table-fault.ts';
import type { Logger } from '../support/log.ts';
import type { Trouble } from '../support/patience.ts';

/** `waits`: its table takes no rows; nothing was decided about it. */
export type RowEnd = Settled['rows'][number] | { status: 'waits' };

export interface WaitingTable extends Trouble {
  table: string;
}

export interface TableDeps {
  loading: Pick<LoadStage, 'settle' | 'inTurn'>;
  /** Tables that the destination refused when it was opened, and why. */
  refused: Refused;
  log: Logger;
}

/**
 * Keeps the rows of a table that takes none from holding up those of the others: they are left out of the batch, and wait in a
 * topic of the table.
 */
export class WaitingTables {
  readonly #deps: TableDeps;
  readonly #waiting = new Map<string, WaitingTable>();
  #onBegin: (table: string) => void = () => undefined;

  constructor(deps: TableDeps) {
    this.#deps = deps;
    for (const table of deps.refused.names()) this.#begin(table, '');
  }

  /** `listener` is told of each table that waits, or begins to. */
  onBegin(listener: (table: string) => void): void {
    this.#onBegin = listener;
    for (const table of this.#waiting.keys()) listener(table);
  }

  list(): WaitingTable[] {
    return [...this.#waiting.values()];
  }

  /** Settles the rows, but those of tables that wait; says how each ends. */
  async settle(rows: readonly Row[]): Promise<RowEnd[]> {
    if (rows.length === 0) return [];
    for (;;) {
      // As it is now: a table may begin to wait, or end, while the rows are settled.
      const waiting = new Set(this.#waiting.keys());
      const open = waiting.size === 0 ? rows : rows.filter(({ table }) => !waiting.has(table));
      const settled = await this.#settleOpen(open);
      if (settled === undefined) continue;
      if (open.length === rows.length) return settled;
      const ends = settled.values();
      return rows.map(({ table }) => (waiting.has(table) ? { status: 'waits' } : ends.next().value!));
    }
  }

  /** Undefined when one of their tables waits from now on. */
  async #settleOpen(rows: readonly Row[]): Promise<Settled['rows'] | undefined> {
    if (rows.length === 0) return [];
    try {
      return (await this.#deps.loading.settle({ rows, letters: [] }, { notFor: 'a table' })).rows;
    } catch (error) {
      if (!(error instanceof TableFault)) throw error;
      this.#begin(error.table, error.message);
      return undefined;
    }
  }

  /** Looks whether the table takes rows again, by rows of it that have waited; false when it does not. */
  async settleWaiting(table: string, rows: readonly Row[]): Promise<Settled['rows'] | undefined> {
    if (!(await this.#prepared(table))) return undefined;
    try {
      const { rows: settled } = await this.#deps.loading.settle({ rows, letters: [] }, { notFor: 'a table' });
      for (const name of new Set(rows.map((row) => row.table))) this.#end(name);
      return settled;
    } catch (error) {
      if (!(error instanceof TableFault)) throw error;
      this.#begin(error.table, error.message);
      return undefined;
    }
  }

  async #prepared(table: string): Promise<boolean> {
    const { refused, loading } = this.#deps;
    const error = await loading.inTurn(`the preparation of table ${table}`, () => refused.again(table));
    if (error !== undefined) this.#begin(table, error);
    return error === undefined;
  }

  #begin(table: string, reason: string): void {
    const before = this.#waiting.get(table);
    const error = this.#deps.refused.why(table) ?? reason;
    if (before?.error === error) return;
    const since = before?.since ?? new Date().toISOString();
    this.#waiting.set(table, { table, error, code: 'destination_unavailable', since });
    this.#deps.log.error(
      { status: 'failed', code: 'table_waits', table },
      `table ${table} takes no rows; its events wait, and the others go on: ${error}`,
    );
    if (before === undefined) this.#onBegin(table);
  }

  #end(table: string): void {
    if (!this.#waiting.delete(table)) return;
    this.#deps.log.info({ status: 'recovered', table }, `table ${table} takes rows again`);
  }
}
