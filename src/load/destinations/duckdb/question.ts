import type { DuckDBConnection } from '@duckdb/node-api';
import type { Question } from '../../destination-kit/sql/question.ts';
import { pointerOf } from '../../../model/pointer.ts';
import { textsOf } from './rows.ts';
import { identifier, literal } from './sql.ts';

/** Texts are literals, by which DuckDB passes over the parts of a table that hold none of them. */
export const questionOf = (connection: DuckDBConnection): Question => ({
  ask: (sql) => textsOf(connection, sql),
  value: literal,
  place: (table) => `main.${identifier(table)}`,
  identifier,
  micros: (instant) => `epoch_us(${instant})`,
  instant: (micros) => `make_timestamptz(${micros})`,
  // In the column's own type, as to make text of each id costs ten times as much.
  says: (column, type, text) =>
    type === 'VARCHAR' ? `${column} = ${literal(text)}` : `${column} = TRY_CAST(${literal(text)} AS ${type})`,
  textAt: (column, path) => `json_extract_string(${column}, ${literal(pointerOf(path))})`,
});
