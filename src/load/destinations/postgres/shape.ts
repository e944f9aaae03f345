import type { ClientBase } from 'pg';
import { ShapeChanged } from './errors.ts';
import type { KnownTable } from './known-table.ts';
import { rowLockMs, tableLockMs } from './outcomes.ts';
import { identifier, literal } from './sql.ts';

/** As bits of `tgtype`. */
const statements = { insert: 4, update: 16 };

/** The triggers that a statement fires, those of partitions included; foreign keys' own change no row. SQL. */
export const triggersOf = (oid: string, statement: keyof typeof statements = 'insert'): string =>
  `(SELECT string_agg(tgname, ', ' ORDER BY tgname) FROM pg_trigger
    WHERE NOT tgisinternal AND tgenabled <> 'D' AND tgtype & ${statements[statement]} <> 0
      AND tgrelid IN (SELECT ${oid} UNION SELECT relid FROM pg_partition_tree(${oid})))`;

/**
 * What loading into a table relies on, as one text: the table itself, its columns with their types, its unique indexes, and
 * what could change a row on its way. Whoever changes one of these makes another text. A plain table costs no look at triggers.
 */
const shapeOf = (schema: string, table: string): string =>
  `(SELECT concat_ws(' ', c.oid, c.relkind, c.relpersistence, c.relhasrules,
      (SELECT string_agg(concat_ws(' ', attname, format_type(atttypid, atttypmod), attcollation, attnotnull, atthasdef, attidentity, attgenerated), ',' ORDER BY attnum)
       FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped),
      (SELECT string_agg(pg_get_indexdef(indexrelid), ',' ORDER BY indexrelid)
       FROM pg_index WHERE indrelid = c.oid AND indisunique AND indisvalid),
      CASE WHEN c.relhastriggers OR c.relkind = 'p' THEN ${triggersOf('c.oid')} END)
    FROM pg_class c WHERE c.oid = to_regclass(${literal(`${identifier(schema)}.${identifier(table)}`)}))`;

export interface Shape {
  /** Null for a table that is not there. */
  shape: string | null;
  /** The names of what may change its rows; null mostly. */
  triggers: string | null;
}

/** The shapes of these tables now, in their order. */
export async function readShapes(
  client: ClientBase,
  schema: string,
  tables: readonly string[],
): Promise<Shape[]> {
  if (tables.length === 0) return [];
  const oid = (table: string) => `to_regclass(${literal(`${identifier(schema)}.${identifier(table)}`)})`;
  const { rows } = await client.query<(string | null)[]>({
    rowMode: 'array',
    text: `SELECT ${tables.flatMap((table) => [shapeOf(schema, table), triggersOf(oid(table))]).join(', ')}`,
  });
  const [cells] = rows;
  return tables.map((_, at) => ({ shape: cells![at * 2]!, triggers: cells![at * 2 + 1]! }));
}

/**
 * Within the transaction of a load: from here to its end the table stays as it was prepared. The lock is the one that an
 * INSERT takes, so loads do not wait for each other, but nobody alters the table in between. Throws `ShapeChanged`.
 */
export async function holdShape(client: ClientBase, schema: string, table: KnownTable): Promise<void> {
  const { name } = table.spec;
  const results = (await client.query(
    `SET LOCAL lock_timeout = ${tableLockMs};
     LOCK TABLE ${identifier(schema)}.${identifier(name)} IN ROW EXCLUSIVE MODE; SET LOCAL lock_timeout = ${rowLockMs};
     SELECT ${shapeOf(schema, name)} AS shape`,
  )) as unknown as { rows: { shape: string | null }[] }[];
  if (results.at(-1)?.rows[0]?.shape !== table.shape)
    throw new ShapeChanged(`table ${name} has been changed while the service ran; it is looked at again`);
}
