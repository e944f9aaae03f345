import { type JsonObject, isObject } from '../model/json.ts';
import { segmentsOf } from '../model/pointer.ts';
import type { Contract } from './contract.ts';
import { deref } from './json-schema/refs.ts';

/**
 * Parts of the key that an event may come without: then it has no key at all, and its repeats are not noticed. The id that
 * is given at ingest takes the place of `event_id`, so that one is never without.
 */
export function looseKeyParts({ key, jsonSchema, envelopeDefaults }: Contract): string[] {
  const filled = new Set(['/event_id', ...envelopeDefaults.map(({ field }) => `/${field}`)]);
  return key.filter(
    (pointer) => !filled.has(pointer) && !isAlwaysThere(jsonSchema, segmentsOf(pointer), jsonSchema),
  );
}

/** Whether every event that the schema accepts has a value at the path, and not null. */
export function isAlwaysThere(schema: JsonObject, path: readonly string[], root: JsonObject): boolean {
  return new Search(root).isThere(schema, path);
}

/** A schema that refers to itself says nothing new, and parts that are shared are looked at once. */
class Search {
  readonly #root: JsonObject;
  readonly #known = new Map<number, Map<JsonObject, boolean>>();

  constructor(root: JsonObject) {
    this.#root = root;
  }

  isThere(schema: JsonObject, path: readonly string[]): boolean {
    const target = deref(schema, this.#root);
    const known = this.#known.get(path.length) ?? new Map<JsonObject, boolean>();
    this.#known.set(path.length, known);
    const before = known.get(target);
    if (before !== undefined) return before;
    known.set(target, false);
    const found = path.length === 0 ? this.#isValue(target) : this.#holds(target, path);
    known.set(target, found);
    return found;
  }

  #isValue(target: JsonObject): boolean {
    const types = [target['type'] ?? []].flat();
    if (types.includes('null') || target['const'] === null) return false;
    if (Array.isArray(target['enum'])) return !target['enum'].includes(null);
    // A type in an alternative or a part counts as one; nothing at all lets null through.
    if (types.length > 0 || target['const'] !== undefined) return true;
    return this.#inParts(target, []);
  }

  #holds(target: JsonObject, [name, ...rest]: readonly string[]): boolean {
    const { required, properties } = target;
    const declaration = isObject(properties) ? properties[name!] : undefined;
    if (isObject(declaration) && Array.isArray(required) && required.includes(name!))
      return this.isThere(declaration, rest);
    return this.#inParts(target, [name!, ...rest]);
  }

  /** In every alternative, or in a part that always applies. */
  #inParts(target: JsonObject, path: readonly string[]): boolean {
    const alternatives = [...parts(target, 'anyOf'), ...parts(target, 'oneOf')];
    if (alternatives.length > 0 && alternatives.every((part) => this.isThere(part, path))) return true;
    return parts(target, 'allOf').some((part) => this.isThere(part, path));
  }
}

function parts(target: JsonObject, keyword: string): JsonObject[] {
  const list = target[keyword];
  return Array.isArray(list) ? list.filter((part) => isObject(part)) : [];
}
