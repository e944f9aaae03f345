import type { Column } from '../contracts/contract.ts';
import { ExactNumber, plainText } from '../model/exact-number.ts';
import { parseExact } from '../model/exact-json.ts';
import { type Json, type JsonObject, isObject } from '../model/json.ts';
import { inexactColumn } from './destination-kit/exact-values.ts';

/** Moves a field out of `_extra` into a column that the table has got for it since. */
export interface Backfill {
  table: string;
  /** Name of the undeclared field. */
  field: string;
  column: Column;
  /** How many rows are looked at, at most; one transaction. */
  limit: number;
  /** Where the call before this one ended. */
  after?: string | undefined;
}

export interface BackfillPage {
  /** Rows whose value is in the column now. */
  moved: number;
  /** Rows whose value the column can't hold exactly: it stays in `_extra`. */
  kept: number;
  /** Where the next call goes on; undefined at the end of the table. */
  after: string | undefined;
}

/** What a row has after its field was moved. */
export interface MovedField {
  value: Json;
  /** JSON text; null when nothing is left. */
  extra: string | null;
}

/** Undefined when the row does not have the field, or has null; `kept` when the column can't hold its value exactly. */
export function fieldMover(
  column: Column,
  field: string,
): (extra: string) => MovedField | 'kept' | undefined {
  const inexact = inexactColumn([column]);
  return (text) => {
    const extra = parseExact(text);
    if (!isObject(extra) || !Object.hasOwn(extra, field)) return undefined;
    const { [field]: found, ...rest } = extra;
    if (found === undefined || found === null) return undefined;
    const value = column.type.kind !== 'json' && found instanceof ExactNumber ? plainText(found) : found;
    const values: JsonObject = { [column.name]: value };
    const isText = column.type.kind === 'string' && typeof value !== 'string';
    if (isText || inexact(values) !== undefined) return 'kept';
    return { value, extra: Object.keys(rest).length === 0 ? null : JSON.stringify(rest) };
  };
}
