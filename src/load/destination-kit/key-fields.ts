import type { Column } from '../../contracts/contract.ts';
import { SentinelError } from '../../model/errors.ts';
import { segmentsOf } from '../../model/pointer.ts';
import type { Table } from '../destination.ts';

export const conflict = (message: string): SentinelError =>
  new SentinelError('destination_schema_conflict', message);

/** Where the parts of a table's key are. Throws `destination_schema_conflict` when one is in no column. */
export function keyFields(table: Table): { column: Column; inner: string[] }[] {
  return table.key.map((pointer) => {
    const [field = '', ...inner] = segmentsOf(pointer);
    const column = table.columns.find(({ name }) => name === field);
    if (column === undefined) throw conflict(`table ${table.name}: its key ${pointer} is in no column`);
    if (inner.length > 0 && column.type.kind !== 'json')
      throw conflict(
        `table ${table.name}: its key ${pointer} is within ${field}, which is not a json column`,
      );
    return { column, inner };
  });
}

/** The columns of JSON that the key is in. As text, it would be another one with its members in another order (`inOneOrder`). */
export const jsonKeys = (table: Table): ReadonlySet<string> =>
  new Set(keyFields(table).flatMap(({ column: { name, type } }) => (type.kind === 'json' ? [name] : [])));

/** A column by which events are told apart is not there any more. */
export const columnLost = (table: string, column: string): SentinelError =>
  conflict(
    `column "${column}" of table "${table}" was renamed or dropped: events would be loaded twice without it; give it its name again, or rename the table away`,
  );

/** A column must be filled, and nothing fills it. */
export const columnDemanded = (table: string, column: string): SentinelError =>
  conflict(
    `column "${column}" of table "${table}" is NOT NULL and has no default, and nothing writes it; give it a default, or drop NOT NULL`,
  );
