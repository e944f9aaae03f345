import type { JsonObject } from '../../../json.ts';
import type { Row } from '../../destination.ts';
import { longestLine, separator } from './direct-sql.ts';
import { ofUuid } from './hash.ts';
import type { KnownTable } from './known-table.ts';
import type { Place } from './line-store.ts';

/** What can be known of a row before its batch, and without a question to DuckDB. */
export interface Ready {
  /** Whose keys and ids it was compared with. */
  table: KnownTable;
  /**
   * - direct: certainly new, and sure to pass as text.
   * - repeat: a new event whose key may be that of another one.
   * - staged: all others.
   */
  way: 'direct' | 'repeat' | 'staged';
  /** By which a direct row is handed over, and its repair when there was one; in the table's stores. */
  line: Place | undefined;
  repair: Place | undefined;
}

/**
 * Tells the rows that can be inserted straight away from those that need a look. The row's id and key count as seen from
 * now on, so that later rows with the same ones get that look; for a row that does not load in the end, they get it for
 * nothing.
 */
export function makeReady(table: KnownTable, row: Row): Ready {
  const { values } = row;
  const staged: Ready = { table, way: 'staged', line: undefined, repair: undefined };
  const key = table.keyHash(values);
  const id = ofUuid(row.requestId);
  if (key === undefined || id === undefined) return staged;
  if (!table.ids.admit(row.requestId.toLowerCase(), id)) return staged;
  if (table.inexact(values) !== undefined) return staged;
  if (key !== null && !table.keys.add(key[0], key[1]))
    return { table, way: 'repeat', line: undefined, repair: undefined };
  const lineText = rowLine(table, row, values);
  const repairText = row.repair === undefined ? '' : repairLine(row);
  if (lineText === undefined || repairText === undefined) return staged;
  const line = table.lines.add(lineText);
  const repair = repairText === '' || line === undefined ? undefined : table.repairLines.add(repairText);
  if (line === undefined || (repairText !== '' && repair === undefined)) {
    if (line !== undefined) table.lines.release([line]);
    return staged;
  }
  row.letGo?.();
  return { table, way: 'direct', line, repair };
}

/** The row as one line of JSON. undefined: the line might be refused, or is too long. */
function rowLine({ columnNames }: KnownTable, row: Row, values: JsonObject): string | undefined {
  const { requestId, receivedAt, repair, extra } = row;
  const rest = extra === undefined ? '' : `,"x":${JSON.stringify(extra)}`;
  const rule = repair === undefined ? '' : `,"r":${JSON.stringify(repair.ruleId ?? null)}`;
  const event = eventText(row, values, columnNames);
  const line =
    `{"i":"${requestId}","a":${Math.trunc(receivedAt)},${origin(row)},` +
    `"p":${repair !== undefined}${rule}${rest},"e":${event}}`;
  return line.length > longestLine || mayHaveHalfPairs(event, rest) ? undefined : line;
}

/** Source and version; neighbours mostly share them. */
const origin = (() => {
  let source: string | undefined;
  let version: string | undefined;
  let text = '';
  return (row: Row): string => {
    if (row.source !== source || row.contractVersion !== version) {
      ({ source, contractVersion: version } = row);
      text = `"s":${JSON.stringify(source)},"v":${JSON.stringify(version)}`;
    }
    return text;
  };
})();

/** DuckDB refuses halves of surrogate pairs, which JSON text may hold escaped. */
const mayHaveHalfPairs = (event: string, rest: string): boolean =>
  (event.includes('\\') && event.includes('\\ud')) || (rest !== '' && rest.includes('\\ud'));

/**
 * The event's own text, where it stands for the same values, with what was filled in. Not when it holds `\u`, as DuckDB
 * refuses halves of surrogate pairs, nor a field that another version of the contract declares: that has a column.
 */
function eventText({ text, filled, extra }: Row, values: JsonObject, columns: ReadonlySet<string>): string {
  const isOther = extra !== undefined && Object.keys(extra).some((name) => columns.has(name));
  if (text === undefined || isOther || (text.includes('\\') && text.includes('\\u')) || text.includes('\n'))
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
