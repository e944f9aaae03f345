import { type Json, type JsonObject, isObject, sameJson, isContainer } from '../../../model/json.ts';
import type { Pointer } from '../../../model/plan.ts';
import { pointerOf } from '../../../model/pointer.ts';

/** One place of the event, or one in each element of an array, that is not yet as the person left it. */
export interface Place {
  /** `*` for the elements of arrays. */
  pointer: Pointer;
  segments: readonly string[];
  spots: Spot[];
}

export interface Spot {
  /** What the stars stand for here. */
  indexes: readonly string[];
  /** Undefined where there is nothing. */
  before: Json | undefined;
  after: Json | undefined;
}

/** A value, or one in each element of an array, that a wanted value may have come from. */
export interface Source {
  pointer: Pointer;
  segments: readonly string[];
  /** By the indexes that the stars stand for, as JSON Pointer. */
  values: Map<string, Json>;
}

/** The topmost places at which the two differ. Elements of arrays of the same length are compared one by one. */
export function differingPlaces(current: JsonObject, after: JsonObject): Place[] {
  const places = new Map<Pointer, Place>();
  const compare = (
    a: Json | undefined,
    b: Json | undefined,
    path: readonly string[],
    indexes: readonly string[],
  ): void => {
    if (sameJson(a, b)) return;
    if (isContainer(a) && isContainer(b) && lengthOf(a) === lengthOf(b)) {
      const isArray = Array.isArray(a);
      for (const key of new Set([...Object.keys(a), ...Object.keys(b)]))
        compare(
          own(a, key),
          own(b, key),
          [...path, isArray ? '*' : key],
          isArray ? [...indexes, key] : indexes,
        );
      return;
    }
    addSpot(places, path, { indexes, before: a, after: b });
  };
  compare(current, after, [], []);
  return [...places.values()];
}

/** The places that lack a value, from the top down: an object that is nowhere as a whole may be there in parts. */
export function wantedPlaces(places: readonly Place[]): Place[] {
  return places.flatMap((place) => {
    if (place.spots.every(({ after }) => after === undefined)) return [];
    const parts = new Map<Pointer, Place>();
    for (const { indexes, before, after } of place.spots)
      if (isObject(after))
        for (const [key, value] of Object.entries(after))
          addSpot(parts, [...place.segments, key], {
            indexes,
            before: isObject(before) ? own(before, key) : undefined,
            after: value,
          });
    return [place, ...wantedPlaces([...parts.values()])];
  });
}

/** Everything at and below the places that the person changed or took away. */
export function vanishing(places: readonly Place[]): readonly Source[] {
  const known = vanished.get(places);
  if (known !== undefined) return known;
  const sources = new Map<Pointer, Source>();
  for (const { segments, spots } of places)
    for (const { before, indexes } of spots)
      if (before !== undefined) collect(before, segments, indexes, sources);
  const found = [...sources.values()];
  vanished.set(places, found);
  return found;
}

/** Each strategy asks for the same at each place. */
const vanished = new WeakMap<readonly Place[], readonly Source[]>();

/** Everything in the event. */
export function everything(current: JsonObject): Source[] {
  const sources = new Map<Pointer, Source>();
  for (const [key, value] of Object.entries(current)) collect(value, [key], [], sources);
  return [...sources.values()];
}

function collect(
  value: Json,
  path: readonly string[],
  indexes: readonly string[],
  sources: Map<Pointer, Source>,
): void {
  const pointer = pointerOf(path);
  let source = sources.get(pointer);
  if (source === undefined) sources.set(pointer, (source = { pointer, segments: path, values: new Map() }));
  source.values.set(pointerOf(indexes), value);
  if (Array.isArray(value))
    for (const [index, item] of value.entries())
      collect(item, [...path, '*'], [...indexes, String(index)], sources);
  else if (isObject(value))
    for (const [key, item] of Object.entries(value)) collect(item, [...path, key], indexes, sources);
}

function addSpot(places: Map<Pointer, Place>, segments: readonly string[], spot: Spot): void {
  const pointer = pointerOf(segments);
  const place = places.get(pointer);
  if (place === undefined) places.set(pointer, { pointer, segments, spots: [spot] });
  else place.spots.push(spot);
}

/** Undefined for an object. */
const lengthOf = (container: JsonObject | Json[]): number | undefined =>
  Array.isArray(container) ? container.length : undefined;

const own = (container: JsonObject | Json[], key: string): Json | undefined =>
  Object.hasOwn(container, key) ? (container as JsonObject)[key] : undefined;

/** The value of a source for each spot of a place, paired with the wanted one; undefined when they don't run together. */
export function pairsOf(source: Source, place: Place): (readonly [Json, Json])[] | undefined {
  if (!runTogether(source.segments, place.segments)) return undefined;
  const pairs: (readonly [Json, Json])[] = [];
  for (const { indexes, after } of place.spots) {
    const value = source.values.get(pointerOf(indexes));
    if (value === undefined || after === undefined) return undefined;
    pairs.push([value, after]);
  }
  return pairs;
}

/** Whether the stars of two paths mean the elements of the same arrays. */
export function runTogether(a: readonly string[], b: readonly string[]): boolean {
  const end = a.lastIndexOf('*');
  return end === b.lastIndexOf('*') && a.slice(0, end + 1).every((segment, at) => segment === b[at]);
}
