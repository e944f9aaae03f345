import { addTo } from '../../support/add-to.ts';
import type { Column } from '../../contracts/contract.ts';
import { parseExact } from '../../model/exact-json.ts';
import { type Json, type JsonObject, isObject, sameJson } from '../../model/json.ts';
import type { Row, Table } from '../destination.ts';
import { headersField } from '../headers-column.ts';
import { compareValues, sameValues } from './same-values.ts';

/** What an event says, be it a row of the table or one of the batch. */
export interface Content {
  requestId: string;
  /** Milliseconds since 1970, UTC. */
  receivedAt: number;
  values: JsonObject;
  extra: JsonObject | undefined;
}

/** A row of the table that has the key of one in the batch. */
export interface StoredRow extends Content {
  source: string;
  version: string;
  isRepaired: boolean;
}

/** An event whose key another one has. */
export interface Repeat {
  row: Row;
  /** Request id of the event that has the key. */
  of: string;
}

/** How an event without a row stands to the one that has the row of its key. */
export interface Comparison {
  of: string;
  /** It says something else; undefined when nobody can tell. */
  isChanged: boolean | undefined;
  /** What it says, as JSON text; of a changed one. */
  event: string | undefined;
}

export interface Judged {
  /** Each repeat that is no row. */
  repeats: Map<Row, Comparison>;
  /** By the request id of an event that had the key: the row that takes its place, and how the replaced one stands to it. */
  replaced: Map<string, { by: Row; comparison: Comparison }>;
}

/**
 * Which of the events with one key has the row: the one that had it, or, in a table whose repeats replace, the latest. `known`:
 * what the events that have the keys say, by request id.
 */
export function judgeRepeats(
  table: Table,
  repeats: readonly Repeat[],
  known: (requestId: string) => Content | undefined,
): Judged {
  const judged: Judged = { repeats: new Map(), replaced: new Map() };
  const groups = new Map<string, Row[]>();
  for (const { row, of } of repeats) {
    addTo(groups, of, row);
  }
  for (const [of, rows] of groups) {
    const holder = known(of);
    const latest = holder === undefined ? undefined : latestOf(table, holder, rows);
    const winner = latest ?? holder;
    for (const row of rows)
      if (row !== latest)
        judged.repeats.set(
          row,
          winner === undefined ? { of, isChanged: undefined, event: undefined } : compare(table, row, winner),
        );
    if (latest !== undefined && holder !== undefined)
      judged.replaced.set(of, { by: latest, comparison: compare(table, holder, latest) });
  }
  return judged;
}

/** The row that replaces the holder, if one does. */
function latestOf(table: Table, holder: Content, rows: readonly Row[]): Row | undefined {
  if (table.onRepeat !== 'replace') return undefined;
  let latest: Row | undefined;
  for (const row of rows) if (isLater(table, row, latest ?? holder)) latest = row;
  return latest;
}

function isLater({ columns, orderBy }: Table, a: Content, b: Content): boolean {
  const column = columns.find(({ name }) => name === orderBy);
  const byValue =
    column === undefined ? 0 : compareValues(column.type, own(a, column.name), own(b, column.name));
  if (byValue !== 0) return byValue > 0;
  if (a.receivedAt !== b.receivedAt) return a.receivedAt > b.receivedAt;
  return a.requestId.toLowerCase() > b.requestId.toLowerCase();
}

function compare(table: Table, loser: Content, winner: Content): Comparison {
  const isChanged = !saysTheSame(table, loser, winner);
  return { of: winner.requestId, isChanged, event: isChanged ? contentText(loser) : undefined };
}

function saysTheSame({ columns }: Table, a: Content, b: Content): boolean {
  return (
    sameJson(a.extra ?? {}, b.extra ?? {}) &&
    columns.every(
      (column) =>
        column.name === headersField ||
        isOfReception(column, a) ||
        isOfReception(column, b) ||
        sameValues(column.type, own(a, column.name), own(b, column.name)),
    )
  );
}

/** What was filled in when the event came is another at each delivery, and says nothing of a change. */
function isOfReception({ name, type }: Column, content: Content): boolean {
  const value = own(content, name);
  if (typeof value !== 'string') return false;
  if (value.toLowerCase() === content.requestId.toLowerCase()) return true;
  return type.kind === 'datetime' && sameValues(type, value, new Date(content.receivedAt).toISOString());
}

const own = ({ values }: Content, name: string) => (Object.hasOwn(values, name) ? values[name] : undefined);

const contentText = ({ values, extra }: Content): string =>
  JSON.stringify(extra === undefined ? values : { ...values, _extra: extra });

/** Of the columns as a store gives them back: a JSON text each, null where there is nothing. */
export function storedValues(
  columns: readonly Column[],
  cells: readonly (string | null | undefined)[],
): JsonObject {
  const values: JsonObject = {};
  for (const [at, { name }] of columns.entries()) {
    const cell = cells[at];
    if (cell !== null && cell !== undefined && cell !== 'null') values[name] = read(cell);
  }
  return values;
}

export function storedExtra(cell: string | null | undefined): JsonObject | undefined {
  const extra = cell === null || cell === undefined ? undefined : read(cell);
  return isObject(extra) ? extra : undefined;
}

/** What a person has put there may be no JSON of ours. */
function read(cell: string): Json {
  try {
    return parseExact(cell);
  } catch {
    return cell;
  }
}
