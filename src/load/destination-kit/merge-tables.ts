import type { ColumnType } from '../../contracts/contract.ts';
import type { Table } from '../destination.ts';
import { conflict } from './key-fields.ts';

/** Names with this prefix are ours; no contract's table may have one. */
const reservedPrefix = '_sentinel_';

/**
 * One spec for each table, with the columns of all its specs (the versions of a contract). `sameName` makes equal what
 * the store does not tell apart. Throws `destination_schema_conflict`.
 */
export function mergeTables(
  tables: readonly Table[],
  typeName: (type: ColumnType) => string,
  sameName: (name: string) => string = (name) => name,
): Table[] {
  const merged = new Map<string, Table>();
  for (const table of tables) {
    if (table.name.toLowerCase().startsWith(reservedPrefix))
      throw conflict(`table ${table.name}: names that begin with ${reservedPrefix} are Data Sentinel's own`);
    const present = merged.get(sameName(table.name));
    merged.set(sameName(table.name), present === undefined ? table : merge(present, table));
  }
  return [...merged.values()];

  function merge(a: Table, b: Table): Table {
    if (a.key.join(' ') !== b.key.join(' '))
      throw conflict(
        `table ${a.name}: two contracts give it the keys ${a.key.join(', ')} and ${b.key.join(', ')}`,
      );
    const columns = new Map(a.columns.map((column) => [sameName(column.name), column]));
    for (const column of b.columns) {
      const present = columns.get(sameName(column.name));
      if (present === undefined) columns.set(sameName(column.name), column);
      else expectType(a.name, column.name, typeName(present.type), typeName(column.type));
    }
    return { ...a, columns: [...columns.values()] };
  }
}

export function expectType(table: string, column: string, present: string, wanted: string): void {
  if (present === wanted) return;
  throw conflict(
    `column "${column}" of table "${table}" is ${present}, but the contract declares ${wanted}; give the field another name or the contract another table`,
  );
}
