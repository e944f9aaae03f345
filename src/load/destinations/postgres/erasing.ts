import type { ClientBase, PoolClient } from 'pg';
import { findTexts, findTextsBeside } from '../../destination-kit/sql/find-texts.ts';
import { type Erased, type Erasing, type HeldTexts, lastRound } from '../../erasing.ts';
import { takeTurn, writeEntries } from './outcomes.ts';
import { deleteRows } from './delete-rows.ts';
import { questionOf } from './question.ts';
import { identifier } from './sql.ts';
import { tablesByAccess } from './readable.ts';
import { tablesWith } from './tables.ts';

/** See `Erasing.rows`. */
export async function findRows(
  client: ClientBase,
  schema: string,
  { table, columns, ...asked }: Parameters<Erasing['rows']>[0],
): Promise<HeldTexts[]> {
  const present: string[] = [];
  for (const column of columns)
    if ((await tablesWith(client, schema, column)).has(table)) present.push(column);
  // PostgreSQL's text has no place for it.
  if (asked.text.includes('\0')) return [];
  const question = questionOf(client, schema);
  return findTexts(question, { place: question.place(table), id: '_request_id', columns: present }, asked);
}

/** See `Erasing.originals`. */
export const findOriginals = async (
  client: ClientBase,
  schema: string,
  asked: Parameters<Erasing['originals']>[0],
): Promise<HeldTexts[]> =>
  asked.text.includes('\0') ? [] : findTextsBeside(questionOf(client, schema), asked);

/** See `Erasing.remove`; within the transaction that is open. */
export async function remove(
  client: PoolClient,
  schema: string,
  { rows, emptied, barred }: Erased,
): Promise<void> {
  await takeTurn(client, schema, 'entries');
  const own = identifier(schema);
  const gone = rows.map(({ requestId }) => requestId);
  const out = [...new Set([...gone, ...barred])];
  for (const table of (await tablesByAccess(client, schema)).readable) {
    // A replay may have loaded one that is barred since it was found.
    const ids = [...rows.flatMap((row) => (row.table === table ? [row.requestId] : [])), ...barred];
    if (ids.length > 0) await deleteRows(client, { schema, table }, ids, '1');
  }
  await client.query(
    `UPDATE ${own}._sentinel_duplicates SET event = NULL
     WHERE event IS NOT NULL AND (first_request_id = ANY($1::uuid[]) OR request_id = ANY($2::uuid[]))`,
    [gone, emptied],
  );
  await client.query(
    `UPDATE ${own}._sentinel_repairs SET original = NULL, result = NULL WHERE request_id = ANY($1::uuid[])`,
    [emptied],
  );
  await client.query(`DELETE FROM ${own}._sentinel_repairs WHERE request_id = ANY($1::uuid[])`, [out]);
  await client.query(
    `UPDATE ${own}._sentinel_outcomes SET headers = NULL WHERE request_id = ANY($1::uuid[]) AND headers IS NOT NULL`,
    [out],
  );
  await writeEntries(client, schema, new Map(out.map((id) => [id, { round: lastRound, kind: 'withdrawn' }])));
}
