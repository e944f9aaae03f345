import type { DuckDBConnection } from '@duckdb/node-api';
import { INTEGER, VARCHAR } from './duckdb.ts';
import { type Backfill, type BackfillPage, fieldMover } from '../../backfill.ts';
import { rowsOf } from './rows.ts';
import { identifier, literal, tryCast } from './sql.ts';
import { fillTable } from './stage.ts';

/** See `Destination.backfill`. The place is a number of a row: rows are looked at in windows of them. */
export async function backfill(
  connection: DuckDBConnection,
  { table, field, column, limit, after = '0' }: Backfill,
): Promise<BackfillPage> {
  const name = `main.${identifier(table)}`;
  const from = Number(after);
  const to = from + limit;
  const [[last] = []] = await rowsOf(connection, `SELECT max(rowid) FROM ${name}`);
  const found = await rowsOf(
    connection,
    `SELECT rowid, _extra::VARCHAR FROM ${name}
     WHERE rowid >= ${from} AND rowid < ${to} AND _extra IS NOT NULL AND contains(_extra::VARCHAR, ${literal(field)})`,
  );
  const move = fieldMover(column, field);
  const moves: { pos: number; value: string; extra: string | null }[] = [];
  let kept = 0;
  for (const [rowid, text] of found) {
    const moved = move(String(text));
    if (moved === 'kept') kept++;
    else if (moved !== undefined) {
      const { value, extra } = moved;
      const isText = typeof value === 'string' && column.type.kind !== 'json';
      moves.push({ pos: Number(rowid) - from, value: isText ? value : JSON.stringify(value), extra });
    }
  }
  const written = moves.length === 0 ? 0 : await write(connection, { name, from }, column, moves);
  const isEnd = last === null || last === undefined || to > Number(last);
  return { moved: written, kept: kept + moves.length - written, after: isEnd ? undefined : String(to) };
}

async function write(
  connection: DuckDBConnection,
  { name, from }: { name: string; from: number },
  column: Backfill['column'],
  moves: readonly { pos: number; value: string; extra: string | null }[],
): Promise<number> {
  await fillTable(connection, '_sentinel_backfill', [
    { name: 'pos', type: INTEGER, values: moves.map(({ pos }) => pos) },
    { name: 'value', type: VARCHAR, values: moves.map(({ value }) => value) },
    { name: 'extra', type: VARCHAR, values: moves.map(({ extra }) => extra) },
  ]);
  const value = column.type.kind === 'json' ? 'b.value::JSON' : tryCast('b.value', column.type);
  const done = await connection.run(
    `UPDATE ${name} AS t SET ${identifier(column.name)} = ${value}, _extra = b.extra::JSON
     FROM temp._sentinel_backfill b
     WHERE t.rowid = b.pos + ${from} AND t.${identifier(column.name)} IS NULL AND ${value} IS NOT NULL`,
  );
  return done.rowsChanged;
}
