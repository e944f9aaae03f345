import type { Result } from '../../model/result.ts';
import type { LetterOutcome, Row, Settled, Settlement } from '../destination.ts';
import { TableFault } from '../table-fault.ts';

interface Halving<R, Refusal extends { reason: string }> {
  tableOf(row: R): string;
  /** Writes a part of the rows whole, or nothing of it: why it was refused. `isLast`: with the last row. */
  write(part: readonly R[], isLast: boolean): Promise<Refusal | undefined>;
  /** The row is refused alone. */
  refused(row: R, refusal: Refusal, isLast: boolean): void | Promise<void>;
}

/**
 * Writes rows together. A part that is refused is written by halves, down to the row that is refused alone. Rows stay in their
 * order, so of two that exclude each other the first is written. Throws `destination_unavailable` when every row of a table is
 * refused in the same way, as the table is to blame.
 */
export async function byHalves<R, Refusal extends { reason: string }>(
  rows: readonly R[],
  { tableOf, write, refused }: Halving<R, Refusal>,
): Promise<void> {
  const failures = new Map<string, AlikeFailures>();
  const failuresOf = (row: R): AlikeFailures => {
    const table = tableOf(row);
    let known = failures.get(table);
    if (known === undefined) failures.set(table, (known = new AlikeFailures(table)));
    return known;
  };

  async function writePart(from: number, to: number): Promise<void> {
    const part = rows.slice(from, to);
    const isLast = to === rows.length;
    const refusal = await write(part, isLast);
    if (refusal === undefined) for (const row of part) failuresOf(row).passed();
    else if (part.length > 1) {
      const middle = from + (part.length >> 1);
      await writePart(from, middle);
      await writePart(middle, to);
    } else {
      const [row] = part;
      if (row === undefined) throw new Error(`refused without a row: ${refusal.reason}`);
      failuresOf(row).refused(refusal.reason);
      await refused(row, refusal, isLast);
    }
  }
  await writePart(0, rows.length);
}

/**
 * Settles a batch for a store that refuses a transaction when one of its rows breaks a constraint of the table: whole if it
 * can, else by halves. `settleWhole` settles in one transaction, or fails with the reason of the refusal and has changed nothing.
 */
export async function settleByHalves(
  { rows, letters, mark }: Settlement,
  settleWhole: (part: Settlement) => Promise<Result<Settled>>,
): Promise<Settled> {
  const outcomes: Settled['rows'] = [];
  let ends: LetterOutcome[] = [];

  async function write(part: readonly Row[], isLast: boolean): Promise<{ reason: string } | undefined> {
    // The mark says that everything before it is settled.
    const settled = await settleWhole({ rows: part, ...(isLast ? { letters, mark } : { letters: [] }) });
    if (!settled.ok) return { reason: settled.error };
    for (const outcome of settled.value.rows) outcomes.push(outcome);
    if (isLast) ends = settled.value.letters;
    return undefined;
  }

  await byHalves(rows, {
    tableOf: ({ table }) => table,
    write,
    async refused(_, { reason }, isLast) {
      outcomes.push({ status: 'rejected', reason });
      const refusal = isLast ? await write([], true) : undefined;
      if (refusal !== undefined) throw new Error(refusal.reason);
    },
  });
  return { rows: outcomes, letters: ends };
}

/** So many rows that fail in one way, and none that passes, are not to blame. */
const enough = 100;

/**
 * Tells a fault of the table from faults of rows. When the first hundred rows of a batch are all refused for the same
 * reason, the batch waits, with that reason, in place of becoming as many dead letters.
 */
class AlikeFailures {
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
