import type { PoolClient } from 'pg';
import type { Column } from '../../../contracts/contract.ts';
import { SentinelError } from '../../../model/errors.ts';
import { ownColumns } from '../../../model/own-columns.ts';
import { type Backfill, type BackfillPage, fieldMover } from '../../backfill.ts';
import type { KnownTable } from './known-table.ts';
import { triggersOf } from './shape.ts';
import { identifier, literal, typeName } from './sql.ts';
import { differing } from './stored-as-sent.ts';
import { encoder } from './values.ts';

interface Move {
  id: string;
  value: string;
  extra: string | null;
}

/** See `Destination.backfill`; within the transaction that is open. The place is a request id. */
export async function backfill(
  client: PoolClient,
  { schema, known }: { schema: string; known: KnownTable | undefined },
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
  const moves: Move[] = [];
  let kept = 0;
  for (const { id, extra } of rows) {
    const moved = extra === null ? undefined : move(extra);
    if (moved === undefined) continue;
    const value = moved === 'kept' ? undefined : encode(moved.value);
    if (moved === 'kept' || value === undefined || value === null) kept++;
    else moves.push({ id, value, extra: moved.extra });
  }
  const written = moves.length === 0 ? 0 : await write(client, { name, column, known }, moves);
  return {
    moved: written,
    kept: kept + moves.length - written,
    after: rows.length < limit ? undefined : rows.at(-1)!.id,
  };
}

interface Target {
  /** Of the table, quoted. */
  name: string;
  column: Column;
  known: KnownTable | undefined;
}

/** Returns how many rows were written. */
async function write(
  client: PoolClient,
  { name, column, known }: Target,
  moves: readonly Move[],
): Promise<number> {
  const own = identifier(column.name);
  const moved = `FROM unnest($1::uuid[], $2::text[], $3::text[]) AS b (id, value, extra)`;
  const values = [
    moves.map(({ id }) => id),
    moves.map(({ value }) => value),
    moves.map(({ extra }) => extra),
  ];
  const triggers = await triggersOnUpdate(client, name);
  const columns = [...(known?.spec.columns ?? [column]), ...ownColumns].map((each) => ({
    name: each.name,
    type: typeName(each.type),
  }));
  if (triggers !== null) {
    const after = columns.map((each) => {
      const changed = each.name === column.name ? `b.value::${each.type}` : 'b.extra::jsonb';
      const isChanged = each.name === column.name || each.name === '_extra';
      return `${isChanged ? changed : `t.${identifier(each.name)}`} AS ${identifier(each.name)}`;
    });
    await client.query(
      `CREATE TEMP TABLE _sentinel_moved ON COMMIT DROP AS SELECT ${after.join(', ')}
       ${moved} JOIN ${name} t ON t._request_id = b.id WHERE t.${own} IS NULL`,
      values,
    );
  }
  const { rows } = await client.query<{ id: string }>(
    `UPDATE ${name} AS t SET ${own} = b.value::${typeName(column.type)}, _extra = b.extra::jsonb
     ${moved} WHERE t._request_id = b.id AND t.${own} IS NULL RETURNING b.id`,
    values,
  );
  if (triggers !== null) {
    const written = new Set(rows.map(({ id }) => id));
    const passedOver = moves.flatMap(({ id }) => (written.has(id) ? [] : [id]));
    await client.query('SET CONSTRAINTS ALL IMMEDIATE');
    const differs = differing(name, 'pg_temp._sentinel_moved', columns);
    const { rows: others } = await client.query<{ column: string }>(`${differs} LIMIT 1`, [passedOver]);
    const [other] = others;
    if (other !== undefined)
      throw new SentinelError(
        'destination_schema_conflict',
        `table ${known?.spec.name ?? name} stores other values than were moved, the first in column ${other.column}; its triggers: ${triggers}; ` +
          'nothing was changed: disable the one that does it, and do this again',
      );
  }
  return rows.length;
}

/** Their names; null when there are none. */
async function triggersOnUpdate(client: PoolClient, name: string): Promise<string | null> {
  const { rows } = await client.query<{ triggers: string | null }>(
    `SELECT ${triggersOf(`to_regclass(${literal(name)})`, 'update')} AS triggers`,
  );
  return rows[0]?.triggers ?? null;
}
