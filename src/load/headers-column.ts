import type { Column } from '../contracts/contract.ts';
import type { KeptHeaders } from '../model/event.ts';
import type { Table } from './destination.ts';

/** The column of the headers that a source keeps with its events. */
export const headersField = '_headers';

const column: Column = { name: headersField, type: { kind: 'json' } };

/** The tables as destinations have them. The column comes last, so that tables of before get it like any new one. */
export function withHeaders(tables: readonly Table[]): Table[] {
  return tables.map((table) => ({ ...table, columns: [...table.columns, column] }));
}

/** What the column of a row holds, from its JSON text. A destination's tables are also other people's, who may have written there. */
export function headersIn(text: string | null | undefined): KeptHeaders | undefined {
  const held: unknown = text === null || text === undefined ? undefined : JSON.parse(text);
  if (typeof held !== 'object' || held === null || Array.isArray(held)) return undefined;
  return Object.fromEntries(
    Object.entries(held).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
