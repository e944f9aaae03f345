import { type Json, type JsonObject, isObject } from '../../model/json.ts';

/** In which top-level fields a result is not its original. */
export interface Difference {
  /** Fields that are new or have another value. */
  set: readonly string[];
  /** Fields that are no more. */
  gone: readonly string[];
}

/** `filled`: fields of both that the original's text does not have. */
export function differenceOf(
  original: JsonObject,
  result: JsonObject,
  filled: readonly string[] = [],
): Difference {
  const set: string[] = [];
  const gone: string[] = [];
  // What a plan leaves alone is the same value.
  for (const field in result)
    if (original[field] !== result[field] || filled.includes(field)) set.push(field);
  for (const field in original)
    if (!Object.hasOwn(result, field) && !filled.includes(field)) gone.push(field);
  return { set, gone };
}

/**
 * The difference as a JSON merge patch (RFC 7396), as text; undefined where such a patch would say something else, as it
 * has no way to set a null, nor to replace an object by another one.
 */
export function mergePatchOf(result: JsonObject, { set, gone }: Difference): string | undefined {
  const patch: JsonObject = {};
  for (const field of set) {
    const value = result[field]!;
    if (field === '__proto__' || value === null || isObject(value)) return undefined;
    patch[field] = value;
  }
  for (const field of gone) {
    if (field === '__proto__') return undefined;
    patch[field] = null;
  }
  return JSON.stringify(patch);
}

/** What the patch, one of `mergePatchOf`, makes of the original. */
export function patched(original: JsonObject, patch: JsonObject): JsonObject {
  const result: JsonObject = {};
  for (const field in original) if (!Object.hasOwn(patch, field)) put(result, field, original[field]!);
  for (const field in patch) if (patch[field] !== null) put(result, field, patch[field]!);
  return result;
}

function put(object: JsonObject, field: string, value: Json): void {
  // Plain assignment would change the object's prototype.
  if (field === '__proto__')
    Object.defineProperty(object, field, { value, enumerable: true, configurable: true, writable: true });
  else object[field] = value;
}
