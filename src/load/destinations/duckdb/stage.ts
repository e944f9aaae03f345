import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckDBDataChunk, INTEGER, VARCHAR } from './duckdb.ts';
import { type Result, fail, ok } from '../../../model/result.ts';
import { type Json, type JsonObject, inOneOrder } from '../../../model/json.ts';
import type { Row, Table } from '../../destination.ts';
import type { RepairTrail } from '../../../model/loaded-event.ts';
import { type Refusal, cannotHold } from '../../destination-kit/exact-row.ts';
import type { KnownTable } from './known-table.ts';
import { forEachRow } from './rows.ts';
import { type Staging, type StagedRow, type TableSql, staging, tableSql } from './table-sql.ts';

/** The rows of one table in the database's memory, cast to the table's types; lists go by a row's number (`pos`). */
export interface Staged {
  table: KnownTable;
  sql: TableSql;
  stage: Staging;
  rows: Row[];
  /** Refused by a cast. */
  refused: (Refusal | undefined)[];
  /** Halves of the key's hash; undefined when a part of the key is absent. */
  hashes: ([high: number, low: number] | undefined)[];
}

/** The most rows that a data chunk holds. */
const chunkRows = 2048;

/**
 * The careful way, for rows that may be known already or that direct.ts does not trust DuckDB's reader with. Hands the
 * rows over as text, one column, and lets DuckDB take them apart. For 10,000 rows of 9 columns (2 cores):
 * a text takes 0.5 to 0.7 µs to hand over, so one column is 8 ms, and one for each field would be more than 45. Taking
 * apart and casting is 15 ms with json_transform, 18 with json_extract_string(text, [paths]), and 32 with one
 * json_extract a field. Handed over as a single parameter, json_transform over string_split is 31 ms, and from_json of
 * one array 57. All in all a row costs about 15 µs of CPU
 * this way, commit included, and some ten statements a batch.
 */
export async function stage(
  connection: DuckDBConnection,
  table: KnownTable,
  rows: Row[],
  lines: string[],
  slot: number,
): Promise<Staged> {
  const names = staging(slot);
  const sql = tableSql(table.spec, names);
  await fillTable(connection, names.text, [
    { name: 'pos', type: INTEGER, values: [...lines.keys()] },
    { name: 'line', type: VARCHAR, values: lines },
  ]);
  await connection.run(sql.cast);
  const staged: Staged = { table, sql, stage: names, rows, refused: [], hashes: [] };
  await forEachRow(connection, sql.inspect, (at) => {
    const pos = Number(at(0));
    const bad = at(1);
    const high = at(2);
    staged.refused[pos] =
      bad === null ? undefined : cannotHold(table.spec.name, table.spec.columns[Number(bad)]!.name);
    staged.hashes[pos] = high === null ? undefined : [Number(high), Number(at(3))];
  });
  return staged;
}

/** The row as text to be staged, or why it can't be. */
export function lineOf(table: KnownTable, row: Row): Result<string, Refusal> {
  const inexact = table.inexact(row.values);
  if (inexact !== undefined) return fail(cannotHold(table.spec.name, inexact.name));
  const texts = jsonTexts(row, table.spec);
  if (texts.some((text) => loneSurrogate.test(text))) return fail(notUnicode);
  const line = JSON.stringify(stagedRow(table, row));
  return loneSurrogate.test(line) ? fail(notUnicode) : ok(line);
}

const notUnicode: Refusal = { reason: 'holds text that is not valid Unicode' };

/** As `JSON.stringify` escapes it, after an even number of backslashes. DuckDB refuses the whole batch for one. */
const loneSurrogate = /(?<!\\)(?:\\\\)*\\ud[89a-f]/;

function stagedRow({ repairKinds, spec, jsonKeys }: KnownTable, row: Row): StagedRow {
  const { requestId, round, receivedAt, source, contract, contractVersion, repair, extra, values } = row;
  return {
    id: requestId,
    round,
    at: Math.trunc(receivedAt),
    source,
    contract,
    version: contractVersion,
    rule: repair?.ruleId,
    repair: repair === undefined ? undefined : stagedRepair(repairKinds.numberOf(row, repair), repair),
    extra: jsonText(extra),
    values: withJsonTexts(values, spec, jsonKeys),
  };
}

const jsonText = (value: Json | undefined): string | undefined =>
  value === undefined || value === null ? undefined : JSON.stringify(value);

/** Of what is handed over as text within the line's text, where escapes are escaped once more. */
function jsonTexts({ values, extra }: Row, { columns }: Table): string[] {
  const nested = columns.flatMap(({ name, type }) => (type.kind === 'json' ? [values[name]] : []));
  return [extra, ...nested].flatMap((value) => jsonText(value) ?? []);
}

function withJsonTexts(
  values: JsonObject,
  { columns }: Table,
  jsonKeys: ReadonlySet<string>,
): Readonly<Record<string, Json | undefined>> {
  const texts: Record<string, Json | undefined> = { ...values };
  for (const { name, type } of columns)
    if (type.kind === 'json' && Object.hasOwn(values, name))
      texts[name] = jsonText(jsonKeys.has(name) ? inOneOrder(values[name]!) : values[name]);
  return texts;
}

function stagedRepair(kind: number, repair: RepairTrail): object {
  const { original, patch, byHand } = repair;
  return patch === undefined
    ? { kind, original, result: repair.result, byHand }
    : { kind, original, patch, byHand };
}

export interface TemporaryColumn {
  name: string;
  type: typeof INTEGER | typeof VARCHAR;
  values: readonly (number | string | null)[];
}

/** Makes a temporary table, in place of one of that name. */
export async function fillTable(
  connection: DuckDBConnection,
  name: string,
  columns: readonly TemporaryColumn[],
): Promise<void> {
  const declared = columns.map((column) => `${column.name} ${column.type}`).join(', ');
  await connection.run(`CREATE OR REPLACE TEMP TABLE ${name} (${declared})`);
  const types = columns.map(({ type }) => type);
  const rows = columns[0]?.values.length ?? 0;
  const appender = await connection.createAppender(name, null, 'temp');
  try {
    for (let from = 0; from < rows; from += chunkRows) {
      const chunk = DuckDBDataChunk.create(types, Math.min(chunkRows, rows - from));
      for (const [i, { values }] of columns.entries())
        chunk.setColumnValues(i, values.slice(from, from + chunkRows));
      appender.appendDataChunk(chunk);
    }
  } finally {
    appender.closeSync();
  }
}
