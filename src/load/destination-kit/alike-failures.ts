import { TableFault } from '../table-fault.ts';

/** So many rows that fail in one way, and none that passes, are not to blame. */
const enough = 100;

/**
 * Tells a fault of the table from faults of rows. When the first hundred rows of a batch are all refused for the same
 * reason, the batch waits, with that reason, in place of becoming as many dead letters.
 */
export class AlikeFailures {
  readonly #table: string;
  #reason: string | undefined;
  #refused = 0;
  #differ = false;

  constructor(table: string) {
    this.#table = table;
  }

  passed(): void {
    this.#differ = true;
  }

  /** Throws a `TableFault` when it must be the table. */
  refused(reason: string): void {
    if (this.#refused++ > 0 && reason !== this.#reason) this.#differ = true;
    this.#reason = reason;
    if (this.#differ || this.#refused < enough) return;
    throw new TableFault(
      this.#table,
      `every row for table ${this.#table} is refused in the same way: ${reason}; change the table, and the rows load`,
    );
  }
}
