import { type Json, type JsonObject, isObject } from '../../model/json.ts';

/**
 * What a schema's `$ref` points at within its own file (`#`, `#/definitions/user`); undefined when it has none,
 * or when nothing is there. The compiler (ajv) reports refs that lead nowhere.
 */
export function derefOnce(schema: JsonObject, root: JsonObject): JsonObject | undefined {
  const ref = schema['$ref'];
  if (typeof ref !== 'string' || !ref.startsWith('#')) return undefined;
  if (ref === '#') return root;
  if (!ref.startsWith('#/')) return undefined;
  let target: Json | undefined = root;
  for (const segment of decodeURIComponent(ref.slice(2)).split('/')) {
    const key = segment.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(target)) target = target[Number(key)];
    else target = isObject(target) && Object.hasOwn(target, key) ? target[key] : undefined;
  }
  return isObject(target) ? target : undefined;
}

/** Follows `$ref`s to the schema that says something; the schema itself when it has none. */
export function deref(schema: JsonObject, root: JsonObject): JsonObject {
  let current = schema;
  for (let hops = 0; hops < 32; hops++) {
    const next = derefOnce(current, root);
    if (next === undefined) return current;
    current = next;
  }
  return current;
}
