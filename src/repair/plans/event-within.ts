import { type Json, type JsonObject, isObject } from '../../model/json.ts';
import type { DeclaredObject } from './declared-tree.ts';
import { opened } from './namesakes.ts';

/** A declared field that is absent, and where one of its name stands. */
export interface FieldWithin {
  name: string;
  at: readonly string[];
}

/** Deeper, nobody wraps an event. */
const maxDepth = 4;

/**
 * The absent fields of the contract that an undeclared container has, if it has more of them than stand where they are
 * declared: then it holds the event, whatever it is called (`{type, data: {object: {…}}}`). `undefined` if no field at all is
 * known, in the event or in what it holds. Where half of the fields stand in their places, nothing is searched.
 */
export function fieldsWithin(event: JsonObject, tree: DeclaredObject): readonly FieldWithin[] | undefined {
  const { names, isOpen } = tree;
  if (isOpen || names.size === 0) return none;
  let there = 0;
  for (const key in event)
    if (names.has(key) && event[key] !== null && ++there * 2 >= names.size) return none;
  const best = fullest(event, tree, there);
  if (best.length > there) return best;
  return there === 0 && hasValues(event) && best.length === 0 ? undefined : none;
}

/** The fields in that undeclared container which has the most of them. */
function fullest(event: JsonObject, tree: DeclaredObject, there: number): readonly FieldWithin[] {
  let best: readonly FieldWithin[] = none;
  const isAbsent = (name: string) => event[name] === undefined || event[name] === null;
  const look = (held: Json, path: readonly string[]): void => {
    for (const [index, container] of opened(held)) {
      const at = index === undefined ? path : [...path, index];
      const found: FieldWithin[] = [];
      for (const key in container) {
        const value = container[key]!;
        const name = nameOf(key, tree);
        if (name !== undefined && value !== null && isAbsent(name)) found.push({ name, at: [...at, key] });
        else if (name === undefined && at.length < maxDepth) look(value, [...at, key]);
      }
      if (found.length > Math.max(there, best.length)) best = found;
    }
  };
  for (const key in event) if (!tree.names.has(key)) look(event[key]!, [key]);
  return best;
}

/** The declared field whose name a key has, or has but for case and separators. */
function nameOf(key: string, tree: DeclaredObject): string | undefined {
  const { isDeclared, isExact, namesakes } = tree.reading(key);
  if (isDeclared) return key;
  const [only] = namesakes;
  return isExact && only?.length === 1 ? only[0] : undefined;
}

const hasValues = (event: JsonObject): boolean =>
  Object.values(event).some(
    (value) => value !== null && !(isObject(value) && Object.keys(value).length === 0),
  );

const none: readonly never[] = [];
