import { type Json, inOneOrder } from '../../model/json.ts';
import { ownColumns } from '../../model/own-columns.ts';
import { type Result, fail, ok } from '../../model/result.ts';
import type { Row, Table } from '../destination.ts';
import { encodeExactly } from './encode-exactly.ts';
import { inexactColumn } from './exact-values.ts';
import { jsonKeys } from './key-fields.ts';

/** Why a row can't be loaded; holds no value of the event. */
export interface Refusal {
  reason: string;
  column?: string;
}

export const cannotHold = (table: string, column: string): Refusal => ({
  reason: `column ${column} of table ${table} can't hold the value of field ${column} exactly`,
  column,
});

/** Makes all columns of a table's rows, as `encodeExactly` has them, absent fields as null. */
export function exactRow(table: Table): (row: Row) => Result<Record<string, Json>, Refusal> {
  const inexact = inexactColumn(table.columns);
  const keys = jsonKeys(table);
  const columns = [
    ...table.columns.map((column) => ({
      column,
      of: ({ values }: Row): Json | undefined => {
        const value = Object.hasOwn(values, column.name) ? values[column.name] : undefined;
        return value !== undefined && keys.has(column.name) ? inOneOrder(value) : value;
      },
    })),
    ...ownColumns.map((column) => ({ column, of: (row: Row): Json => column.of(row) })),
  ];

  return (row) => {
    const wrong = inexact(row.values);
    if (wrong !== undefined) return fail(cannotHold(table.name, wrong.name));
    const cells: [string, Json][] = [];
    for (const { column, of } of columns) {
      const encoded = encodeExactly(column, of(row));
      if (encoded === undefined) return fail(cannotHold(table.name, column.name));
      cells.push([column.name, encoded]);
    }
    return ok(Object.fromEntries(cells));
  };
}
