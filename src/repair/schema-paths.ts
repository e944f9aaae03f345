import { deref } from '../contracts/json-schema-refs.ts';
import { type Json, type JsonObject, isObject } from '../json.ts';

/**
 * What a JSON Schema says at a path (segments; `*` for the elements of an array): all subschemas that may apply there,
 * through `$ref`, `allOf`, `anyOf` and `oneOf`. Empty when the path is not declared.
 */
export function schemasAt(root: JsonObject, segments: readonly string[]): JsonObject[] {
  let current = alternatives(root, root);
  for (const segment of segments) current = current.flatMap((schema) => below(schema, segment, root));
  return current;
}

export function isDeclared(root: JsonObject, segments: readonly string[]): boolean {
  return schemasAt(root, segments).length > 0;
}

/** The values that the contract itself lists at a path: its enums, constants and booleans. */
export function listedValues(root: JsonObject, segments: readonly string[]): Json[] {
  return schemasAt(root, segments).flatMap((schema) => {
    if (Array.isArray(schema['enum'])) return schema['enum'];
    if (Object.hasOwn(schema, 'const')) return [schema['const']!];
    return typesOf(schema).includes('boolean') ? [true, false] : [];
  });
}

export function typesOf(schema: JsonObject): string[] {
  const { type } = schema;
  if (typeof type === 'string') return [type];
  return Array.isArray(type) ? type.filter((name): name is string => typeof name === 'string') : [];
}

/** The schema itself and all that it combines. */
function alternatives(schema: JsonObject, root: JsonObject, depth = 0): JsonObject[] {
  if (depth > 16) return [];
  const resolved = deref(schema, root);
  const combined = ['allOf', 'anyOf', 'oneOf'].flatMap((keyword) => {
    const parts = resolved[keyword];
    return Array.isArray(parts)
      ? parts.filter(isObject).flatMap((part) => alternatives(part, root, depth + 1))
      : [];
  });
  return [resolved, ...combined];
}

function below(schema: JsonObject, segment: string, root: JsonObject): JsonObject[] {
  const found: JsonObject[] = [];
  const { properties, items, prefixItems, additionalProperties } = schema;
  if (isObject(properties) && Object.hasOwn(properties, segment)) {
    if (isObject(properties[segment])) found.push(properties[segment]);
  } else if (isObject(additionalProperties) && Object.keys(additionalProperties).length > 0) {
    found.push(additionalProperties);
  }
  if (segment === '*' || /^\d+$/.test(segment)) {
    for (const candidate of [items, ...(Array.isArray(prefixItems) ? prefixItems : [])])
      if (isObject(candidate)) found.push(candidate);
  }
  return found.flatMap((part) => alternatives(part, root));
}
