import type { Logger } from '../support/log.ts';
import type { Trouble } from '../support/patience.ts';
import type { LetterEntry, LetterOutcome, Row, Settled } from './destination.ts';
import type { Refused } from './refused.ts';
import type { LoadStage } from './stage.ts';
import { TableFault } from './table-fault.ts';

/** `waits`: nothing was decided about it, as this table takes no rows. */
export type Waits = { status: 'waits'; table: string };
export type RowEnd = Settled['rows'][number] | Waits;
export type LetterEnd = LetterOutcome | Waits;

export interface WaitingTable extends Trouble {
  table: string;
}

interface Waiting extends WaitingTable {
  /** See `TableFault.newest`. */
  newest: string | undefined;
}

/** Milliseconds until a letter that waits for a table is tried again. */
export const letterWaitMs = 2000;

type Event = Pick<LetterEntry, 'requestId'> & { table?: string };

export interface TableDeps {
  loading: Pick<LoadStage, 'settle' | 'inTurn'>;
  /** Tables that the destination refused when it was opened, and why. */
  refused: Refused;
  log: Logger;
}

/**
 * Keeps a table that takes no rows from holding up the events of the others: its own are left out of the batch, and wait in a
 * topic of the table. So do events that may have a row in it, while nobody can look.
 */
export class WaitingTables {
  readonly #deps: TableDeps;
  readonly #waiting = new Map<string, Waiting>();
  #onBegin: (table: string) => void = () => undefined;

  constructor(deps: TableDeps) {
    this.#deps = deps;
    for (const table of deps.refused.names()) this.#begin(new TableFault(table, ''));
  }

  /** `listener` is told of each table that waits, or begins to. */
  onBegin(listener: (table: string) => void): void {
    this.#onBegin = listener;
    for (const table of this.#waiting.keys()) listener(table);
  }

  list(): WaitingTable[] {
    return Array.from(this.#waiting.values(), ({ table, error, code, since }) => ({
      table,
      error,
      code,
      since,
    }));
  }

  /** Settles the rows, but those that wait for a table; says how each ends. */
  async settle(rows: readonly Row[]): Promise<RowEnd[]> {
    return this.#settleOthers(rows, async (open) => (await this.#settle({ rows: open, letters: [] })).rows);
  }

  /** The same of letters: such an event may have a row in a table that nobody can read. */
  async settleLetters(letters: readonly LetterEntry[]): Promise<LetterEnd[]> {
    return this.#settleOthers(
      letters,
      async (open) => (await this.#settle({ rows: [], letters: open })).letters,
    );
  }

  /** Looks whether the table takes rows again, by rows that have waited for it; false when it does not. */
  async settleWaiting(table: string, rows: readonly Row[]): Promise<Settled['rows'] | undefined> {
    if (!(await this.#prepared(table))) return undefined;
    try {
      const { rows: settled } = await this.#settle({ rows, letters: [] });
      for (const name of new Set([table, ...rows.map((row) => row.table)])) this.#end(name);
      return settled;
    } catch (error) {
      this.#blame(error);
      return undefined;
    }
  }

  async #settleOthers<E extends Event, R>(
    events: readonly E[],
    settle: (open: readonly E[]) => Promise<readonly R[]>,
  ): Promise<(R | Waits)[]> {
    for (;;) {
      // As it is now: a table may begin to wait, or end, while the events are settled.
      const tables = events.map((event) => this.#waitsFor(event));
      const open = events.filter((_, at) => tables[at] === undefined);
      try {
        const settled = (open.length === 0 ? [] : await settle(open)).values();
        return tables.map((table) =>
          table === undefined ? settled.next().value! : { status: 'waits', table },
        );
      } catch (error) {
        this.#blame(error);
      }
    }
  }

  #waitsFor({ table, requestId }: Event): string | undefined {
    if (this.#waiting.size === 0) return undefined;
    if (table !== undefined && this.#waiting.has(table)) return table;
    for (const { table: other, newest } of this.#waiting.values())
      if (newest !== undefined && requestId.toLowerCase() <= newest) return other;
    return undefined;
  }

  #settle(settlement: Parameters<LoadStage['settle']>[0]): Promise<Settled> {
    return this.#deps.loading.settle(settlement, { failOnTableFault: true });
  }

  async #prepared(table: string): Promise<boolean> {
    const { refused, loading } = this.#deps;
    const error = await loading.inTurn(`the preparation of table ${table}`, () => refused.again(table));
    if (error !== undefined) this.#begin(new TableFault(table, error));
    return error === undefined;
  }

  /** Throws what is no fault of a table. */
  #blame(error: unknown): void {
    if (!(error instanceof TableFault)) throw error;
    this.#begin(error);
  }

  #begin({ table, message, newest }: TableFault): void {
    const before = this.#waiting.get(table);
    const error = this.#deps.refused.why(table) ?? message;
    const since = before?.since ?? new Date().toISOString();
    this.#waiting.set(table, { table, error, code: 'destination_unavailable', since, newest });
    if (before?.error === error) return;
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
