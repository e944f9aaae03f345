import type { PoolClient } from 'pg';
import { TableFault } from '../../table-fault.ts';
import type { Refusal } from '../../destination-kit/exact-row.ts';
import type { KnownTable } from './known-table.ts';
import type { Line } from './row-lines.ts';
import { identifier, literal } from './sql.ts';

/**
 * For staged rows but those of the request ids $1: which are in the table with another value than was sent, or not at all, and the
 * first such column.
 */
export function differing(
  table: string,
  stage: string,
  columns: readonly { name: string; type: string }[],
): string {
  const differs = columns.map(({ name, type }) => {
    const sides = ['t', 's'].map(
      (side) => `${side}.${identifier(name)}${type === 'text' ? ' COLLATE "C"' : ''}`,
    );
    return { name, sql: sides.join(' IS DISTINCT FROM ') };
  });
  const which = differs.map(({ name, sql }) => `WHEN ${sql} THEN ${literal(name)}`);
  return `SELECT s._request_id AS id, CASE WHEN t._request_id IS NULL THEN '_request_id' ${which.join(' ')} END AS "column" FROM ${stage} s
    LEFT JOIN LATERAL (SELECT * FROM ${table} t WHERE t._request_id = s._request_id LIMIT 1) t ON true
    WHERE s._request_id <> ALL($1::uuid[]) AND (${differs.map(({ sql }) => sql).join(' OR ')})`;
}

/** Lines that the table holds otherwise than they were sent, with the columns. */
export class StoredOtherwise extends Error {
  readonly columns: ReadonlyMap<Line, string>;

  constructor(columns: ReadonlyMap<Line, string>) {
    super('rows were stored otherwise than they were sent');
    this.columns = columns;
  }
}

/**
 * Compares what was written with what was sent, where a trigger may have changed it: nothing that is not what the event says is
 * committed. Throws `StoredOtherwise`.
 */
export async function expectStored(
  client: PoolClient,
  { checked }: KnownTable,
  lines: readonly Line[],
  isUnwritten: (line: Line) => boolean,
): Promise<void> {
  if (checked === undefined) return;
  const written = new Map<string, Line>();
  const passedOver: string[] = [];
  for (const line of lines)
    if (isUnwritten(line)) passedOver.push(line.id);
    else written.set(line.id, line);
  // A constraint trigger may wait for the commit to change something.
  await client.query('SET CONSTRAINTS ALL IMMEDIATE');
  const { rows } = await client.query<{ id: string; column: string }>(checked.differing, [passedOver]);
  if (rows.length > 0)
    throw new StoredOtherwise(new Map(rows.map(({ id, column }) => [written.get(id)!, column])));
}

export const changedBy = ({ spec, checked }: KnownTable, column: string): Refusal => ({
  reason: `table ${spec.name} stores another value in column ${column} than the event has; its triggers: ${checked?.triggers}`,
  ...(spec.columns.some(({ name }) => name === column) ? { column } : {}),
});

/** For a table that changes every row: no row is to blame. */
export const tableChanges = ({ spec, checked }: KnownTable, column: string): TableFault =>
  new TableFault(
    spec.name,
    `table ${spec.name} stores other values than the events have, the first in column ${column}; its triggers: ${checked?.triggers}; ` +
      'drop the one that changes it, or let it write to columns of its own, and the rows load',
  );
