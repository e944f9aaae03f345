import type { ClientBase, QueryConfig } from 'pg';
import { ownColumns } from '../../../model/own-columns.ts';
import type { Table } from '../../destination.ts';
import { bookkeepingTables } from './bookkeeping.ts';
import { isRowsFault, sqlStateOf } from './errors.ts';
import { commentOn, commentOnTable, dropRequired, noMoreRequired, noteRequired } from './describe.ts';
import { createIndexes, staleAndMissing } from './indexes.ts';
import { patient } from './session.ts';
import { conflict, keyFields } from '../../destination-kit/key-fields.ts';
import { expectType } from '../../destination-kit/merge-tables.ts';
import { identifier, literal, maxNameBytes, typeName } from './sql.ts';
import { lateColumns } from './book-columns.ts';
import { presentColumns, recordGone, refuseUnusable } from './usable-table.ts';

interface SqlColumn {
  name: string;
  /** As `format_type` spells it. */
  type: string;
  collation?: string;
  /** Declared NOT NULL where the table is new. */
  required?: boolean;
  comment?: string;
}

/**
 * Creates what is missing, in the transaction that is open; true if something was made. Looks first: where nothing is missing, no right
 * but to read the catalog is needed, and no load is held up. `again`: all was there when the service began, so nothing is begun anew.
 */
export async function ensureTables(
  client: ClientBase,
  schema: string,
  specs: readonly Table[],
  again = false,
): Promise<boolean> {
  if ((await missing(client, schema, specs, again)).length === 0) return false;
  // Workers that start together would otherwise create the same thing twice.
  await client.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, [`data-sentinel ${schema}`]);
  for (const statement of await missing(client, schema, specs, again)) {
    try {
      await client.query({ text: statement, query_timeout: patient.statementMs } as QueryConfig);
    } catch (error) {
      throw explained(statement, error);
    }
  }
  return true;
}

function explained(statement: string, error: unknown): unknown {
  const [, table] = /UNIQUE INDEX .* ON [^.]+\.("(?:[^"]|"")+")/.exec(statement) ?? [];
  if (sqlStateOf(error) === '23505' && table !== undefined)
    return conflict(`table ${table} holds rows that share a key already; remove the repeated ones first`);
  if (isRowsFault(error) || ['42701', '42P16', '54011', '0A000', '42809'].includes(sqlStateOf(error) ?? ''))
    return conflict(`PostgreSQL refuses the table: ${(error as Error).message}`);
  return error;
}

/** The statements that would make the schema as it must be. */
export async function missing(
  client: ClientBase,
  schema: string,
  specs: readonly Table[],
  again: boolean,
): Promise<string[]> {
  const found = await client.query<{ name: string }>(
    `SELECT nspname AS name FROM pg_namespace WHERE nspname = $1`,
    [schema],
  );
  const relations = await client.query<{ name: string; kind: string }>(
    `SELECT relname AS name, relkind AS kind FROM pg_class WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1)`,
    [schema],
  );
  const names = new Set(relations.rows.map(({ name }) => name));
  if (again && !names.has('_sentinel_outcomes')) throw recordGone(schema);
  const statements = found.rows.length === 0 ? [`CREATE SCHEMA ${identifier(schema)}`] : [];
  for (const [name, create] of bookkeepingTables(schema)) if (!names.has(name)) statements.push(...create);
  statements.push(...(await lateColumns(client, schema, names)));
  // Before version 0.3, events whose rows were taken out stood in a table of their own until they were dead letters.
  if (names.has('_sentinel_leaving'))
    statements.push(
      `INSERT INTO ${identifier(schema)}._sentinel_outcomes (request_id, round, outcome, received_at)
         SELECT request_id, 0, 'withdrawn', received_at FROM ${identifier(schema)}._sentinel_leaving ON CONFLICT DO NOTHING`,
      `DROP TABLE ${identifier(schema)}._sentinel_leaving`,
    );
  for (const spec of specs)
    statements.push(...(await missingOf(client, schema, spec, { relations: names, again })));
  return statements;
}

async function missingOf(
  client: ClientBase,
  schema: string,
  spec: Table,
  { relations, again }: { relations: ReadonlySet<string>; again: boolean },
): Promise<string[]> {
  const wanted = columnsOf(spec);
  checkNames(spec.name, wanted);
  const table = `${identifier(schema)}.${identifier(spec.name)}`;
  if (!relations.has(spec.name))
    return [
      `CREATE TABLE ${table} (${wanted.map(declaredAnew).join(', ')})`,
      ...createIndexes(schema, spec, relations),
      ...wanted.filter(({ required }) => required).map(({ name }) => noteRequired(schema, spec.name, name)),
      ...commentOnTable(table, spec),
      ...wanted.flatMap((column) => commentOn(table, column)),
    ];

  const loosened = relations.has('_sentinel_required') ? await noMoreRequired(client, schema, spec) : [];
  const present = await presentColumns(client, table);
  const types = new Map(present.map(({ name, type }) => [name, type]));
  const commented = new Set(present.flatMap(({ name, comment }) => (comment === null ? [] : [name])));
  await refuseUnusable(client, spec, {
    table,
    present,
    written: new Set(wanted.map(({ name }) => name)),
    loosened,
    again,
  });
  const statements = loosened.flatMap((name) => dropRequired(schema, spec.name, name, types.has(name)));
  for (const column of wanted) {
    const type = types.get(column.name);
    if (type === undefined) statements.push(`ALTER TABLE ${table} ADD COLUMN ${declared(column)}`);
    else expectType(spec.name, column.name, type, column.type);
    if (!commented.has(column.name)) statements.push(...commentOn(table, column));
  }
  statements.push(...(await staleAndMissing(client, schema, spec, relations)));
  return statements;
}

function columnsOf(spec: Table): SqlColumn[] {
  const keys = new Set(keyFields(spec).map(({ column }) => column.name));
  return [
    ...spec.columns.map(({ name, type, required, description }) => ({
      name,
      type: typeName(type),
      ...(required === true ? { required } : {}),
      ...(description === undefined ? {} : { comment: description }),
      // As in its index, so that people's own look-ups by key find it too.
      ...(type.kind === 'string' && keys.has(name) ? { collation: '"C"' } : {}),
    })),
    ...ownColumns.map(({ name, type }) => ({ name, type: typeName(type) })),
  ];
}

const declared = ({ name, type, collation }: SqlColumn): string =>
  `${identifier(name)} ${type}${collation === undefined ? '' : ` COLLATE ${collation}`}`;

const declaredAnew = (column: SqlColumn): string =>
  `${declared(column)}${column.required === true ? ' NOT NULL' : ''}`;

function checkNames(table: string, columns: readonly SqlColumn[]): void {
  for (const name of [table, ...columns.map((column) => column.name)])
    if (name === '' || Buffer.byteLength(name) > maxNameBytes || name.includes('\0'))
      throw conflict(
        `table ${table}: "${name}" can't be a name in PostgreSQL, which takes 1 to ${maxNameBytes} bytes; give the contract another table, or the field a shorter name`,
      );
}

/** The tables with a column of this name. */
export async function tablesWith(client: ClientBase, schema: string, column: string): Promise<Set<string>> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
     WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1) AND a.attname = $2 AND NOT a.attisdropped`,
    [schema, column],
  );
  return new Set(rows.map(({ name }) => name));
}

/**
 * The tables that hold events, those of contracts that are gone included: they are on record as written by a contract, or have
 * our index, which follows a table that is renamed. A copy that somebody else has made is none of ours.
 */
export async function eventTables(client: ClientBase, schema: string): Promise<string[]> {
  const names = ownColumns.map(({ name }) => literal(name)).join(', ');
  const { rows } = await client.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
     WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1) AND c.relkind IN ('r', 'p')
       AND a.attname IN (${names}) AND NOT a.attisdropped
       AND (c.relname IN (SELECT table_name FROM ${identifier(schema)}._sentinel_contracts)
         OR EXISTS (SELECT FROM pg_index i JOIN pg_class own ON own.oid = i.indexrelid
                    WHERE i.indrelid = c.oid AND own.relname LIKE '\\_sentinel\\_id\\_%'))
     GROUP BY c.relname HAVING count(*) = ${ownColumns.length}`,
    [schema],
  );
  return rows.map(({ name }) => name);
}
