import { type Json, type JsonObject, isObject } from '../../src/model/json.ts';

/** JSON Pointer of a path; `*` for the elements of an array. */
export const pointer = (path: readonly string[]): string =>
  path.map((segment) => `/${segment.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** A deep copy in which `change` was called with each object that holds the last segment of the path, and that name. */
export function edited(
  event: JsonObject,
  path: readonly string[],
  change: (parent: JsonObject, name: string) => boolean,
): JsonObject | undefined {
  const copy = structuredClone(event);
  const parents = objectsAt(copy, path.slice(0, -1));
  const name = path.at(-1)!;
  return parents.length > 0 && parents.every((parent) => change(parent, name)) ? copy : undefined;
}

/** Replaces each value at the path; undefined when there is none, or `replace` gives undefined for one. */
export function replaced(
  event: JsonObject,
  path: readonly string[],
  replace: (value: Json) => Json | undefined,
): JsonObject | undefined {
  return edited(event, path, (parent, name) => {
    const value = Object.hasOwn(parent, name) ? replace(parent[name]!) : undefined;
    if (value === undefined) return false;
    parent[name] = value;
    return true;
  });
}

/** Moves a field within its object, or into objects on the way to a deeper place there. */
export function putWithin(parent: JsonObject, path: readonly string[], value: Json): boolean {
  let at = parent;
  for (const segment of path.slice(0, -1)) {
    if (!Object.hasOwn(at, segment)) at[segment] = {};
    const next = at[segment]!;
    if (!isObject(next)) return false;
    at = next;
  }
  const name = path.at(-1)!;
  if (Object.hasOwn(at, name)) return false;
  at[name] = value;
  return true;
}

export function take(parent: JsonObject, name: string): Json | undefined {
  if (!Object.hasOwn(parent, name)) return undefined;
  const value = parent[name]!;
  delete parent[name];
  return value;
}

export function objectsAt(value: Json, path: readonly string[]): JsonObject[] {
  return valuesAt(value, path).filter(isObject);
}

export function valuesAt(value: Json, path: readonly string[]): Json[] {
  let values: Json[] = [value];
  for (const segment of path)
    values = values.flatMap((at) => {
      if (segment === '*') return Array.isArray(at) ? at : [];
      return isObject(at) && Object.hasOwn(at, segment) ? [at[segment]!] : [];
    });
  return values;
}

export const overlaps = (a: string, b: string): boolean =>
  a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
