import type { DuckDBConnection } from '@duckdb/node-api';
import { messageOf } from '../../../errors.ts';
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
  hashes: Hash[];
}

export interface Sorted {
  direct: Direct;
  /** Maybe not new, or not sure to pass as text. */
  staged: Row[];
}

/** Tells the rows that can be inserted straight away from those that need a look. */
export function sortRows(table: KnownTable, rows: readonly Row[]): Sorted {
  const direct: Direct = { table, rows: [], lines: [], repairs: [], hashes: [] };
  const staged: Row[] = [];
  const batchKeys = new KeyFilter(rows.length);
  const batchIds = new KeyFilter(rows.length);
  for (const row of rows) {
    const key = table.keyHash(row.values);
    const id = ofUuid(row.requestId);
    const isNew =
      key !== undefined &&
      id !== undefined &&
      batchIds.add(...id) &&
      !table.ids.mayHave(row.requestId.toLowerCase()) &&
      (key === null || (batchKeys.add(...key) && !table.keys.has(...key)));
    const line = isNew ? rowLine(row) : undefined;
    const repair = line === undefined || row.repair === undefined ? '' : repairLine(row);
    if (line === undefined || repair === undefined || table.inexact(row.values) !== undefined) {
      staged.push(row);
      continue;
    }
    direct.rows.push(row);
    direct.lines.push(line);
    if (repair !== '') direct.repairs.push(repair);
    if (key !== null && key !== undefined) direct.hashes.push(key);
  }
  return { direct, staged };
}

/** Marks an error that may be one row's fault: the batch then takes the way that finds out which. */
export class DirectRefused extends Error {}

const rowsFault = /^(?:Conversion|Invalid Input|Out of Range) Error/;

/** Inserts them with all that belongs to them, within the transaction that is open. Throws `DirectRefused`. */
export async function insertDirect(
  connection: DuckDBConnection,
  handover: Handover,
  { table, rows, lines, repairs, hashes }: Direct,
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
  for (const hash of hashes) table.keys.add(...hash);
  for (const row of rows) table.ids.add(row.requestId.toLowerCase());
  return { loaded: rows.length, repaired: repairs.length, duplicate: 0 };
}

/**
 * The row as one line of JSON. The event's own text is used where it stands for the same values; not when it holds
 * `\u`, as DuckDB refuses halves of surrogate pairs. undefined: the line might be refused, or is too long.
 */
function rowLine(row: Row): string | undefined {
  const { requestId, receivedAt, source, contractVersion, repair, extra, values, text } = row;
  const usable = text !== undefined && !text.includes('\\u') && !text.includes('\n');
  const event = usable ? text : JSON.stringify(values);
  const rest = extra === undefined ? '' : `,"x":${JSON.stringify(extra)}`;
  const rule = repair === undefined ? '' : `,"r":${JSON.stringify(repair.ruleId ?? null)}`;
  const line =
    `{"i":"${requestId}","a":${Math.trunc(receivedAt)},"s":${JSON.stringify(source)},` +
    `"v":${JSON.stringify(contractVersion)},"p":${repair !== undefined}${rule}${rest},"e":${event}}`;
  return line.length > longestLine || line.includes('\\ud') ? undefined : line;
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
