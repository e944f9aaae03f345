import { type Result, fail } from '../../../model/result.ts';
import { messageOf } from '../../../model/errors.ts';
import { AlikeFailures } from '../../destination-kit/alike-failures.ts';
import type { Row, Settled, Settlement } from '../../destination.ts';

/** Settles a batch whole, in one transaction; a constraint of somebody's own on a table is an error value. */
type SettleWhole = (settlement: Settlement) => Promise<Result<Settled>>;

/**
 * A batch that a constraint of the table refuses is settled by halves, down to the row that is refused, which alone is
 * rejected. Rows stay in their order, so of two that exclude each other the first is loaded. When every row is refused
 * in the same way, the table is to blame: throws `destination_unavailable`.
 */
export async function settleApart(settlement: Settlement, settleWhole: SettleWhole): Promise<Settled> {
  const failures = new Map<string, AlikeFailures>();
  const failuresOf = ({ table }: Row): AlikeFailures => {
    let known = failures.get(table);
    if (known === undefined) failures.set(table, (known = new AlikeFailures(table)));
    return known;
  };

  async function settle(part: Settlement): Promise<Settled> {
    const { rows, letters, mark } = part;
    const whole = await settleWhole(part);
    if (whole.ok) {
      for (const row of rows) failuresOf(row).passed();
      return whole.value;
    }
    const [row] = rows;
    if (rows.length === 1) {
      failuresOf(row!).refused(whole.error);
      const others = await settleWhole({ rows: [], letters, mark });
      if (!others.ok) throw new Error(others.error);
      return { rows: [{ status: 'rejected', reason: whole.error }], letters: others.value.letters };
    }
    const middle = rows.length >> 1;
    const first = await settle({ rows: rows.slice(0, middle), letters: [] });
    // The mark says that everything before it is settled.
    const second = await settle({ rows: rows.slice(middle), letters, mark });
    return { rows: [...first.rows, ...second.rows], letters: second.letters };
  }
  return settle(settlement);
}

const constraint = /^Constraint Error|Failed to commit: .*constraint/is;

/** What a constraint says of a row, without its values; an error of another kind is thrown on. */
export function refusalBy(error: unknown, tables: readonly string[]): Result<never> {
  const message = messageOf(error);
  if (!constraint.test(message)) throw error;
  const notNull = /NOT NULL constraint failed: (\S+)/.exec(message)?.[1];
  const what =
    notNull !== undefined
      ? `column ${notNull} must not be null, and has no value of the event`
      : /CHECK constraint/i.test(message)
        ? 'a CHECK constraint refuses the row'
        : /foreign key/i.test(message)
          ? 'a foreign key refuses the row'
          : 'a unique index holds another row with the same value';
  return fail(`table ${tables.join(', ')}: ${what}`);
}
