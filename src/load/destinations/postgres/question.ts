import type { ClientBase } from 'pg';
import type { Cells } from '../../destination-kit/stored-cells.ts';
import type { Question } from '../../destination-kit/sql/question.ts';
import { isUuid } from '../../../model/uuid.ts';
import { identifier } from './sql.ts';

/** Rows of a small answer, as the server's text. */
export async function cellsOf(client: ClientBase, text: string, values: unknown[] = []): Promise<Cells[]> {
  const { rows } = await client.query<(string | null)[]>({ rowMode: 'array', text, values });
  return rows;
}

/** Texts are parameters. */
export function questionOf(client: ClientBase, schema: string): Question {
  const values: string[] = [];
  const value = (text: string): string => `$${values.push(text)}`;
  return {
    ask: (sql) => cellsOf(client, sql, values.splice(0)),
    value,
    place: (table) => `${identifier(schema)}.${identifier(table)}`,
    identifier,
    micros: (instant) => `(extract(epoch FROM ${instant}) * 1000000)::bigint`,
    instant: (micros) => `('epoch'::timestamptz + ${micros}::bigint * interval '1 microsecond')`,
    says(column, type, text) {
      // In the column's own type, for its index.
      if (type === 'uuid') return isUuid(text) ? `${column} = ${value(text)}::uuid` : undefined;
      if (type === 'bigint')
        return /^-?\d{1,18}$/.test(text) ? `${column} = ${value(text)}::bigint` : undefined;
      return type === 'text' ? `${column} = ${value(text)}` : `${column}::text = ${value(text)}`;
    },
    textAt: (column, path) =>
      `(${column} #>> ARRAY[${path.map((name) => `${value(name)}::text`).join(', ')}])`,
  };
}
