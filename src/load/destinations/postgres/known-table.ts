import { createHash } from 'node:crypto';
import { ownColumns } from '../../../model/own-columns.ts';
import type { Table } from '../../destination.ts';
import type { LineStore } from '../../destination-kit/line-store.ts';
import { DirectCopies } from './direct.ts';
import { type LineMaker, lineMaker } from './row-lines.ts';
import type { Shape } from './shape.ts';
import { identifier, keyOf, typeName } from './sql.ts';
import { differing } from './stored-as-sent.ts';

/** A prepared table, with the statements that load into it. */
export interface KnownTable {
  spec: Table;
  /** What it was like when it was prepared; see shape.ts. */
  shape: string | null;
  /** Set where something may change rows as they are written; see stored-as-sent.ts. */
  checked: { triggers: string; differing: string } | undefined;
  line: LineMaker;
  /** Makes the temporary table that rows are handed over in; empty again after each transaction. */
  stage: string;
  empty: string;
  copy: string;
  copyDirectly: string;
  directCopies: DirectCopies;
  /** Moves the rows from there; returns how many, and the request ids if they are not all ($1). */
  insert: string;
  /** One of them, by request id, with an error where `insert` passes over it. */
  insertAlone: string;
  /** For staged rows by request id: whether the id is in the table, and whether the key is, and with which id. */
  lookUp: string;
}

/** `lines` is where the lines of its rows are kept. */
export function knowTable(
  schema: string,
  spec: Table,
  { shape, triggers }: Shape,
  lines: LineStore,
): KnownTable {
  const all = [...spec.columns, ...ownColumns].map(({ name, type }) => ({ name, type: typeName(type) }));
  const columns = all.map(({ name }) => identifier(name)).join(', ');
  // Another set of columns is another table: this one may live on in its session.
  const digest = createHash('sha256')
    .update(JSON.stringify([schema, spec.name, all]))
    .digest('hex');
  const stage = `pg_temp.${identifier(`_sentinel_rows_${digest.slice(0, 24)}`)}`;
  const table = `${identifier(schema)}.${identifier(spec.name)}`;
  const [key, stagedKey] = [keyOf(spec, 't.'), keyOf(spec, 's.')];
  const sameKey = key.map((part, i) => `${part} = ${stagedKey[i]}`).join(' AND ');
  const oneOf = (where: string) => `LEFT JOIN LATERAL (SELECT true AS found, t._request_id FROM ${table} t
       WHERE ${where} LIMIT 1)`;
  return {
    spec,
    shape,
    checked: triggers === null ? undefined : { triggers, differing: differing(table, stage, all) },
    line: lineMaker(spec, lines),
    stage: `CREATE TEMP TABLE IF NOT EXISTS ${stage.slice('pg_temp.'.length)}
      (${all.map(({ name, type }) => `${identifier(name)} ${type}`).join(', ')}) ON COMMIT DELETE ROWS`,
    empty: `TRUNCATE ${stage}`,
    copy: `COPY ${stage} (${columns}) FROM STDIN`,
    copyDirectly: `COPY ${table} (${columns}) FROM STDIN`,
    directCopies: new DirectCopies(),
    insert: `WITH written AS (INSERT INTO ${table} (${columns}) SELECT ${columns} FROM ${stage}
        ON CONFLICT DO NOTHING RETURNING _request_id)
      SELECT count(*) AS count, CASE WHEN count(*) < $1 THEN string_agg(_request_id::text, ',') END AS ids FROM written`,
    insertAlone: `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM ${stage} WHERE _request_id = $1`,
    // One look-up in an index a row, however large the planner takes the table to be.
    lookUp: `SELECT s._request_id AS id, i.found AS known, ${key.length === 0 ? 'NULL AS taken, NULL AS first' : 'k.found AS taken, k._request_id AS first'}
      FROM ${stage} s ${oneOf('t._request_id = s._request_id')} i ON true
      ${key.length === 0 ? '' : `${oneOf(sameKey)} k ON true`}
      WHERE s._request_id = ANY($1::uuid[])`,
  };
}
