import { messageOf } from '../../../model/errors.ts';
import { type Result, fail } from '../../../model/result.ts';

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
