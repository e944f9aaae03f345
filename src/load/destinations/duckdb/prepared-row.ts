import { exactNumbersExist } from '../../../model/exact-number.ts';
import { holdsExactNumber, type JsonObject } from '../../../model/json.ts';
import type { Row } from '../../destination.ts';
import type { RepairTrail } from '../../../model/loaded-event.ts';
import { longestLine, separator } from './direct-sql.ts';
import { type Hash, ofUuid } from './hash.ts';
import type { KnownTable } from './known-table.ts';
import type { Place } from '../../destination-kit/line-store.ts';

/** What is known of a row before its batch is settled, without a query. */
export interface PreparedRow {
  /** Whose keys and ids it was compared with. */
  table: KnownTable;
  /**
   * - direct: certainly new, and sure to pass as text.
   * - repeat: a new event whose key may be that of another one.
   * - staged: all others.
   */
  way: 'direct' | 'repeat' | 'staged';
  /** The line of a direct row in the spill file, and that of its repair, if it has one; in the table's stores. */
  line: Place | undefined;
  repair: Place | undefined;
  /** Of a direct row and a repeat; see `RecentWrites`. */
  since: number;
  /** The hashes of its id and key as 32-bit integers: as lists they would outlive many a collection. */
  idHigh: number;
  idLow: number;
  isKeyed: boolean;
  keyHigh: number;
  keyLow: number;
}

const toBeStaged = (table: KnownTable): PreparedRow => ({
  table,
  way: 'staged',
  line: undefined,
  repair: undefined,
  since: 0,
  idHigh: 0,
  idLow: 0,
  isKeyed: false,
  keyHigh: 0,
  keyLow: 0,
});

/** Whether a row with its id or key, or an entry of its event, was written since it was made ready. */
export function wasWrittenSince({
  table,
  since,
  idHigh,
  idLow,
  isKeyed,
  keyHigh,
  keyLow,
}: PreparedRow): boolean {
  const { recentWrites } = table.events;
  if (since === recentWrites.count) return false;
  return (
    recentWrites.mayHave(since, idHigh >>> 0, idLow >>> 0) ||
    (isKeyed && recentWrites.mayHave(since, keyHigh >>> 0, keyLow >>> 0))
  );
}

/**
 * Tells the rows that can be inserted straight away from those that need a look. The row's id and key count as seen from
 * now on, so that later rows with the same ones get that look; for a row that does not load in the end, they get it for
 * nothing.
 */
export function prepareRow(table: KnownTable, row: Row): PreparedRow {
  const { values } = row;
  const { ids, recentWrites } = table.events;
  const since = recentWrites.count;
  const key = table.keyHash(values);
  const id = ofUuid(row.requestId);
  if (key === undefined || id === undefined) return toBeStaged(table);
  if (!ids.admit(row.requestId.toLowerCase(), id)) return toBeStaged(table);
  if (table.inexact(values) !== undefined || holdsFraction(values) || holdsFraction(row.extra))
    return toBeStaged(table);
  const [keyHigh, keyLow] = key ?? noHash;
  const isRepeat = key !== null && !table.keys.add(keyHigh, keyLow);
  const line = isRepeat ? undefined : rowLine(table, row, values);
  if (line === undefined && !isRepeat) return toBeStaged(table);
  let repair: Place | undefined;
  if (line !== undefined && row.repair !== undefined) {
    repair = repairLine(table, row, row.repair);
    if (repair === undefined) {
      table.lines.release(line);
      return toBeStaged(table);
    }
  }
  if (!isRepeat) row.releaseValues?.();
  // One literal: a spread costs a microsecond an event, and the collection of larger objects.
  return {
    table,
    way: isRepeat ? 'repeat' : 'direct',
    line,
    repair,
    since,
    idHigh: id[0] | 0,
    idLow: id[1] | 0,
    isKeyed: key !== null,
    keyHigh: keyHigh | 0,
    keyLow: keyLow | 0,
  };
}

/** Whether it holds a number that DuckDB's JSON reader would round: it keeps whole ones of any size. */
const holdsFraction = (value: JsonObject | undefined): boolean =>
  value !== undefined && exactNumbersExist() && holdsExactNumber(value, ({ text }) => !/^-?\d+$/.test(text));

const noHash: Hash = [0, 0];

/** The row as one line of JSON. undefined: the line might be refused, or is too long. */
function rowLine({ columnNames, lines }: KnownTable, row: Row, values: JsonObject): Place | undefined {
  const { requestId, extra, text, filled, isPlain = false } = row;
  let event = ownText(row, columnNames);
  let first = '';
  if (event !== undefined && filled !== undefined) {
    if (!event.startsWith('{"') || !(row.isApart === true || isApart(event, filled))) event = undefined;
    else first = `${JSON.stringify(filled).slice(0, -1)},`;
  }
  const isOwn = event !== undefined && text !== undefined;
  event ??= JSON.stringify(values);
  const rest = extra === undefined ? '' : `,"x":${JSON.stringify(extra)}`;
  const head = `{"i":"${requestId}${reception(row)}${rest},"e":${first}`;
  const body = first === '' ? event : event.slice(1);
  if (head.length + body.length > longestLine) return undefined;
  if (mayHaveHalfPairs(head) || (!(isOwn && isPlain) && mayHaveHalfPairs(body))) return undefined;
  return lines.add(head, body, isOwn && isPlain, '}');
}

/** What rows of one request share. */
const reception = (() => {
  let [at, source, version, repaired]: [number, string, string, boolean] = [-1, '', '', false];
  let ruleId: string | undefined;
  let text = '';
  return (row: Row): string => {
    const { receivedAt, repair } = row;
    if (
      receivedAt !== at ||
      row.source !== source ||
      row.contractVersion !== version ||
      (repair !== undefined) !== repaired ||
      repair?.ruleId !== ruleId
    ) {
      ({ receivedAt: at, source, contractVersion: version } = row);
      repaired = repair !== undefined;
      ruleId = repair?.ruleId;
      const rule = repair === undefined ? '' : `,"r":${JSON.stringify(ruleId ?? null)}`;
      text = `","a":${Math.trunc(at)},"s":${JSON.stringify(source)},"v":${JSON.stringify(version)},"p":${repaired}${rule}`;
    }
    return text;
  };
})();

/** DuckDB refuses halves of surrogate pairs, which JSON text may hold escaped. */
const mayHaveHalfPairs = (text: string): boolean => text.includes('\\') && text.includes('\\ud');

/**
 * The event's own text, where it stands for the same values. Not when it holds `\u`, as DuckDB refuses halves of
 * surrogate pairs, nor a field that another version of the contract declares: that has a column.
 */
function ownText({ text, isPlain = false, extra }: Row, columns: ReadonlySet<string>): string | undefined {
  if (text === undefined) return undefined;
  if (extra !== undefined) for (const name in extra) if (columns.has(name)) return undefined;
  if (isPlain) return text;
  return (text.includes('\\') && text.includes('\\u')) || text.includes('\n') ? undefined : text;
}

/** Whether none of the fields is in the text, in another form. */
function isApart(text: string, fields: JsonObject): boolean {
  if (text.includes('\\/')) return false;
  for (const name in fields) if (text.includes(JSON.stringify(name))) return false;
  return true;
}

/** The row's repair as one line of `insertRepairs`; undefined when it can't be one. */
function repairLine(
  { repairKinds, repairLines }: KnownTable,
  row: Row,
  repair: RepairTrail,
): Place | undefined {
  const { original, patch = '', byHand } = repair;
  if (byHand !== undefined || original === '') return undefined;
  const result = patch === '' ? repair.result : '';
  if (original.length + patch.length + result.length > longestLine) return undefined;
  // The patch is JSON text of ours.
  if (isUnfit(original) || (result !== '' && isUnfit(result))) return undefined;
  const kind = repairKinds.numberOf(row, repair);
  const head = `${row.requestId}${separator}${kind}${separator}${patch}${separator}${result}${separator}`;
  return repairLines.add(head, original, row.isPlain === true && original === row.text);
}

/** Whether it holds what would end a field or a line. */
const isUnfit = (text: string): boolean =>
  text.includes(separator) || text.includes('\n') || text.includes('\r') || text.includes('\0');
