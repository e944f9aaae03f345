import { type Json, type JsonObject, isObject } from '../../model/json.ts';
import { child } from '../../model/pointer.ts';
import { isPlural } from '../healers/heuristics/name-form.ts';
import type { DeclaredObject, ReadingWithin } from './declared-tree.ts';

/** An undeclared field that has the name of a declared one. */
export interface Namesake {
  /** Where it stands, and where the declared one would. */
  at: readonly string[];
  to: readonly string[];
  /** The declared one's name, and the object that declares it. */
  name: string;
  node: DeclaredObject;
  /** What stands at the undeclared one. */
  value: Json;
  /** What stands at the declared one; undefined for nothing. */
  meant: Json | undefined;
}

/** Longer texts are not searched. */
const maxTextLength = 64_000;

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

  const show = (
    names: readonly string[],
    value: Json,
    around: JsonObject,
    node: DeclaredObject,
    depth: number,
  ): void => {
    let of: DeclaredObject | undefined = node;
    let holder: Json | undefined = around;
    for (const name of names.slice(0, -1)) {
      of = of?.below(name);
      holder = isObject(holder) ? child(holder, name) : undefined;
      // What stands where the object would is its value.
      if (of === undefined || (holder !== undefined && holder !== null && !isObject(holder))) return;
    }
    const name = names.at(-1)!;
    const meant = isObject(holder) ? child(holder, name) : undefined;
    visit({ at: [...path], to: [...path.slice(0, depth), ...names], name, node: of, value, meant });
  };

  /** `depth`: how long the path of the object around is, that the fields are compared with. */
  const lookWithin = (
    held: Json,
    within: NonNullable<ReadingWithin['within']>,
    around: JsonObject,
    node: DeclaredObject,
    depth: number,
  ): void => {
    const container = opened(held, path.at(-1)!);
    if (container === undefined) return;
    for (const key in container) {
      const reading = within(key);
      const value = container[key]!;
      if (reading.namesakes.length === 0 && reading.within === undefined) continue;
      path.push(key);
      for (const names of reading.namesakes) show(names, value, around, node, depth);
      if (reading.within !== undefined) lookWithin(value, reading.within, around, node, depth);
      path.pop();
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
      const { isDeclared, below, namesakes, within } = node.reading(key);
      const inner = value[key]!;
      if (isDeclared) {
        if (below === undefined || typeof inner !== 'object' || inner === null) continue;
        path.push(key);
        look(inner, below);
        path.pop();
        continue;
      }
      if (within === undefined && namesakes.length === 0) continue;
      const depth = path.push(key) - 1;
      for (const names of namesakes) show(names, inner, value, node, depth);
      if (within !== undefined) lookWithin(inner, within, value, node, depth);
      path.pop();
    }
  };
  look(event, tree);
}

/** An object, also one that is spelled as JSON text, or alone in a list that is not called one. */
function opened(value: Json, name: string): JsonObject | undefined {
  if (isObject(value)) return value;
  if (Array.isArray(value)) {
    const [only] = value;
    return value.length === 1 && isObject(only!) && !isPlural(name) ? only : undefined;
  }
  if (typeof value !== 'string' || value.length > maxTextLength || !/^\s*\{/.test(value)) return undefined;
  try {
    const read = JSON.parse(value) as Json;
    return isObject(read) ? read : undefined;
  } catch {
    return undefined;
  }
}
