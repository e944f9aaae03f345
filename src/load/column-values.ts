import type { Column } from '../contracts/contract.ts';
import { fieldOf } from '../contracts/mapping.ts';
import { type Json, type JsonObject, isObject, setOwn } from '../model/json.ts';
import { segmentsOf, valueAt } from '../model/pointer.ts';

/** By the name of a field: what is taken out of it, or `taken`, the field itself. */
type Taken = Map<string, Taken | typeof taken>;
const taken = Symbol('taken');

/**
 * Makes the values of the columns from the declared fields; undefined where each column holds the top-level field of its
 * name. What stands in a column of its own is taken out of the JSON column around it; a field that is mapped itself stays whole.
 */
export function columnValues(columns: readonly Column[]): ((value: JsonObject) => JsonObject) | undefined {
  if (columns.every(({ path }) => path === undefined)) return undefined;
  const within: Taken = new Map();
  for (const { path } of columns) if (path !== undefined) take(within, segmentsOf(path));
  const holders = columns.map((column) => {
    const segments = segmentsOf(fieldOf(column));
    const parts = column.path === undefined ? within.get(segments[0]!) : undefined;
    return { name: column.name, segments, parts: parts === taken ? undefined : parts };
  });

  return (value) => {
    const values: JsonObject = {};
    for (const { name, segments, parts } of holders) {
      const held = valueAt(value, segments);
      const rest = parts === undefined || held === undefined ? held : without(held, parts);
      if (rest !== undefined) setOwn(values, name, rest);
    }
    return values;
  };
}

function take(within: Taken, [name, ...rest]: readonly string[]): void {
  const below = within.get(name!);
  if (below === taken) return;
  if (rest.length === 0) {
    within.set(name!, taken);
    return;
  }
  const inner: Taken = below ?? new Map<string, Taken>();
  within.set(name!, inner);
  take(inner, rest);
}

/** Undefined when nothing is left. */
function without(value: Json, parts: Taken): Json | undefined {
  if (!isObject(value)) return value;
  const rest: JsonObject = {};
  let [isLess, isEmpty] = [false, true];
  for (const name of Object.keys(value)) {
    const part = parts.get(name);
    const left = part === undefined ? value[name] : part === taken ? undefined : without(value[name]!, part);
    if (left === undefined) isLess = true;
    else {
      setOwn(rest, name, left);
      isEmpty = false;
    }
  }
  return isLess && isEmpty ? undefined : rest;
}
