import { createHash } from 'node:crypto';
import type { ClientBase } from 'pg';
import type { Table } from '../../destination.ts';
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
  const ours = await client.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     WHERE i.indrelid = $1::regclass AND c.relname LIKE '\\_sentinel\\_%' AND i.indisvalid`,
    [`${identifier(schema)}.${identifier(spec.name)}`],
  );
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
      name: `_sentinel_at_${digest(spec.name)}`,
      isUnique: false,
      parts: [identifier('_received_at'), identifier('_request_id')],
    },
    ...(key.length === 0 ? [] : [{ name: keyName, isUnique: true, parts: key }]),
  ];
}
