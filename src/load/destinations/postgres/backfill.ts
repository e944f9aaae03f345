import type { PoolClient } from 'pg';
import { type Backfill, type BackfillPage, fieldMover } from '../../backfill.ts';
import { identifier, typeName } from './sql.ts';
import { encoder } from './values.ts';

/** See `Destination.backfill`; within the transaction that is open. The place is a request id. */
export async function backfill(
  client: PoolClient,
  schema: string,
  { table, field, column, limit, after = '00000000-0000-0000-0000-000000000000' }: Backfill,
): Promise<BackfillPage> {
  const name = `${identifier(schema)}.${identifier(table)}`;
  const { rows } = await client.query<{ id: string; extra: string | null }>(
    `SELECT _request_id::text AS id, CASE WHEN jsonb_exists(_extra, $3) THEN _extra::text END AS extra
     FROM (SELECT _request_id, _extra FROM ${name} WHERE _request_id > $1 ORDER BY _request_id LIMIT $2) page
     ORDER BY _request_id`,
    [after, limit, field],
  );
  const move = fieldMover(column, field);
  const encode = encoder(column);
  const moves: { id: string; value: string; extra: string | null }[] = [];
  let kept = 0;
  for (const { id, extra } of rows) {
    const moved = extra === null ? undefined : move(extra);
    if (moved === undefined) continue;
    const value = moved === 'kept' ? undefined : encode(moved.value);
    if (moved === 'kept' || value === undefined || value === null) kept++;
    else moves.push({ id, value, extra: moved.extra });
  }
  const written =
    moves.length === 0
      ? 0
      : ((
          await client.query(
            `UPDATE ${name} AS t SET ${identifier(column.name)} = b.value::${typeName(column.type)}, _extra = b.extra::jsonb
             FROM unnest($1::uuid[], $2::text[], $3::text[]) AS b (id, value, extra)
             WHERE t._request_id = b.id AND t.${identifier(column.name)} IS NULL`,
            [moves.map(({ id }) => id), moves.map(({ value }) => value), moves.map(({ extra }) => extra)],
          )
        ).rowCount ?? 0);
  return {
    moved: written,
    kept: kept + moves.length - written,
    after: rows.length < limit ? undefined : rows.at(-1)!.id,
  };
}
