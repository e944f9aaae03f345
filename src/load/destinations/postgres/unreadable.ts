import type { ClientBase } from 'pg';
import { messageOf } from '../../../model/errors.ts';
import type { Settlement } from '../../destination.ts';
import { TableFault } from '../../table-fault.ts';
import { sqlStateOf, unavailable } from './errors.ts';
import { takeTurn } from './outcomes.ts';
import { identifier } from './sql.ts';
import type { Warehouse } from './warehouse.ts';

/** A table that nobody can look into: it is locked, or this login may not read all of it. */
export interface Unreadable {
  reason: string;
  /** No event after this request id had been settled anywhere when the table was found so: none of them has a row in it. */
  newest: string;
}

const lastId = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Looks into each of these tables, for a moment, within the transaction that is open. */
export async function findUnreadable(
  client: ClientBase,
  schema: string,
  tables: readonly string[],
): Promise<Map<string, Unreadable>> {
  const found = new Map<string, Unreadable>();
  const reasons = new Map<string, string>();
  for (const table of tables) {
    const reason = await whyUnreadable(client, schema, table);
    if (reason !== undefined) reasons.set(table, reason);
  }
  if (reasons.size === 0) return found;
  // Alone: what others are about to write is written, and known.
  await takeTurn(client, schema, 'entries');
  const { rows } = await client.query<{ newest: string }>(
    `SELECT newest::text AS newest FROM ${identifier(schema)}._sentinel_marks m ORDER BY m.newest DESC LIMIT 1`,
  );
  for (const [table, reason] of reasons) found.set(table, { reason, newest: rows[0]?.newest ?? lastId });
  return found;
}

async function whyUnreadable(client: ClientBase, schema: string, table: string): Promise<string | undefined> {
  await client.query('SAVEPOINT look; SET LOCAL lock_timeout = 100; SET LOCAL statement_timeout = 2000');
  try {
    await client.query(
      `SELECT FROM ${identifier(schema)}.${identifier(table)} WHERE _request_id = '${lastId}' LIMIT 1`,
    );
    return undefined;
  } catch (error) {
    if (sqlStateOf(error) === undefined) throw error;
    return messageOf(unavailable(`look into table ${table}`, error));
  } finally {
    await client.query('ROLLBACK TO SAVEPOINT look; RELEASE SAVEPOINT look');
  }
}

/** Throws a `TableFault` when one of the events may have a row in a table that nobody can look into. */
export function refuseUnreadable({ unreadable }: Warehouse, { rows, letters }: Settlement): void {
  for (const [table, { reason, newest }] of unreadable) {
    const mayHold = ({ requestId }: { requestId: string }) => requestId.toLowerCase() <= newest;
    if (rows.some((row) => row.table === table || mayHold(row)) || letters.some(mayHold))
      throw new TableFault(table, reason, newest);
  }
}
