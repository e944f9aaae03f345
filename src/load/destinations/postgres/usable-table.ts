import type { ClientBase } from 'pg';
import { SentinelError } from '../../../model/errors.ts';
import { columnDemanded, columnLost, conflict, keyFields } from '../../destination-kit/key-fields.ts';
import type { Table } from '../../destination.ts';

/** A column that a table has. */
interface PresentColumn {
  name: string;
  /** As `format_type` spells it. */
  type: string;
  /** It must be filled, and nothing but an INSERT fills it. */
  demanded: string;
  /** It takes no values. */
  generated: string;
  /** Its collation takes different texts for the same. */
  loose: string;
  comment: string | null;
}

export async function presentColumns(client: ClientBase, table: string): Promise<PresentColumn[]> {
  const { rows } = await client.query<PresentColumn>(
    `SELECT attname AS name, format_type(atttypid, atttypmod) AS type,
       attnotnull AND NOT atthasdef AND attidentity = '' AS demanded, attgenerated <> '' OR attidentity = 'a' AS generated,
       coalesce((SELECT NOT collisdeterministic FROM pg_collation WHERE oid = attcollation), false) AS loose,
       col_description(attrelid, attnum) AS comment
     FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped`,
    [table],
  );
  return rows;
}

interface Found {
  /** With its schema, quoted. */
  table: string;
  present: readonly PresentColumn[];
  /** Columns that loading fills. */
  written: ReadonlySet<string>;
  /** Columns that must not be filled any more, in a moment. */
  loosened: readonly string[];
  /** See `ensureTables`. */
  again: boolean;
}

const kinds: Record<string, string> = {
  v: 'a view',
  m: 'a materialized view',
  f: 'a foreign table',
  S: 'a sequence',
  i: 'an index',
  c: 'a type',
};

/** Throws `destination_schema_conflict`, with what to do, for a table into which nothing can be loaded as it was sent. */
export async function refuseUnusable(client: ClientBase, spec: Table, found: Found): Promise<void> {
  const { rows } = await client.query<{ kind: string; persistence: string; rules: string | null }>(
    `SELECT relkind AS kind, relpersistence AS persistence,
       (SELECT string_agg(rulename, ', ' ORDER BY rulename) FROM pg_rewrite WHERE ev_class = c.oid AND ev_type <> '1') AS rules
     FROM pg_class c WHERE oid = $1::regclass`,
    [found.table],
  );
  const { kind, persistence, rules } = rows[0]!;
  const named = `table "${spec.name}"`;
  if (kind !== 'r' && kind !== 'p')
    throw conflict(
      `"${spec.name}" is ${kinds[kind] ?? 'no table'}, into which no events are loaded; rename it, or give the contract another table`,
    );
  if (persistence === 'u')
    throw conflict(`${named} is UNLOGGED: a crash of the server would empty it; ALTER TABLE … SET LOGGED`);
  if (rules !== null)
    throw conflict(
      `${named} has rules (${rules}), which change what is loaded; drop them, or make triggers of them`,
    );
  refuseColumns(spec, found);
}

function refuseColumns(spec: Table, { present, written, loosened, again }: Found): void {
  const names = new Set(present.map(({ name }) => name));
  const keys = new Set(keyFields(spec).map(({ column }) => column.name));
  const lost = [
    // The rest of what every table has: rows were loaded into it.
    ...(names.has('_received_at') ? ['_request_id'] : []),
    ...(again ? keys : []),
  ].find((name) => !names.has(name));
  if (lost !== undefined) throw columnLost(spec.name, lost);
  for (const { name, demanded, generated, loose } of present) {
    if (loose === 't' && keys.has(name))
      throw conflict(
        `column "${name}" of table "${spec.name}", a part of its key, has a collation for which different texts are the same; give it COLLATE "C"`,
      );
    if (generated === 't' && written.has(name))
      throw conflict(
        `column "${name}" of table "${spec.name}" is generated, so the event's value can't be stored; drop the expression, or give the field another name`,
      );
    if (demanded === 't' && !written.has(name) && !loosened.includes(name))
      throw columnDemanded(spec.name, name);
  }
}

/** What is on record of how events ended was there when the service began; without it an event could end twice. */
export const recordGone = (schema: string): SentinelError =>
  new SentinelError(
    'destination_unavailable',
    `the schema ${schema}, or its table _sentinel_outcomes, was moved or dropped while the service ran; put it back, or restart the service to begin anew`,
  );
