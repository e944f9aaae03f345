import type { JsonObject } from '../../model/json.ts';
import { pointerOf } from '../../model/pointer.ts';
import { isReserved } from '../tables.ts';

/** Columns of other names for the fields that can't have their own: taken but for the case, Data Sentinel's, or empty. */
export function columnsFor(fields: Iterable<string>, notes: string[]): JsonObject | undefined {
  const names = [...fields];
  const taken = new Set<string>();
  const mapping: JsonObject = {};
  const isFree = (name: string): boolean =>
    name.trim() !== '' && !name.includes('\0') && !isReserved(name) && !taken.has(name.toLowerCase());
  const later = names.filter((name) => {
    const free = isFree(name);
    taken.add(name.toLowerCase());
    return !free;
  });
  for (const name of later) {
    const base = name.replaceAll('\0', '').replace(/^_+/, '').trim() || 'field';
    let column = base;
    for (let number = 2; !isFree(column); number++) column = `${base}_${number}`;
    taken.add(column.toLowerCase());
    mapping[pointerOf([name])] = column;
    notes.push(`the field ${JSON.stringify(name)} has the column ${column}, as no column can have its name`);
  }
  return later.length === 0 ? undefined : mapping;
}
