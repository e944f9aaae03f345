import { ExactNumber, isWholeNumber, sameNumber } from './exact-number.ts';

/** What `parseExact` can return: what `JSON.parse` can, and numbers that it would round. */
export type Json = string | number | boolean | null | ExactNumber | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

/** The name JSON itself has for a value's type; whole numbers are `integer`, as in JSON Schema. */
export type JsonType = 'string' | 'number' | 'integer' | 'boolean' | 'null' | 'object' | 'array';

export function jsonType(value: Json): JsonType {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number' || value instanceof ExactNumber)
    return isWholeNumber(value) ? 'integer' : 'number';
  return typeof value as 'string' | 'boolean' | 'object';
}

export function isObject(value: unknown): value is JsonObject {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber)
  );
}

/** An object or an array: a value that holds others. */
export function isContainer(value: unknown): value is JsonObject | Json[] {
  return typeof value === 'object' && value !== null && !(value instanceof ExactNumber);
}

/** A deep copy. `structuredClone` would make an empty object of an exact number. */
export function cloneJson<T extends Json>(value: T): T;
export function cloneJson(value: Json): Json {
  if (Array.isArray(value)) return value.map((item) => cloneJson(item));
  if (!isObject(value)) return value;
  const copy: JsonObject = {};
  for (const key in value) setOwn(copy, key, cloneJson(value[key]!));
  return copy;
}

/** Assigns, also what plain assignment would make the object's prototype. */
export function setOwn(object: JsonObject, key: string, value: Json): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  else object[key] = value;
}

/** Whether an exact number, of a certain sort, stands anywhere in it. */
export function holdsExactNumber(
  value: Json,
  isMeant: (number: ExactNumber) => boolean = () => true,
): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (value instanceof ExactNumber) return isMeant(value);
  if (Array.isArray(value)) return value.some((item) => holdsExactNumber(item, isMeant));
  for (const key in value) if (holdsExactNumber(value[key]!, isMeant)) return true;
  return false;
}

/** Equal values of which neither holds others. */
export const sameScalar = (a: Json | undefined, b: Json | undefined): boolean =>
  a === b || (a instanceof ExactNumber && b instanceof ExactNumber && sameNumber(a, b));

export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (sameScalar(a, b)) return true;
  if (!isContainer(a) || !isContainer(b)) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b)) return false;
    return a.length === b.length && a.every((item, index) => sameJson(item, b[index]));
  }
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
  );
}

/** The same value with the members of every object in the order of their names. */
export function inOneOrder(value: Json): Json {
  if (Array.isArray(value)) return value.map(inOneOrder);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .toSorted()
      .map((name) => [name, inOneOrder(value[name]!)]),
  );
}
