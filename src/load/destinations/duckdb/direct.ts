import type { DuckDBConnection } from '@duckdb/node-api';
import { messageOf } from '../../../errors.ts';
import type { JsonObject } from '../../../json.ts';
import type { LoadCounts, Row } from '../../destination.ts';
import { insertRepairs, insertRows, longestLine, separator } from './direct-sql.ts';
import type { Handover } from './handover.ts';
import { type Hash, ofUuid } from './hash.ts';
import { KeyFilter } from './key-filter.ts';
import type { KnownTable } from './known-table.ts';

/** Rows that are certainly new, with the lines by which they are handed over. */
export interface Direct {
  table: KnownTable;
  rows: Row[];
  lines: string[];
  repairs: string[];
  /** Hashes of the keys; of the request ids, one a row. */
  keys: Hash[];
  ids: Hash[];
}

export interface Sorted {
  direct: Direct;
  /** New events whose key may be that of another one. */
  repeats: Row[];
  /** Maybe not new, or not sure to pass as text. */
  staged: Row[];
}

/** Tells the rows that can be inserted straight away from those that need a look. */
export function sortRows(table: KnownTable, rows: readonly Row[]): Sorted {
  const direct: Direct = { table, rows: [], lines: [], repairs: [], keys: [], ids: [] };
  const repeats: Row[] = [];
  const staged: Row[] = [];
  const batchKeys = new KeyFilter(rows.length);
  const batchIds = new KeyFilter(rows.length);
  for (const row of rows) {
    const key = table.keyHash(row.values);
    const id = ofUuid(row.requestId);
    if (
      key === undefined ||
      id === undefined ||
      !batchIds.add(id[0], id[1]) ||
      table.ids.mayHave(row.requestId.toLowerCase(), id) ||
      table.inexact(row.values) !== undefined
    ) {
      staged.push(row);
      continue;
    }
    if (key !== null && (!batchKeys.add(key[0], key[1]) || table.keys.has(key[0], key[1]))) {
      repeats.push(row);
      continue;
    }
    const line = rowLine(table, row);
    const repair = row.repair === undefined ? '' : repairLine(row);
    if (line === undefined || repair === undefined) {
      staged.push(row);
      continue;
    }
    direct.rows.push(row);
    direct.lines.push(line);
    direct.ids.push(id);
    if (repair !== '') direct.repairs.push(repair);
    if (key !== null) direct.keys.push(key);
  }
  return { direct, repeats, staged };
}

/** Marks an error that may be one row's fault: the batch then takes the way that finds out which. */
export class DirectRefused extends Error {}

const rowsFault = /^(?:Conversion|Invalid Input|Out of Range) Error/;

/**
 * Inserts them with all that belongs to them, within the transaction that is open: one statement, which reads, casts
 * and writes. Throws `DirectRefused`. Of what was tried with 10,000 rows of 9 columns: reading the file costs 1.3 to
 * 2.5 µs a row, appending to the table 1 to 1.4; a temporary table in between, to look at the hashes, 5 more, and so
 * does RETURNING. Reading a wide decimal as its type rather than as text costs 5 more. A larger buffer for a line or a
 * prepared statement changes nothing.
 */
export async function insertDirect(
  connection: DuckDBConnection,
  handover: Handover,
  { table, rows, lines, repairs, keys, ids }: Direct,
): Promise<LoadCounts> {
  const text = lines.join('\n');
  const repairText = repairs.join('\n');
  // A character that UTF-8 can't carry would silently become another.
  if (!text.isWellFormed() || !repairText.isWellFormed())
    throw new DirectRefused('text is not valid Unicode');
  await handover.rows.write(text);
  try {
    await connection.run(insertRows(table.spec, handover.rows.path));
  } catch (error) {
    throw rowsFault.test(messageOf(error)) ? new DirectRefused('a row was refused', { cause: error }) : error;
  }
  if (repairs.length > 0) {
    await handover.repairs.write(`${repairText}\n`);
    await connection.run(insertRepairs(table.spec.name, handover.repairs.path));
  }
  for (const [high, low] of keys) table.keys.add(high, low);
  for (const [i, row] of rows.entries()) table.ids.add(row.requestId.toLowerCase(), ids[i]!);
  table.rowCount += rows.length;
  return { loaded: rows.length, repaired: repairs.length, duplicate: 0 };
}

/** The row as one line of JSON. undefined: the line might be refused, or is too long. */
function rowLine({ columnNames }: KnownTable, row: Row): string | undefined {
  const { requestId, receivedAt, source, contractVersion, repair, extra } = row;
  const rest = extra === undefined ? '' : `,"x":${JSON.stringify(extra)}`;
  const rule = repair === undefined ? '' : `,"r":${JSON.stringify(repair.ruleId ?? null)}`;
  const line =
    `{"i":"${requestId}","a":${Math.trunc(receivedAt)},"s":${JSON.stringify(source)},` +
    `"v":${JSON.stringify(contractVersion)},"p":${repair !== undefined}${rule}${rest},"e":${eventText(row, columnNames)}}`;
  return line.length > longestLine || line.includes('\\ud') ? undefined : line;
}

/**
 * The event's own text, where it stands for the same values, with what was filled in. Not when it holds `\u`, as DuckDB
 * refuses halves of surrogate pairs, nor a field that another version of the contract declares: that has a column.
 */
function eventText({ text, filled, values, extra }: Row, columns: ReadonlySet<string>): string {
  const isOther = extra !== undefined && Object.keys(extra).some((name) => columns.has(name));
  if (text === undefined || isOther || text.includes('\\u') || text.includes('\n'))
    return JSON.stringify(values);
  if (filled === undefined) return text;
  return withFields(text, filled) ?? JSON.stringify(values);
}

/** Puts the fields in front of the text's own; undefined when the text may hold one of them, in another form. */
function withFields(text: string, fields: JsonObject): string | undefined {
  if (!text.startsWith('{"') || text.includes('\\/')) return undefined;
  for (const name of Object.keys(fields)) if (text.includes(JSON.stringify(name))) return undefined;
  return `${JSON.stringify(fields).slice(0, -1)},${text.slice(1)}`;
}

/** The row's repair as one line of `insertRepairs`; undefined when it can't be one. */
function repairLine({ requestId, contract, contractVersion, source, repair }: Row): string | undefined {
  const { healer, ruleId, original, plan, result, byHand } = repair!;
  if (byHand !== undefined || ruleId === '') return undefined;
  const fields = [requestId, contract, contractVersion, source, healer, original, plan, result];
  // An empty field would become NULL, and only the last may.
  if (fields.includes('')) return undefined;
  const text = fields.join('');
  if (text.length > longestLine || unfit.some((character) => text.includes(character))) return undefined;
  return `${fields.join(separator)}${separator}${ruleId ?? ''}`;
}

const unfit = [separator, '\n', '\r', '\0'];
