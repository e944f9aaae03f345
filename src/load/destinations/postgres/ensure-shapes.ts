import type { ClientBase } from 'pg';
import { SentinelError } from '../../../model/errors.ts';
import type { Table } from '../../destination.ts';
import { TableFault } from '../../table-fault.ts';
import { type Shape, readShapes } from './shape.ts';
import { ensureTables } from './tables.ts';

/**
 * The shapes of tables that have all they must have. Each is read before it is looked at: what somebody changes in between or
 * later makes it another one, and loads find that out. Read afterwards, a table that has just lost its unique index would pass.
 */
export async function ensureShapes(
  client: ClientBase,
  schema: string,
  specs: readonly Table[],
  again = false,
): Promise<Shape[]> {
  const names = specs.map(({ name }) => name);
  const shapes = await readShapes(client, schema, names);
  if (!(await ensure(client, schema, specs, again))) return shapes;
  const made = await readShapes(client, schema, names);
  await ensure(client, schema, specs, again);
  return made;
}

async function ensure(
  client: ClientBase,
  schema: string,
  specs: readonly Table[],
  again: boolean,
): Promise<boolean> {
  if (!again || specs.length === 0) return ensureTables(client, schema, specs, again);
  let hasMade = false;
  for (const spec of specs) if (await ensureAgain(client, schema, spec)) hasMade = true;
  return hasMade;
}

async function ensureAgain(client: ClientBase, schema: string, spec: Table): Promise<boolean> {
  try {
    return await ensureTables(client, schema, [spec], true);
  } catch (error) {
    if (!(error instanceof SentinelError) || error.code !== 'destination_schema_conflict') throw error;
    throw new TableFault(spec.name, error.message);
  }
}
