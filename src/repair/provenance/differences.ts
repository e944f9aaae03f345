import type { Json } from '../../json.ts';

export type Path = readonly string[];

/** A value that holds no others; empty objects and arrays are leaves too. */
export interface Leaf {
  path: Path;
  value: Json;
}

/** The leaves of `after` that are not in `before` at the same path, and the other way round. */
export function differences(before: Json, after: Json): { appeared: Leaf[]; vanished: Leaf[] } {
  const appeared: Leaf[] = [];
  const vanished: Leaf[] = [];
  const compare = (a: Json | undefined, b: Json | undefined, path: Path): void => {
    // What a plan leaves alone is the same object.
    if (a === b) return;
    if (isContainer(a) && isContainer(b) && Array.isArray(a) === Array.isArray(b)) {
      for (const key of Object.keys(a)) compare(a[key], own(b, key), [...path, key]);
      for (const key of Object.keys(b))
        if (own(a, key) === undefined) compare(undefined, b[key], [...path, key]);
      return;
    }
    if (a !== undefined) vanished.push(...leavesOf(a, path));
    if (b !== undefined) appeared.push(...leavesOf(b, path));
  };
  compare(before, after, []);
  return { appeared, vanished };
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
  if (found === leaf) return true;
  return isContainer(found) && isContainer(leaf) && Array.isArray(found) === Array.isArray(leaf);
}

type Container = Readonly<Record<string, Json>>;

function isContainer(value: Json | undefined): value is Json & Container {
  return typeof value === 'object' && value !== null;
}

const own = (container: Container, key: string): Json | undefined =>
  Object.hasOwn(container, key) ? container[key] : undefined;
