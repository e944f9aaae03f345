import { type Json, type JsonObject, isContainer, isObject, setOwn } from '../model/json.ts';
import { segmentsOf } from '../model/pointer.ts';

/** What stands in place of a masked value. */
export const masked = '•••';

/** Case and separators aside: a field that has drifted is as private as before. */
const folded = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/**
 * Masks the fields that a contract calls private, and all fields of their names wherever they stand, since an event in a list may
 * have drifted. Returns a copy; the event itself when there is nothing to mask.
 */
export function maskPrivate(pii: readonly string[]): <T extends Json>(event: T) => T {
  if (pii.length === 0) return (event) => event;
  const names = new Set(pii.map((pointer) => folded(lastName(pointer))));
  const mask = (value: Json): Json => {
    if (Array.isArray(value)) return value.map((item) => mask(item));
    if (!isObject(value)) return value;
    const copy: JsonObject = {};
    for (const name of Object.keys(value))
      setOwn(copy, name, names.has(folded(name)) ? hidden(value[name]!) : mask(value[name]!));
    return copy;
  };
  return (event) => mask(event) as typeof event;
}

/** Null says that nothing was sent, which is no secret. */
const hidden = (value: Json): Json => (value === null ? null : masked);

/** Every value of an event whose contract is unknown. */
export function maskAll(value: Json): Json {
  if (Array.isArray(value)) return value.map(maskAll);
  if (!isContainer(value)) return hidden(value);
  const copy: JsonObject = {};
  for (const [name, inner] of Object.entries(value)) setOwn(copy, name, maskAll(inner));
  return copy;
}

function lastName(pointer: string): string {
  return segmentsOf(pointer).findLast((segment) => segment !== '*') ?? '';
}
