import { type Json, type JsonObject, isObject } from '../../model/json.ts';
import { derefOnce } from './refs.ts';
import { rewritten } from './walk.ts';

/**
 * Copies a schema, and says of each `oneOf` whose alternatives differ in the text of one required field (`action`
 * is `opened`, or `closed`, …) that this field tells them apart. Such a field decides alone which alternative an
 * event is, so that the compiled check looks at one alternative instead of all, and its errors are the ones of the
 * alternative that was meant. Does not change what the schema accepts.
 */
export function withDiscriminators(root: JsonObject): JsonObject {
  return rewritten(root, (copy, schema) => {
    const field = discriminatorOf(schema, root);
    // The compiler looks at a discriminator in objects only, and at nothing else once there is one.
    return field === undefined ? copy : { ...copy, type: 'object', discriminator: { propertyName: field } };
  });
}

function discriminatorOf(schema: JsonObject, root: JsonObject): string | undefined {
  const { oneOf, type = 'object' } = schema;
  if (type !== 'object' || !Array.isArray(oneOf) || oneOf.length < 2) return undefined;
  const branches = oneOf.map((part) => (isObject(part) ? (derefOnce(part, root) ?? part) : {}));
  const isPlain = branches.every((branch) => branch['type'] === 'object' && branch['$ref'] === undefined);
  const required = branches[0]?.['required'];
  if (!isPlain || !Array.isArray(required)) return undefined;
  return required.filter((name) => typeof name === 'string').find((name) => tellsApart(name, branches));
}

function tellsApart(field: string, branches: readonly JsonObject[]): boolean {
  const seen = new Set<Json>();
  return branches.every((branch) => {
    const { properties, required } = branch;
    if (!isObject(properties) || !Array.isArray(required) || !required.includes(field)) return false;
    const declaration = properties[field];
    if (!isObject(declaration)) return false;
    const values = Array.isArray(declaration['enum']) ? declaration['enum'] : [declaration['const'] ?? null];
    const isNew = values.every((value) => typeof value === 'string' && !seen.has(value));
    for (const value of values) seen.add(value);
    return isNew && values.length > 0;
  });
}
