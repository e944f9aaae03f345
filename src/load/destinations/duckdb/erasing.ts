import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import { type Erased, type Erasing, type HeldTexts, lastRound, spellingsOf } from '../../erasing.ts';
import { type KnownEvents, rememberEnd } from './known-events.ts';
import { rowsOf } from './rows.ts';
import { identifier, literal } from './sql.ts';
import { columnsOf, eventTables, sameName } from './tables.ts';

type Asked<Name extends 'rows' | 'originals'> = Parameters<Erasing[Name]>[0];

/** See `Erasing.rows`. */
export async function findRows(
  connection: DuckDBConnection,
  { table, columns, text, after, limit }: Asked<'rows'>,
): Promise<HeldTexts[]> {
  const types = await columnsOf(connection, table);
  const present = columns.filter((column) => types.has(sameName(column)));
  return find(connection, `main.${identifier(table)}`, '_request_id', present, { text, after, limit });
}

/** See `Erasing.originals`. */
export const findOriginals = (connection: DuckDBConnection, { of, ...asked }: Asked<'originals'>) =>
  of === 'repairs'
    ? find(connection, '_sentinel_repairs', 'request_id', ['original', 'result'], asked)
    : find(connection, '_sentinel_duplicates', 'request_id', ['event', 'table_name'], asked);

async function find(
  connection: DuckDBConnection,
  table: string,
  id: string,
  columns: readonly string[],
  { text, after, limit }: { text: string; after?: string | undefined; limit: number },
): Promise<HeldTexts[]> {
  if (columns.length === 0) return [];
  const texts = columns.map((column) => `${identifier(column)}::VARCHAR`);
  const may = texts.flatMap((column) =>
    spellingsOf(text).map((spelling) => `contains(${column}, ${literal(spelling)})`),
  );
  const behind = after === undefined ? '' : `AND ${id} > ${literal(after)}::UUID`;
  const rows = await rowsOf(
    connection,
    `SELECT ${id}::VARCHAR, ${texts.join(', ')} FROM ${table} WHERE (${may.join(' OR ')}) ${behind}
     ORDER BY ${id} LIMIT ${limit}`,
  );
  return rows.map(([requestId, ...values]) => ({
    requestId: String(requestId),
    texts: Object.fromEntries(columns.map((column, at) => [column, textOf(values[at])])),
  }));
}

const textOf = (value: DuckDBValue | undefined): string | null =>
  value === null || value === undefined ? null : String(value);

/** See `Erasing.remove`. */
export async function remove(
  connection: DuckDBConnection,
  known: KnownEvents,
  { rows, emptied, barred }: Erased,
): Promise<void> {
  const gone = rows.map(({ requestId }) => requestId);
  const out = [...new Set([...gone, ...barred])];
  for (const id of out) rememberEnd(known, id.toLowerCase());
  // A replay may have loaded one that is barred since it was found.
  const idsIn = (table: string) => [
    ...rows.flatMap((row) => (sameName(row.table) === sameName(table) ? [row.requestId] : [])),
    ...barred,
  ];
  const statements = (await eventTables(connection))
    .filter((table) => idsIn(table).length > 0)
    .map((table) => `DELETE FROM main.${identifier(table)} WHERE _request_id IN ${listed(idsIn(table))}`);
  if (gone.length > 0)
    statements.push(`UPDATE _sentinel_duplicates SET event = NULL WHERE first_request_id IN ${listed(gone)}`);
  if (emptied.length > 0)
    statements.push(
      `UPDATE _sentinel_repair_log SET original = NULL, patch = NULL, result = NULL WHERE request_id IN ${listed(emptied)}`,
      `UPDATE _sentinel_duplicates SET event = NULL WHERE request_id IN ${listed(emptied)}`,
    );
  if (out.length > 0)
    statements.push(
      `DELETE FROM _sentinel_repair_log WHERE request_id IN ${listed(out)}`,
      `UPDATE _sentinel_outcomes SET headers = NULL WHERE request_id IN ${listed(out)} AND headers IS NOT NULL`,
      `INSERT INTO _sentinel_outcomes (request_id, round, outcome) VALUES
         ${out.map((id) => `(${literal(id)}::UUID, ${lastRound}, 'withdrawn')`).join(', ')}`,
    );
  if (statements.length === 0) return;
  await connection.run(['BEGIN TRANSACTION', ...statements, 'COMMIT'].join('; '));
}

const listed = (ids: readonly string[]): string => `(${ids.map((id) => `${literal(id)}::UUID`).join(', ')})`;
