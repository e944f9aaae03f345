import { createHash } from 'node:crypto';
import type { ClientBase } from 'pg';
import type { Table } from '../../destination.ts';
import { conflict, keyFields } from '../../destination-kit/key-fields.ts';
import { identifier, keyOf } from './sql.ts';

/** The statements that make the indexes of a new table. */
export function createIndexes(schema: string, spec: Table, relations: ReadonlySet<string>): string[] {
  return indexesOf(spec).map((index) => createIndex(schema, spec, index, relations));
}

/** The statements that drop our stale indexes of a table, and make the missing ones. */
export async function staleAndMissing(
  client: ClientBase,
  schema: string,
  spec: Table,
  relations: ReadonlySet<string>,
): Promise<string[]> {
  const indexes = indexesOf(spec);
  const statements: string[] = [];
  const ours = await client.query<{ name: string; columns: string }>(
    `SELECT c.relname AS name, (SELECT json_agg(a.attname) FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum IN
         (SELECT refobjsubid FROM pg_depend WHERE objid = i.indexrelid AND refobjid = i.indrelid)) AS columns
     FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     WHERE i.indrelid = $1::regclass AND c.relname LIKE '\\_sentinel\\_%' AND i.indisvalid AND i.indpred IS NULL
       AND (i.indisunique OR c.relname LIKE '\\_sentinel\\_at\\_%')`,
    [`${identifier(schema)}.${identifier(spec.name)}`],
  );
  refuseRenamedKey(spec, ours.rows);
  const recorded = ours.rows.map(({ name }) => name);
  const isOf = (index: Index) => (name: string) => name.startsWith(index.name);
  // The key has changed: by the old one, new events would be taken for old ones.
  for (const name of recorded)
    if (name.startsWith(keyIndexPrefix) && !indexes.some((index) => isOf(index)(name)))
      statements.push(`DROP INDEX ${identifier(schema)}.${identifier(name)}`);
  for (const index of indexes)
    if (!recorded.some(isOf(index))) statements.push(createIndex(schema, spec, index, relations));
  return statements;
}

/** An index follows its column when that is renamed; under our name it would keep another column's values apart. */
function refuseRenamedKey(spec: Table, present: readonly { name: string; columns: string }[]): void {
  const index = indexesOf(spec).find(({ name }) => name.startsWith(keyIndexPrefix));
  if (index === undefined) return;
  const columns = keyFields(spec).map(({ column }) => column.name);
  for (const found of present) {
    if (!found.name.startsWith(index.name)) continue;
    const lost = columns.find((name) => !(JSON.parse(found.columns) as string[]).includes(name));
    if (lost !== undefined)
      throw conflict(
        `column "${lost}" of table "${spec.name}", a part of its key, was renamed: events would be loaded twice; give it its name again, or drop the index ${found.name}`,
      );
  }
}

function createIndex(
  schema: string,
  spec: Table,
  { name, isUnique, parts }: Index,
  relations: ReadonlySet<string>,
): string {
  const table = `${identifier(schema)}.${identifier(spec.name)}`;
  return `CREATE ${isUnique ? 'UNIQUE ' : ''}INDEX ${identifier(freeName(name, relations))} ON ${table} (${parts.join(', ')})`;
}

/** A table that somebody has renamed keeps its indexes, and their names. */
function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let n = 2; taken.has(free); n++) free = `${name}_${n}`;
  return free;
}

const keyIndexPrefix = '_sentinel_key_';

interface Index {
  name: string;
  isUnique: boolean;
  parts: string[];
}

/**
 * What makes loading exactly once: no two rows with one request id, and none with one key. And what finds the newest
 * events.
 */
function indexesOf(spec: Table): Index[] {
  const key = keyOf(spec);
  const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 24);
  const keyName = `${keyIndexPrefix}${digest(JSON.stringify([spec.name, key]))}`;
  return [
    { name: `_sentinel_id_${digest(spec.name)}`, isUnique: true, parts: [identifier('_request_id')] },
    {
      // Of the instant alone: with the request id, which the order of events has too, it costs a load twice as much.
      name: `_sentinel_at_${digest(spec.name)}`,
      isUnique: false,
      parts: [identifier('_received_at')],
    },
    ...(key.length === 0 ? [] : [{ name: keyName, isUnique: true, parts: key }]),
  ];
}
