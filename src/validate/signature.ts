import { hash } from 'node:crypto';
import { type Json, type JsonObject, type JsonType, isObject, jsonType, isContainer } from '../model/json.ts';
import { pointerOf } from '../model/pointer.ts';
import { isDeclared, schemasAt } from '../repair/plans/schema-paths.ts';
import type { Violation } from '../model/violation.ts';

/** A field of an event that its contract does not declare. */
export interface UndeclaredField {
  /** JSON Pointer, array indexes as `*`. */
  path: string;
  name: string;
  type: JsonType;
}

const maxNames = 32;
const maxNameLength = 64;
/** How many values are looked at; a larger event is looked at in part. */
const maxVisited = 5000;

/** The sorted pairs of path and code, array indexes as `*`: which rule may help. */
export function violationsKey(violations: readonly Violation[]): string {
  const pairs = violations.map(({ path, code }) => `${withStars(path)} ${code}`);
  return pairs.length === 1 ? pairs[0]! : [...new Set(pairs)].sort().join('\n');
}

/** A segment of digits is an index here: a violation's path does not say what the event held. */
export function withStars(path: string): string {
  return /\/\d/.test(path) ? path.replace(/\/\d+(?=\/|$)/g, '/*') : path;
}

/**
 * What makes two failures the same: contract, version, source, the violations, and the names and types of the undeclared
 * fields. 32 hex digits of SHA-256. Names that look generated are folded and long lists counted, so that a source with
 * random names does not make a new signature with each event.
 */
export function errorSignature(failure: {
  contract: string;
  version: string;
  source: string;
  violations: readonly Violation[];
  event: JsonObject;
  jsonSchema: JsonObject;
}): string {
  const { contract, version, source, violations, event, jsonSchema } = failure;
  const names = new Set<string>();
  for (const { path, type } of walkUndeclared(event, jsonSchema)) {
    names.add(`${foldedName(path)} ${type}`);
    if (names.size > maxNames) break;
  }
  const undeclared = names.size > maxNames ? ['many'] : [...names].sort();
  const identity = JSON.stringify([contract, version, source, violationsKey(violations), undeclared]);
  return hash('sha256', identity, 'hex').slice(0, 32);
}

/**
 * Undeclared fields at the top and within declared objects, each path and type once; what lies within an undeclared one
 * is part of it. At most 256.
 */
export function undeclaredFields(event: JsonObject, jsonSchema: JsonObject): UndeclaredField[] {
  const found = new Map<string, UndeclaredField>();
  for (const field of walkUndeclared(event, jsonSchema)) {
    found.set(`${field.path} ${field.type}`, field);
    if (found.size >= maxListed) break;
  }
  return [...found.values()];
}

const maxListed = 256;

function* walkUndeclared(event: JsonObject, jsonSchema: JsonObject): Generator<UndeclaredField> {
  let visited = 0;

  function* visit(value: Json, segments: string[]): Generator<UndeclaredField> {
    if (++visited > maxVisited) return;
    if (Array.isArray(value)) {
      const below = [...segments, '*'];
      for (const item of value) {
        if (++visited > maxVisited) return;
        if (isContainer(item)) yield* visit(item, below);
      }
      return;
    }
    if (!isObject(value) || !listsProperties(jsonSchema, segments)) return;
    for (const [name, field] of Object.entries(value)) {
      const path = [...segments, name];
      if (isDeclared(jsonSchema, path)) yield* visit(field, path);
      else if (++visited > maxVisited) return;
      else yield { path: pointerOf(path), name, type: jsonType(field) };
    }
  }
  yield* visit(event, []);
}

/** False for an object whose fields the contract leaves free: nothing in it is undeclared. */
function listsProperties(jsonSchema: JsonObject, segments: string[]): boolean {
  return schemasAt(jsonSchema, segments).some((schema) => isObject(schema['properties']));
}

function foldedName(path: string): string {
  const name = path.slice(0, maxNameLength * 4);
  return name
    .split('/')
    .map((segment) => segment.slice(0, maxNameLength))
    .map((segment) => (generated.test(segment) ? '#' : segment.replace(/\d+/g, '#')))
    .join('/');
}

/** Hex digests, UUIDs, and long mixtures of letters and digits. */
const generated = /^[0-9a-f-]{12,}$|^(?=.*\d)(?=.*[a-z])[a-z0-9_-]{20,}$/i;
