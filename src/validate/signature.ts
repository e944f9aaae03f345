import { hash } from 'node:crypto';
import { type Json, type JsonObject, type JsonType, isContainer, isObject, jsonType } from '../model/json.ts';
import { pointerOf } from '../model/pointer.ts';
import { type SchemaPlace, placeAtRoot } from '../repair/plans/schema-paths.ts';
import { type Violation, violationsKey, withStars } from '../model/violation.ts';

export { violationsKey, withStars };

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
  eachUndeclared(event, jsonSchema, (path, field) => {
    names.add(`${foldedName(pointerOf(path))} ${jsonType(field)}`);
    return names.size <= maxNames;
  });
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
  eachUndeclared(event, jsonSchema, (segments, field) => {
    const [path, type] = [pointerOf(segments), jsonType(field)];
    found.set(`${path} ${type}`, { path, name: segments.at(-1)!, type });
    return found.size < maxListed;
  });
  return [...found.values()];
}

const maxListed = 256;

/** Shows each undeclared field, until it returns false. */
function eachUndeclared(
  event: JsonObject,
  jsonSchema: JsonObject,
  show: (path: readonly string[], field: Json) => boolean,
): void {
  let visited = 0;
  const path: string[] = [];

  /** False when all has been seen that is to be seen. */
  const visit = (value: Json, place: SchemaPlace): boolean => {
    if (++visited > maxVisited) return false;
    if (Array.isArray(value)) {
      path.push('*');
      for (const item of value) {
        if (++visited > maxVisited) return false;
        if (isContainer(item) && !visit(item, place.below('*'))) return false;
      }
      path.pop();
      return true;
    }
    if (!isObject(value) || !listsFields(place)) return true;
    for (const name of Object.keys(value)) {
      const field = value[name]!;
      const below = place.below(name);
      path.push(name);
      if (below.schemas.length > 0) {
        if (!visit(field, below)) return false;
      } else if (++visited > maxVisited || !show(path, field)) return false;
      path.pop();
    }
    return true;
  };
  visit(event, placeAtRoot(jsonSchema));
}

/** False for an object whose fields the contract leaves free: nothing in it is undeclared. */
const listsFields = ({ schemas }: SchemaPlace): boolean =>
  schemas.some(({ properties }) => isObject(properties));

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
