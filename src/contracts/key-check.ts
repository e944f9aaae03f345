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
  const target = deref(schema, root);
  const [name, ...rest] = path;
  const lists = (keyword: string): JsonObject[] => {
    const list = target[keyword];
    return Array.isArray(list) ? list.filter((part) => isObject(part)) : [];
  };
  const alternatives = [...lists('anyOf'), ...lists('oneOf')];
  if (name === undefined) {
    const types = [target['type'] ?? []].flat();
    if (types.includes('null') || target['const'] === null) return false;
    if (Array.isArray(target['enum'])) return !target['enum'].includes(null);
    // A type in an alternative or a part counts as one; nothing at all lets null through.
    if (types.length > 0 || target['const'] !== undefined) return true;
    return alternatives.length > 0
      ? alternatives.every((part) => isAlwaysThere(part, path, root))
      : lists('allOf').some((part) => isAlwaysThere(part, path, root));
  }
  const { required, properties } = target;
  const declaration = isObject(properties) ? properties[name] : undefined;
  if (isObject(declaration) && Array.isArray(required) && required.includes(name))
    return isAlwaysThere(declaration, rest, root);
  if (alternatives.length > 0 && alternatives.every((part) => isAlwaysThere(part, path, root))) return true;
  return lists('allOf').some((part) => isAlwaysThere(part, path, root));
}
