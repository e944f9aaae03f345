import type { Cells } from '../stored-cells.ts';

/**
 * Asks a store that speaks the SQL which DuckDB and PostgreSQL share, and spells what they do not. One after the other: `value` may
 * make a parameter of the next statement.
 */
export interface Question {
  ask(sql: string): Promise<Cells[]>;
  /** A text as SQL. */
  value(text: string): string;
  /** A table with its schema, quoted. */
  place(table: string): string;
  identifier(name: string): string;
  /** An instant as microseconds since 1970, as SQL; and such a number as an instant. */
  micros(instant: string): string;
  instant(micros: number): string;
  /** Whether a column of a type, as the catalog spells it, says the text; undefined when no value of that type is spelt so. */
  says(column: string, type: string, text: string): string | undefined;
  /** A text within a JSON column, NULL where there is none. */
  textAt(column: string, path: readonly string[]): string;
}

export const where = (conditions: readonly string[]): string =>
  conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
