import type { ClientBase, PoolClient } from 'pg';
import { type Erased, type Erasing, type HeldTexts, lastRound, spellingsOf } from '../../erasing.ts';
import { takeTurn, writeEntries } from './outcomes.ts';
import { deleteRows } from './delete-rows.ts';
import { identifier } from './sql.ts';
import { tablesByAccess } from './readable.ts';
import { tablesWith } from './tables.ts';

type Asked<Name extends 'rows' | 'originals'> = Parameters<Erasing[Name]>[0];

/** See `Erasing.rows`. */
export async function findRows(
  client: ClientBase,
  schema: string,
  { table, columns, ...asked }: Asked<'rows'>,
): Promise<HeldTexts[]> {
  const present: string[] = [];
  for (const column of columns)
    if ((await tablesWith(client, schema, column)).has(table)) present.push(column);
  return find(client, `${identifier(schema)}.${identifier(table)}`, '_request_id', present, asked);
}

/** See `Erasing.originals`. */
export const findOriginals = (client: ClientBase, schema: string, { of, ...asked }: Asked<'originals'>) =>
  of === 'repairs'
    ? find(client, `${identifier(schema)}._sentinel_repairs`, 'request_id', ['original', 'result'], asked)
    : find(
        client,
        `${identifier(schema)}._sentinel_duplicates`,
        'request_id',
        ['event', 'table_name'],
        asked,
      );

async function find(
  client: ClientBase,
  table: string,
  id: string,
  columns: readonly string[],
  { text, after, limit }: { text: string; after?: string | undefined; limit: number },
): Promise<HeldTexts[]> {
  // PostgreSQL's text has no place for it.
  if (columns.length === 0 || text.includes('\0')) return [];
  const texts = columns.map((column) => `${identifier(column)}::text`);
  const may = texts.map(
    (column) => `EXISTS (SELECT FROM unnest($1::text[]) s WHERE strpos(${column}, s) > 0)`,
  );
  const { rows } = await client.query<(string | null)[]>({
    rowMode: 'array',
    text: `SELECT ${id}::text, ${texts.join(', ')} FROM ${table}
      WHERE (${may.join(' OR ')}) AND ($2::uuid IS NULL OR ${id} > $2) ORDER BY ${id} LIMIT $3`,
    values: [spellingsOf(text), after ?? null, limit],
  });
  return rows.map(([requestId, ...values]) => ({
    requestId: requestId!,
    texts: Object.fromEntries(columns.map((column, at) => [column, values[at] ?? null])),
  }));
}

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
