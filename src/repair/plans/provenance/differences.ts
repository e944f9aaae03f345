import { type Json, type JsonObject, isObject, isContainer, sameScalar } from '../../../model/json.ts';

export type Path = readonly string[];

/** A value that holds no others; empty objects and arrays are leaves too. */
export interface Leaf {
  path: Path;
  value: Json;
}

/** The leaves of `after` that are not in `before` at the same path, and the other way round. */
export function differences(before: Json, after: Json): { appeared: Leaf[]; vanished: Leaf[] } {
  const found: Found = { appeared: [], vanished: [] };
  if (before !== after) compare(before, after, [], found);
  return found;
}

interface Found {
  appeared: Leaf[];
  vanished: Leaf[];
}

function compare(a: Json | undefined, b: Json | undefined, path: Path, found: Found): void {
  if (isObject(a) && isObject(b)) {
    // What a plan leaves alone is the same object. Equal values are own ones: no prototype holds JSON of an event.
    for (const key in a) if (a[key] !== b[key]) compare(a[key], own(b, key), [...path, key], found);
    for (const key in b)
      if (a[key] !== b[key] && !Object.hasOwn(a, key)) compare(undefined, b[key], [...path, key], found);
    return;
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    for (let index = 0; index < Math.max(a.length, b.length); index++)
      if (a[index] !== b[index]) compare(a[index], b[index], [...path, String(index)], found);
    return;
  }
  if (sameScalar(a, b)) return;
  if (a !== undefined) collectLeaves(a, path, found.vanished);
  if (b !== undefined) collectLeaves(b, path, found.appeared);
}

function collectLeaves(value: Json, path: Path, leaves: Leaf[]): void {
  if (isContainer(value)) for (const leaf of leavesOf(value, path)) leaves.push(leaf);
  else leaves.push({ path, value });
}

export function* leavesOf(value: Json, path: Path = []): Generator<Leaf> {
  const entries = isContainer(value) ? Object.entries(value) : [];
  if (entries.length === 0) yield { path, value };
  for (const [key, item] of entries) yield* leavesOf(item, [...path, key]);
}

/**
 * The same scalar, or the same kind of container when the leaf is an empty one: an object is empty once its fields have
 * gone elsewhere, which each of them has to prove for itself.
 */
export function isSameLeaf(found: Json | undefined, leaf: Json): boolean {
  if (sameScalar(found, leaf)) return true;
  return isContainer(found) && isContainer(leaf) && Array.isArray(found) === Array.isArray(leaf);
}

const own = (container: JsonObject, key: string): Json | undefined =>
  Object.hasOwn(container, key) ? container[key] : undefined;
