import { letterTable } from '../../letter-table.ts';
import { letterTableSpec } from './letter-table.ts';
import { ownColumns } from '../../../model/own-columns.ts';
import type { Table } from '../../destination.ts';
import { conflict, keyFields } from '../../destination-kit/key-fields.ts';
import { expectType } from '../../destination-kit/merge-tables.ts';
import type { Api, TableSpec } from './api.ts';
import { type Field, checkName, fieldOf, sameName, spelled } from './types.ts';

const text = (name: string): Field => ({ name, type: 'STRING' });
const time = (name: string): Field => ({ name, type: 'TIMESTAMP' });
const count = (name: string): Field => ({ name, type: 'INT64' });

/** What every table has beside the declared columns. */
export const ownFields: Field[] = ownColumns.map(fieldOf);

/** The same columns as in DuckDB, but for `queue` (several may load into one dataset) and `batch` (see ADR 6). */
const bookkeeping: Record<string, TableSpec> = {
  _sentinel_counters: {
    fields: [text('batch'), count('loaded'), count('repaired'), count('duplicate'), count('changed')],
  },
  _sentinel_contracts: { fields: [text('table_name'), text('contract'), text('contract_version')] },
  _sentinel_duplicates: {
    fields: [
      text('request_id'),
      text('contract'),
      text('source'),
      text('contract_version'),
      text('table_name'),
      text('first_request_id'),
      time('received_at'),
      { name: 'changed', type: 'BOOL' },
      { name: 'replaced', type: 'BOOL' },
      text('event'),
    ],
    clusterBy: ['request_id'],
  },
  _sentinel_repairs: {
    fields: [
      ...['request_id', 'table_name', 'contract', 'contract_version', 'source', 'healer', 'rule_id'].map(
        text,
      ),
      ...['original', 'plan', 'result'].map(text),
      { name: 'by_hand', type: 'STRING', mode: 'REPEATED' },
      time('repaired_at'),
      time('rolled_back_at'),
    ],
    clusterBy: ['rule_id', 'request_id'],
  },
  /** How each event ended that is no row; of several entries the one of the latest round counts. Of a row that was withdrawn, its `_headers`. */
  _sentinel_outcomes: {
    fields: [text('request_id'), count('round'), text('outcome'), time('received_at'), text('headers')],
    clusterBy: ['request_id'],
  },
  _sentinel_marks: { fields: [text('queue'), text('newest')] },
};

export async function ensureBookkeeping(api: Api): Promise<void> {
  await api.ensureDataset();
  for (const [name, spec] of Object.entries(bookkeeping)) await ensureBook(api, name, spec);
  await ensureBook(api, letterTable, letterTableSpec);
  const counters = api.table('_sentinel_counters');
  // One row, whoever makes it. MERGE and not INSERT, which two workers could do at once.
  await api.run(
    `MERGE INTO ${counters} c USING (SELECT '' AS batch) n ON TRUE
     WHEN NOT MATCHED THEN INSERT (batch, loaded, repaired, duplicate, changed) VALUES (n.batch, 0, 0, 0, 0)`,
  );
  // What was recorded as a duplicate before there was a table of outcomes.
  await api.run(
    `MERGE INTO ${api.table('_sentinel_outcomes')} o
     USING (SELECT DISTINCT request_id FROM ${api.table('_sentinel_duplicates')}) d ON o.request_id = d.request_id
     WHEN NOT MATCHED THEN INSERT (request_id, round, outcome) VALUES (d.request_id, 0, 'duplicate')`,
  );
  // So did events whose rows were taken out, until they were dead letters, in a table of their own.
  if ((await api.fieldsOf('_sentinel_leaving')) !== undefined)
    await api.run(
      `MERGE INTO ${api.table('_sentinel_outcomes')} o USING ${api.table('_sentinel_leaving')} l ON o.request_id = l.request_id
       WHEN NOT MATCHED THEN INSERT (request_id, round, outcome, received_at) VALUES (l.request_id, 0, 'withdrawn', l.received_at);
       DELETE FROM ${api.table('_sentinel_leaving')} WHERE TRUE`,
    );
}

async function ensureBook(api: Api, name: string, spec: TableSpec): Promise<void> {
  const present = await api.fieldsOf(name);
  if (present === undefined) return api.create(name, spec);
  const names = new Set(present.map((field) => field.name));
  const added = spec.fields.filter((field) => !names.has(field.name));
  if (added.length > 0) await api.setFields(name, [...present, ...added]);
}

/** Creates the table, or adds the columns it lacks; the rows that are there keep NULL in them. */
export async function ensureTable(api: Api, table: Table, partitionExpirationDays?: number): Promise<void> {
  const declared = table.columns.map(fieldOf);
  for (const { name } of [{ name: table.name }, ...declared]) checkName(table.name, name);
  const wanted = [...declared, ...ownFields];
  const present = await api.fieldsOf(table.name);
  if (present === undefined) {
    await api.create(table.name, {
      fields: wanted,
      partitionBy: '_received_at',
      partitionExpirationDays,
      clusterBy: clusteringOf(table),
    });
    return;
  }
  const types = new Map(present.map((field) => [sameName(field.name), spelled(field)]));
  for (const field of wanted) {
    const type = types.get(sameName(field.name));
    if (type !== undefined) expectType(table.name, field.name, type, spelled(field));
  }
  const added = wanted.filter(({ name }) => !types.has(sameName(name)));
  if (added.length > 0) await api.setFields(table.name, [...present, ...added]);
}

const maxClusterFields = 4;
const clusterable = new Set(['STRING', 'INT64', 'BOOL', 'TIMESTAMP', 'DATE', 'NUMERIC', 'BIGNUMERIC']);

/** By the key, for people's look-ups and for ours; of an event without one, by its request id. */
function clusteringOf(table: Table): string[] {
  const fields = keyFields(table).map(({ column }) => fieldOf(column));
  const useful = [...new Set(fields.filter(({ type }) => clusterable.has(type)).map(({ name }) => name))];
  return useful.length === 0 ? ['_request_id'] : useful.slice(0, maxClusterFields);
}

/** The parts of the key as SQL; NULL where the event has none. */
export function keyOf(table: Table, prefix: string): string[] {
  return keyFields(table).map(({ column, inner }) => {
    const sql = `${prefix}.\`${column.name}\``;
    if (column.type.kind === 'number')
      throw conflict(
        `table ${table.name}: its key ${column.name} is a floating-point number, which BigQuery can't compare exactly`,
      );
    if (column.type.kind !== 'json') return sql;
    // As JSON text, in which 1 and "1" differ.
    const path = ['$', ...inner.map((name) => `"${name.replace(/["\\]/g, '\\$&')}"`)].join('.');
    const value = inner.length === 0 ? sql : `JSON_QUERY(${sql}, ${literal(path)})`;
    return `NULLIF(TO_JSON_STRING(${value}), 'null')`;
  });
}

/** As GoogleSQL reads it. */
export const literal = (value: string): string =>
  `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n').replaceAll('\r', '\\r')}'`;
