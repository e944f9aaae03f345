import { type JsonObject, isObject } from '../../model/json.ts';

/** Whether the fields are the very same, none of them an object that was made anew: so are those of most events. */
export function isUnchanged(input: JsonObject, output: unknown): output is JsonObject {
  if (!isObject(output) || !isBare(output)) return false;
  let more = 0;
  for (const key in output) {
    if (output[key] !== input[key]) return false;
    more++;
  }
  for (const _key in input) more--;
  return more === 0;
}

/** An object of no class. */
export function isBare(container: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(container);
  return prototype === Object.prototype || prototype === null;
}
