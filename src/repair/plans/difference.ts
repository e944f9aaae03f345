import { type Json, type JsonObject, isObject } from '../../model/json.ts';

/** In which top-level fields a result is not its original. */
export interface Difference {
  /** Fields that are new or have another value. */
  set: readonly string[];
  /** Fields that are no more. */
  gone: readonly string[];
}

/** `touched`: the only fields that may differ; all of them when undefined. `filled`: fields of both that the original's text does not have. */
export function differenceOf(
  original: JsonObject,
  result: JsonObject,
  touched: readonly string[] | undefined,
  filled: readonly string[] = [],
): Difference {
  const set: string[] = [];
  const gone: string[] = [];
  for (const field of touched ?? Object.keys({ ...original, ...result })) {
    if (filled.includes(field)) continue;
    if (!Object.hasOwn(result, field)) {
      if (Object.hasOwn(original, field)) gone.push(field);
      // What a plan leaves alone is the same value.
    } else if (original[field] !== result[field]) set.push(field);
  }
  for (const field of filled) if (Object.hasOwn(result, field)) set.push(field);
  return { set, gone };
}

/**
 * The difference as a JSON merge patch (RFC 7396), as text; undefined where such a patch would say something else, as it
 * has no way to set a null, nor to replace an object by another one.
 */
export function mergePatchOf(result: JsonObject, { set, gone }: Difference): string | undefined {
  // Not text put together from parts, which would outlive its event as a tree of them.
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
