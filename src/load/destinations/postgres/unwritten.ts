import type { DatabaseError, PoolClient } from 'pg';
import type { Refusal } from '../../destination-kit/exact-row.ts';
import { isRowsFault, sqlStateOf, untranslatable, unwritable } from './errors.ts';
import type { KnownTable } from './known-table.ts';
import type { Line } from './row-lines.ts';

/** How a line ended that is not in the table by this load. `again`: its event is there already. */
export type Unwritten =
  | { status: 'again' }
  /** `first`: the request id that has its key; undefined when nothing knows it. */
  | { status: 'duplicate'; first: string | undefined }
  | { status: 'rejected'; refusal: Refusal };

/** A row that stood in the way may be gone when it is looked for; a few times, for takers of rows are slow. */
const maxLooks = 10;

/** Finds out why staged lines were passed over; those that can be written after all are written. */
export async function explainMissing(
  client: PoolClient,
  table: KnownTable,
  missing: Map<string, Line>,
  unwritten: Map<Line, Unwritten>,
): Promise<void> {
  for (let look = 1; missing.size > 0; look++) {
    const ids = [...missing.keys()];
    const { rows } = await client.query<Record<'id' | 'known' | 'taken' | 'first', string | null>>(
      table.lookUp,
      [ids],
    );
    for (const { id, known, taken, first } of rows) {
      const line = missing.get(id!);
      if (line === undefined || (known === null && taken === null)) continue;
      unwritten.set(
        line,
        known === null ? { status: 'duplicate', first: first ?? undefined } : { status: 'again' },
      );
      missing.delete(id!);
    }
    // Neither its id nor its key is there: somebody's own unique index, a trigger, or a row that has just gone.
    for (const line of missing.values()) {
      const result = await insertAlone(client, table, line, look === maxLooks);
      if (result === undefined) continue;
      if (result.status !== 'new') unwritten.set(line, result);
      missing.delete(line.id);
    }
  }
}

/** Undefined: something equal has come meanwhile. */
async function insertAlone(
  client: PoolClient,
  table: KnownTable,
  line: Line,
  isLast: boolean,
): Promise<Unwritten | { status: 'new' } | undefined> {
  await client.query('SAVEPOINT alone');
  try {
    const { rowCount } = await client.query(table.insertAlone, [line.id]);
    await client.query('RELEASE SAVEPOINT alone');
    if (rowCount === 1) return { status: 'new' };
    return {
      status: 'rejected',
      refusal: { reason: `a trigger of table ${table.spec.name} does not let the row in` },
    };
  } catch (error) {
    if (!isRowsFault(error)) throw error;
    await client.query('ROLLBACK TO SAVEPOINT alone; RELEASE SAVEPOINT alone');
    const ours = sqlStateOf(error) === '23505' && error.constraint?.startsWith('_sentinel_') === true;
    return ours && !isLast ? undefined : { status: 'rejected', refusal: refusalOf(table, error) };
  }
}

/** Names what refused it; the server's own text may quote the row. */
export function refusalOf({ spec }: KnownTable, error: DatabaseError): Refusal {
  const { code, column, constraint, table = spec.name } = error;
  if (code === untranslatable) return { reason: unwritable };
  const known = spec.columns.find(({ name }) => name === column);
  const by =
    constraint !== undefined
      ? `the constraint ${constraint} of table ${table} refuses the row`
      : column !== undefined
        ? `column ${column} of table ${spec.name} refuses the row`
        : `table ${spec.name} refuses the row`;
  return { reason: `${by} (${code})`, ...(known === undefined ? {} : { column: known.name }) };
}
