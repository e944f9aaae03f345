import { DatabaseError, type PoolClient, type QueryResultRow } from 'pg';
import { TableFault } from '../../table-fault.ts';
import { identifier } from './sql.ts';

/**
 * Takes the rows of these request ids out of a table, within the transaction that is open, and returns what `returning` (SQL)
 * says of each. Throws `TableFault` when something that others have added to the table (a foreign key, a trigger) keeps one.
 */
export async function deleteRows<R extends QueryResultRow>(
  client: PoolClient,
  { schema, table }: { schema: string; table: string },
  ids: readonly string[],
  returning: string,
): Promise<R[]> {
  const mine = `FROM ${identifier(schema)}.${identifier(table)} WHERE _request_id = ANY($1::uuid[])`;
  try {
    const { rows } = await client.query<R>(`DELETE ${mine} RETURNING ${returning}`, [ids]);
    // What waits for the commit shall speak now.
    await client.query('SET CONSTRAINTS ALL IMMEDIATE');
    const { rows: kept } = await client.query(`SELECT 1 ${mine} LIMIT 1`, [ids]);
    if (kept.length > 0) throw keeps(table, keptBack);
    return rows;
  } catch (error) {
    throw keptBy(table, error);
  }
}

export const keptBack = 'a trigger or a rule keeps them, or puts them back';

export const keeps = (table: string, why: string): TableFault =>
  new TableFault(table, `table ${table} does not let go of rows that are to be taken out: ${why}`);

/** What a row, a constraint, a trigger, a rule or a right is to blame for, and not the server. */
const ofTheTable = /^(?:0A|22|23|27|38|39|42|44|54|P0)/;

/** An error of a DELETE as the table's fault, where it is that. Without its text, which may quote a row. */
function keptBy(name: string, error: unknown): unknown {
  if (!(error instanceof DatabaseError) || !ofTheTable.test(error.code ?? '')) return error;
  const { code, constraint, table } = error;
  if (constraint === undefined)
    return keeps(name, `a trigger, a rule or a missing right is in the way (${code})`);
  return keeps(name, `constraint ${constraint} of table ${table} is in the way (${code})`);
}
