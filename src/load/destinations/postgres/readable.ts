import type { ClientBase } from 'pg';
import type { LoadedEvent } from '../../../model/loaded-event.ts';
import { findEvent as findIn } from '../../destination-kit/sql/find-event.ts';
import { questionOf } from './question.ts';
import { eventTables } from './tables.ts';

/** The tables that hold events. */
export interface TablesByAccess {
  readable: string[];
  /** Row-level security hides rows of them, the right to read is missing, or somebody holds a lock that keeps every reader out. */
  unreadable: string[];
}

/**
 * What a question about all events can be asked of. A table that can't be read makes every statement fail that names it, so it is
 * left out, and the answer says so.
 */
export async function tablesByAccess(client: ClientBase, schema: string): Promise<TablesByAccess> {
  const all = await eventTables(client, schema);
  const { rows } = await client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class c
     WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1) AND relname = ANY($2)
       AND has_table_privilege(c.oid, 'SELECT') AND NOT row_security_active(c.oid)
       AND NOT EXISTS (SELECT FROM pg_locks l
         WHERE l.relation = c.oid AND l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock' AND l.granted
           AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
           AND l.pid <> pg_backend_pid())`,
    [schema, all],
  );
  const readable = new Set(rows.map(({ name }) => name));
  return {
    readable: all.filter((name) => readable.has(name)),
    unreadable: all.filter((name) => !readable.has(name)),
  };
}

/** Looks in every table for an event; in those that can't be read, when it is in no other one. */
export async function findEvent(
  client: ClientBase,
  schema: string,
  requestId: string,
): Promise<LoadedEvent | undefined> {
  const { readable, unreadable } = await tablesByAccess(client, schema);
  const question = questionOf(client, schema);
  const found = await findIn(question, readable, requestId);
  return found ?? (unreadable.length === 0 ? undefined : findIn(question, unreadable, requestId));
}
