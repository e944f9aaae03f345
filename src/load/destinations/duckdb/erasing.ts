import type { DuckDBConnection } from '@duckdb/node-api';
import { findTexts } from '../../destination-kit/sql/find-texts.ts';
import { type Erased, type Erasing, type HeldTexts, lastRound } from '../../erasing.ts';
import { type KnownEvents, rememberEnd } from './known-events.ts';
import { questionOf } from './question.ts';
import { identifier, literal } from './sql.ts';
import { columnsOf, eventTables, sameName } from './tables.ts';

/** See `Erasing.rows`. */
export async function findRows(
  connection: DuckDBConnection,
  { table, columns, ...asked }: Parameters<Erasing['rows']>[0],
): Promise<HeldTexts[]> {
  const types = await columnsOf(connection, table);
  const present = columns.filter((column) => types.has(sameName(column)));
  const question = questionOf(connection);
  return findTexts(question, { place: question.place(table), id: '_request_id', columns: present }, asked);
}

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
