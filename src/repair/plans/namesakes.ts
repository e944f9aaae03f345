import { type Json, type JsonObject, isObject } from '../../model/json.ts';
import { child } from '../../model/pointer.ts';
import type { DeclaredObject, ReadingWithin } from './declared-tree.ts';
import type { Place } from './undeclared-places.ts';

/** An undeclared field that has the name of a declared one. */
export interface Namesake {
  /** Where it stands, and where the declared one would. */
  at: readonly string[];
  to: readonly string[];
  /** The declared one's name, whether it reads as that, and the object that declares it. */
  name: string;
  isExact: boolean;
  node: DeclaredObject;
  /** What stands at the undeclared one. */
  value: Json;
  /** What stands at the declared one; undefined for nothing. */
  meant: Json | undefined;
}

/** Longer texts are not searched. */
const maxTextLength = 64_000;
/** Elements of a list mostly look alike. */
const maxItems = 20;

/**
 * Shows each undeclared field of an event that has the name of a declared one: beside its place, in the containers that
 * only hold the event, or spread over the names of a container and of what is in it. `index`: how the elements of lists
 * are called. Costs a look-up for each name in a declared object, and nothing for what is undeclared and leads nowhere.
 */
export function eachNamesake(
  event: JsonObject,
  tree: DeclaredObject,
  visit: (namesake: Namesake) => void,
  index: (at: number) => string = String,
): void {
  const path: string[] = [];

  const show = (reading: ReadingWithin, value: Json, place: Surroundings): void => {
    for (const names of reading.namesakes) {
      const found = placeOf(names, place);
      if (found === undefined) continue;
      const to = [...path.slice(0, place.depth), ...names];
      visit({ at: [...path], to, name: names.at(-1)!, isExact: reading.isExact, value, ...found });
    }
    if (reading.within !== undefined) lookWithin(value, reading.within, place);
  };

  const lookWithin = (
    held: Json,
    within: NonNullable<ReadingWithin['within']>,
    place: Surroundings,
  ): void => {
    for (const [index, container] of opened(held)) {
      if (index !== undefined) path.push(index);
      for (const key in container) {
        const reading = within(key);
        if (reading.namesakes.length === 0 && reading.within === undefined) continue;
        path.push(key);
        show(reading, container[key]!, place);
        path.pop();
      }
      if (index !== undefined) path.pop();
    }
  };

  const look = (value: Json, node: DeclaredObject): void => {
    if (Array.isArray(value)) {
      for (const [at, item] of value.entries()) {
        path.push(index(at));
        look(item, node);
        path.pop();
      }
      return;
    }
    if (!isObject(value)) return;
    for (const key in value) {
      const reading = node.reading(key);
      const inner = value[key]!;
      if (reading.isDeclared) {
        if (reading.below === undefined || typeof inner !== 'object' || inner === null) continue;
        path.push(key);
        look(inner, reading.below);
        path.pop();
        continue;
      }
      if (reading.within === undefined && reading.namesakes.length === 0) continue;
      const depth = path.push(key) - 1;
      show(reading, inner, { around: value, node, depth });
      path.pop();
    }
  };
  look(event, tree);
}

/**
 * Whether anything that a declared object holds besides may have to do with its fields, or hold what has: mostly nothing does,
 * and this makes nothing to find that out.
 */
export function mayHoldFields(value: Json, node: DeclaredObject): boolean {
  if (Array.isArray(value)) return value.some((item) => mayHoldFields(item, node));
  if (!isObject(value)) return false;
  for (const key in value) {
    const { isDeclared, below, within, namesakes, place } = node.reading(key);
    if (!isDeclared && (within !== undefined || namesakes.length > 0 || concerns(place!, value[key]!)))
      return true;
    const inner = below === undefined ? undefined : value[key];
    if (typeof inner === 'object' && inner !== null && mayHoldFields(inner, below!)) return true;
  }
  return false;
}

const concerns = ({ isAlone, isClosed }: Place, value: Json): boolean =>
  !isAlone || (!isClosed && (typeof value === 'object' || (typeof value === 'string' && spells.test(value))));

/** The declared object with whose fields names are compared: as it stands in the event, and how long its path is. */
interface Surroundings {
  around: JsonObject;
  node: DeclaredObject;
  depth: number;
}

/** What stands at a path below a declared object; undefined where a value is in the way. */
function placeOf(
  names: readonly string[],
  { around, node }: Surroundings,
): Pick<Namesake, 'node' | 'meant'> | undefined {
  let of: DeclaredObject | undefined = node;
  let holder: Json | undefined = around;
  for (const name of names.slice(0, -1)) {
    of = of?.below(name);
    holder = isObject(holder) ? child(holder, name) : undefined;
    // What stands where the object would is its value.
    if (of === undefined || (holder !== undefined && holder !== null && !isObject(holder))) return undefined;
  }
  return { node: of, meant: isObject(holder) ? child(holder, names.at(-1)!) : undefined };
}

/** An object, also one that is spelled as JSON text, or those in a list: of several any may be the event. */
export function opened(value: Json): [index: string | undefined, object: JsonObject][] {
  if (isObject(value)) return [[undefined, value]];
  if (Array.isArray(value))
    return value
      .slice(0, maxItems)
      .flatMap((item, at): [string | undefined, JsonObject][] =>
        isObject(item) ? [[value.length === 1 ? undefined : String(at), item]] : [],
      );
  const read = spelledObject(value);
  return read === undefined ? [] : [[undefined, read]];
}

const spells = /^\s*\{/;

/** The object that a text spells. */
export function spelledObject(value: Json): JsonObject | undefined {
  if (typeof value !== 'string' || value.length > maxTextLength || !spells.test(value)) return undefined;
  try {
    const read = JSON.parse(value) as Json;
    return isObject(read) ? read : undefined;
  } catch {
    return undefined;
  }
}
