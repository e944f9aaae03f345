import type { Column } from '../contracts/contract.ts';
import type { Table } from './destination.ts';

/** The column of the headers that a source keeps with its events. */
export const headersField = '_headers';

const column: Column = { name: headersField, type: { kind: 'json' } };

/** The tables as destinations have them. The column comes last, so that tables of before get it like any new one. */
export function withHeaders(tables: readonly Table[]): Table[] {
  return tables.map((table) => ({ ...table, columns: [...table.columns, column] }));
}
