import { type Json, type JsonObject, isContainer, isObject } from '../../model/json.ts';
import { bind, pointerOf, valueAt } from '../../model/pointer.ts';
import type { DeclaredField } from './related-fields.ts';
import { spelledObject } from './namesakes.ts';
import type { Place } from './undeclared-places.ts';

/** An absent field, and an undeclared one that may be it; with the indexes of arrays. */
export interface Pair {
  path: readonly string[];
  at: readonly string[];
  /** Both places, the same for all elements of a list. */
  key: string;
}

/** The fields that an event lacks, of which the names of its undeclared ones remind. */
export interface Sought {
  named: readonly Pair[];
  /** Told only by several of them. */
  loose: readonly Pair[];
  /** Two that one field may hold. */
  halves: readonly (readonly [readonly string[], readonly string[]])[];
  /** Those that two fields may be the halves of. */
  wholes: readonly (readonly string[])[];
  /** Whether their values need not be asked. */
  isOfNamesAlone: boolean;
}

/** So many fields are looked for in one event. */
const maxSought = 40;
/** Elements of a list mostly look alike. */
const maxItems = 20;

export function soughtIn(event: JsonObject, root: Place): Sought | undefined {
  const named: Pair[] = [];
  const loose: Pair[] = [];
  const halves: [readonly string[], readonly string[]][] = [];
  const wholes = new Map<string, { path: readonly string[]; count: number }>();
  const trail: string[] = [];

  const collect = (place: Place, value: Json, indexes: readonly string[]): void => {
    for (const target of place.fields) add(named, target, place, value, indexes);
    for (const target of place.loose) add(loose, target, place, value, indexes);
    for (const [one, other] of place.halves) {
      const paths = [absent(event, one, indexes), absent(event, other, indexes)] as const;
      if (paths[0] !== undefined && paths[1] !== undefined) halves.push([paths[0], paths[1]]);
    }
    for (const target of place.wholes) {
      const path = absent(event, target, indexes);
      if (path === undefined) continue;
      const pointer = pointerOf(path);
      wholes.set(pointer, { path, count: (wholes.get(pointer)?.count ?? 0) + 1 });
    }
  };
  const add = (
    to: Pair[],
    target: DeclaredField,
    { pointer }: Place,
    value: Json,
    indexes: readonly string[],
  ): void => {
    const path =
      to.length < maxSought && mayStand(value, target.types) ? absent(event, target, indexes) : undefined;
    if (path !== undefined) to.push({ path, at: [...trail], key: `${target.pointer} ${pointer}` });
  };
  const visit = (value: Json, place: Place, indexes: readonly string[]): void => {
    if (place.isClosed) return;
    if (Array.isArray(value)) {
      if (!place.isDeclared && value.length === 1) visit(value[0]!, place, indexes);
      if (place.isDeclared)
        for (const [at, item] of value.slice(0, maxItems).entries()) {
          trail.push(String(at));
          visit(item, place.below('*'), [...indexes, String(at)]);
          trail.pop();
        }
      return;
    }
    const held = isObject(value) ? value : place.isDeclared ? undefined : spelledObject(value);
    for (const key in held) {
      const inner = held[key]!;
      if (inner === null) continue;
      const next = place.below(key);
      trail.push(key);
      if (!next.isDeclared) collect(next, inner, indexes);
      if (isContainer(inner) || (!next.isDeclared && typeof inner === 'string')) visit(inner, next, indexes);
      trail.pop();
    }
  };
  visit(event, root, []);

  const joined = [...wholes.values()].filter(({ count }) => count > 1).map(({ path }) => path);
  const several = isOfSeveral(loose) ? loose : [];
  if (named.length + several.length + halves.length + joined.length === 0) return undefined;
  const isObjectSought = several.some(({ path, at }) => path.length > at.length);
  const isOfNamesAlone = halves.length + joined.length === 0 && !isObjectSought;
  return { named, loose: several, halves, wholes: joined, isOfNamesAlone };
}

/** By the kind of the value alone; what is then of no use the healers refuse. */
function mayStand(value: Json, types: ReadonlySet<string>): boolean {
  if (types.size === 0) return true;
  const one = Array.isArray(value) && value.length === 1 ? value[0]! : value;
  if (isContainer(one)) return types.has(Array.isArray(one) ? 'array' : 'object') || types.has('array');
  if (typeof one === 'boolean') return types.has('boolean') || types.has('string');
  return (
    [...types].some((type) => type !== 'object' && type !== 'null') ||
    (typeof one === 'string' && /^\s*\{/.test(one))
  );
}

/** Where a declared field would stand; undefined where it is there, or a value is in the way. */
function absent(
  event: JsonObject,
  { path }: DeclaredField,
  indexes: readonly string[],
): string[] | undefined {
  const place = bind(path, indexes);
  for (let length = 1; length < place.length; length++) {
    const around = valueAt(event, place.slice(0, length));
    if (around === undefined) return place;
    if (!isObject(around) && !Array.isArray(around)) return undefined;
  }
  return valueAt(event, place) === undefined ? place : undefined;
}

/** Whether two fields remind of two others. */
const isOfSeveral = (pairs: readonly Pair[]): boolean =>
  new Set(pairs.map(({ path }) => pointerOf(path))).size > 1 &&
  new Set(pairs.map(({ at }) => pointerOf(at))).size > 1;
