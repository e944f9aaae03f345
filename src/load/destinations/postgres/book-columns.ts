import type { ClientBase } from 'pg';
import { SentinelError } from '../../../model/errors.ts';
import { letterTable } from '../../letter-table.ts';
import { bookkeepingTables, laterColumns } from './bookkeeping.ts';
import { identifier } from './sql.ts';

/**
 * The statements that add what tables of the bookkeeping of earlier versions lack. Throws when somebody has renamed or dropped a column of one:
 * no row of any table can be settled then.
 */
export async function lateColumns(
  client: ClientBase,
  schema: string,
  relations: ReadonlySet<string>,
): Promise<string[]> {
  const { rows } = await client.query<{ place: string }>(
    `SELECT table_name || ' ' || column_name AS place FROM information_schema.columns
     WHERE table_schema = $1 AND table_name LIKE '\\_sentinel\\_%'`,
    [schema],
  );
  const present = new Set(rows.map(({ place }) => place));
  const late = laterColumns.filter(
    ([table, name]) => relations.has(table) && !present.has(`${table} ${name}`),
  );
  const added = new Set(late.map(([table, name]) => `${table} ${name}`));
  for (const [table, [create]] of bookkeepingTables(schema)) {
    // What a mirror of the letters lacks is told by whoever writes it.
    if (!relations.has(table) || table === letterTable) continue;
    const lost = columnsOf(create!).find(
      (name) => !present.has(`${table} ${name}`) && !added.has(`${table} ${name}`),
    );
    if (lost !== undefined)
      throw new SentinelError(
        'destination_unavailable',
        `table ${table} of the schema ${schema} has lost its column ${lost}: put it back; until then nothing is loaded`,
      );
  }
  return late.map(
    ([table, name, type]) => `ALTER TABLE ${identifier(schema)}.${table} ADD COLUMN ${name} ${type}`,
  );
}

/** Of a statement of ours: no type in it has a comma. */
const columnsOf = (create: string): string[] =>
  create
    .slice(create.indexOf('(') + 1, create.lastIndexOf(')'))
    .replace(/PRIMARY KEY \([^)]*\)/, '')
    .split(',')
    .flatMap((column) => /^\s*(\w+) \w/.exec(column)?.[1] ?? []);
