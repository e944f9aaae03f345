import type { Column } from '../../../contracts/contract.ts';
import { ownColumns } from '../../../model/own-columns.ts';
import type { Table } from '../../destination.ts';
import { keyFields } from '../../destination-kit/key-fields.ts';
import { identifier, literal, tryCast } from './sql.ts';

/** Temporary tables of the writer's connection; a load of rows for several tables has a set for each. */
export interface Staging {
  /** The rows as they were handed over, a line of JSON each (see `StagedRow`), with their numbers, `pos`. */
  text: string;
  /** The same rows with their values cast; columns `c0`, `c1`, … are the table's. */
  rows: string;
  /** Numbers of the rows whose key may be in the table. */
  suspects: string;
  /** What was decided about each row, when not all are to be written. */
  verdicts: string;
}

export function staging(slot: number): Staging {
  const name = (role: string): string => `_sentinel_${role}_${slot}`;
  return { text: name('text'), rows: name('rows'), suspects: name('suspects'), verdicts: name('verdicts') };
}

/** A row as it is handed over, as JSON. Absent fields are NULL. */
export interface StagedRow {
  id: string;
  round?: number | undefined;
  at: number;
  source: string;
  contract: string;
  version: string;
  rule?: string | undefined;
  repair?: object | undefined;
  /** JSON text, as are the values of JSON columns. */
  extra?: string | undefined;
  values: object;
}

export interface TableSql {
  /** Makes the rows of the text. */
  cast: string;
  /** Per staged row: number, number of the refused column, both halves of the key's hash (NULL without a key). */
  inspect: string;
  /** Suspects whose key is in the table, at `rowid`s from `from` on: number and the request id that has it. */
  sameKey(from: number): string;
  /** Staged rows that share their key: number, and the number of the first of them. */
  repeated: string;
  /** Writes the staged rows; only those with this verdict, when one is given. */
  insert(verdict?: number): string;
}

/** The statements that load rows into a table from its staging. */
export function tableSql(table: Table, stage: Staging): TableSql {
  const name = identifier(table.name);
  const staged = table.columns.map((_, i) => `c${i}`);
  const stagedKey = keyOf(table, (column) => `c${table.columns.indexOf(column)}`);
  const tableKey = keyOf(table, (column) => `t.${identifier(column.name)}`);
  const insertColumns = [...table.columns, ...ownColumns].map((column) => identifier(column.name)).join(', ');

  return {
    cast: castStatement(table.columns, stage),
    inspect: `SELECT pos, bad, ${halves} FROM (SELECT pos, bad, ${hash(stagedKey)} AS h FROM ${stage.rows})`,
    sameKey: (from) =>
      `SELECT s.pos, t._request_id::VARCHAR FROM ${stage.rows} s
       JOIN (SELECT * FROM main.${name} WHERE rowid >= ${from}) t
       ON ${stagedKey.map((part, i) => `${part} = ${tableKey[i]}`).join(' AND ')}
       WHERE s.pos IN (FROM ${stage.suspects})`,
    repeated: `SELECT pos, min(pos) OVER (PARTITION BY ${stagedKey.join(', ')}) AS leader FROM ${stage.rows}
       WHERE bad IS NULL AND ${complete(stagedKey)}
       QUALIFY count(*) OVER (PARTITION BY ${stagedKey.join(', ')}) > 1`,
    insert: (verdict) =>
      `INSERT INTO main.${name} (${insertColumns})
       SELECT ${[...staged, 'request_id', 'received_at', 'source', 'version', 'repaired', 'rule', 'extra'].join(', ')}
       FROM ${stage.rows}${verdict === undefined ? '' : ` JOIN ${stage.verdicts} v USING (pos) WHERE v.verdict = ${verdict} ORDER BY pos`}`,
  };
}

/**
 * Both halves of the key's hash, for every row in the table that has a whole key; undefined when the table has no
 * key. Throws `destination_schema_conflict` when the key is in no column.
 */
export function keyHashes(table: Table): string | undefined {
  const key = keyOf(table, (column) => identifier(column.name));
  if (key.length === 0) return undefined;
  return `SELECT ${halves} FROM (SELECT ${hash(key)} AS h FROM main.${identifier(table.name)}) WHERE h IS NOT NULL`;
}

const halves = 'CAST(h >> 32 AS UINTEGER), CAST(h & 4294967295 AS UINTEGER)';

const complete = (parts: readonly string[]): string =>
  parts.map((part) => `${part} IS NOT NULL`).join(' AND ');

/** NULL when a part of the key is. */
function hash(parts: readonly string[]): string {
  return parts.length === 0
    ? 'NULL::UBIGINT'
    : `CASE WHEN ${complete(parts)} THEN hash(${parts.join(', ')}) END`;
}

/**
 * Reads each line of JSON once, as text by field, and casts the texts. JSON values are handed over as their text, since
 * DuckDB's reader rounds the numbers within. Takes 15 ms for 10,000 rows of 9 columns.
 */
function castStatement(columns: readonly Column[], stage: Staging): string {
  const structure = {
    id: 'UUID',
    round: 'INTEGER',
    at: 'BIGINT',
    source: 'VARCHAR',
    contract: 'VARCHAR',
    version: 'VARCHAR',
    rule: 'VARCHAR',
    repair: 'JSON',
    extra: 'VARCHAR',
    values: Object.fromEntries(columns.map((column) => [column.name, 'VARCHAR'])),
  };
  const texts = columns.map((column, i) => `struct_extract(e.values, ${literal(column.name)}) AS t${i}`);
  const casts = columns.map(({ type }, i) =>
    type.kind === 'json' ? `CAST(t${i} AS JSON) AS c${i}` : `${tryCast(`t${i}`, type)} AS c${i}`,
  );
  const refusals = columns.flatMap(({ type }, i) =>
    type.kind === 'string' || type.kind === 'json'
      ? []
      : [`WHEN t${i} IS NOT NULL AND c${i} IS NULL THEN ${i}`],
  );
  return `CREATE OR REPLACE TEMP TABLE ${stage.rows} AS
    SELECT * EXCLUDE (${columns.map((_, i) => `t${i}`).join(', ')}),
      ${refusals.length === 0 ? 'NULL::INTEGER' : `CASE ${refusals.join(' ')} END`} AS bad
    FROM (
      SELECT *, ${casts.join(', ')} FROM (
        SELECT pos, e.id AS request_id, coalesce(e.round, 0) AS round, make_timestamptz(e.at * 1000) AS received_at,
          e.source AS source, e.contract AS contract, e.version AS version, e.rule AS rule,
          e.repair IS NOT NULL AS repaired, CAST(e.extra AS JSON) AS extra, ${texts.join(', ')}
        FROM (SELECT pos, json_transform(line, ${literal(JSON.stringify(structure))}) AS e FROM ${stage.text})
      )
    )`;
}

/** The parts of the key as SQL; NULL where the event has none. */
export function keyOf(table: Table, columnSql: (column: Column) => string): string[] {
  return keyFields(table).map(({ column, inner }) => {
    const sql = columnSql(column);
    if (column.type.kind !== 'json') return sql;
    // As JSON text, in which 1 and "1" differ.
    const pointer = inner.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
    const value = inner.length === 0 ? sql : `json_extract(${sql}, ${literal(pointer)})`;
    return `NULLIF(CAST(${value} AS VARCHAR), 'null')`;
  });
}
