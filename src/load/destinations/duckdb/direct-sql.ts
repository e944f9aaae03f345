import { ownColumns } from '../../../model/own-columns.ts';
import type { Table } from '../../destination.ts';
import { identifier, literal, strictCast, textType } from './sql.ts';

/** The longest line that takes the direct way, in characters. DuckDB's buffer for a line is larger. */
export const longestLine = 4 * 1024 * 1024;

/** What `read_json` takes of each line; see `rowLine` in direct.ts. */
export function insertRows(table: Table, file: string): string {
  const columns = [...table.columns, ...ownColumns].map(({ name }) => identifier(name)).join(', ');
  const fields = table.columns.map(({ name, type }) => `${identifier(name)} ${textType(type)}`).join(', ');
  const values = table.columns.map(({ name, type }) =>
    strictCast(`struct_extract(e, ${literal(name)})`, type),
  );
  return `INSERT INTO main.${identifier(table.name)} (${columns})
    SELECT ${values.join(', ')}, i, make_timestamptz(a * 1000), s, v, p, r, x
    FROM read_json(${literal(file)}, format = 'newline_delimited', compression = 'uncompressed', columns = {
      i: 'UUID', a: 'BIGINT', s: 'VARCHAR', v: 'VARCHAR', p: 'BOOLEAN', r: 'VARCHAR', x: 'JSON',
      e: ${literal(`STRUCT(${fields})`)}})`;
}

/** Between the fields of a repair: no JSON text holds a raw control character. */
export const separator = '\x1f';

/** Read as CSV without quotes or escapes, so that the JSON texts need none and stay as they are. An empty field is NULL. */
export function insertRepairs(file: string): string {
  return `INSERT INTO _sentinel_repair_log (request_id, kind, original, patch, result, repaired_at)
    SELECT id, kind, original, patch, result, now()
    FROM read_csv(${literal(file)}, auto_detect = false, header = false, delim = ${literal(separator)}, quote = '',
      escape = '', comment = '', new_line = '\\n', compression = 'none', max_line_size = ${4 * longestLine},
      columns = {id: 'UUID', kind: 'INTEGER', patch: 'VARCHAR', result: 'VARCHAR', original: 'VARCHAR'})`;
}
