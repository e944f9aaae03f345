import type { ClientBase } from 'pg';
import { SentinelError } from '../../../model/errors.ts';
import type { KnownTable } from './known-table.ts';
import { identifier, literal } from './sql.ts';

/**
 * What loading into a table relies on, as one text: the table itself, its columns with their types, and the unique indexes.
 * Whoever changes one of these makes another text.
 */
const shapeOf = (schema: string, table: string): string =>
  `(SELECT concat_ws(' ', c.oid,
      (SELECT string_agg(concat_ws(' ', attname, format_type(atttypid, atttypmod), attnotnull, atthasdef, attgenerated), ',' ORDER BY attnum)
       FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped),
      (SELECT string_agg(pg_get_indexdef(indexrelid), ',' ORDER BY indexrelid)
       FROM pg_index WHERE indrelid = c.oid AND indisunique AND indisvalid))
    FROM pg_class c WHERE c.oid = to_regclass(${literal(`${identifier(schema)}.${identifier(table)}`)}))`;

/** A table is no longer what it was when it was prepared; not an error of the database, and not yet one of a person. */
export class ShapeChanged extends SentinelError {
  constructor(table: string) {
    super(
      'destination_unavailable',
      `table ${table} has been changed while the service ran; it is looked at again`,
    );
  }
}

/** The shapes of these tables now, in their order; null for one that is not there. */
export async function readShapes(
  client: ClientBase,
  schema: string,
  tables: readonly string[],
): Promise<(string | null)[]> {
  if (tables.length === 0) return [];
  const { rows } = await client.query<(string | null)[]>({
    rowMode: 'array',
    text: `SELECT ${tables.map((table) => shapeOf(schema, table)).join(', ')}`,
  });
  return rows[0]!;
}

/**
 * Within the transaction of a load: from here to its end the table stays as it was prepared. The lock is the one that an
 * INSERT takes, so loads do not wait for each other, but nobody alters the table in between. Throws `ShapeChanged`.
 */
export async function holdShape(client: ClientBase, schema: string, table: KnownTable): Promise<void> {
  const { name } = table.spec;
  const results = (await client.query(
    `LOCK TABLE ${identifier(schema)}.${identifier(name)} IN ROW EXCLUSIVE MODE; SELECT ${shapeOf(schema, name)} AS shape`,
  )) as unknown as { rows: { shape: string | null }[] }[];
  if (results.at(-1)?.rows[0]?.shape !== table.shape) throw new ShapeChanged(name);
}
