import { type Json, type JsonObject, isObject, jsonType } from '../../../model/json.ts';
import { textClass } from './text-class.ts';

/** Two to four capitalised words, as people write their names: `Jane Doe`, `O'Neil, Mary Ann`, `José M. Núñez`. */
export function looksLikePerson(key: string): boolean {
  return key.length <= 60 && person.test(key.normalize('NFC'));
}

const person = /^\p{Lu}[\p{L}'’.-]*(?:,? \p{Lu}[\p{L}'’.-]*){1,3}$/u;

/** An object with more keys than this whose values all look the same is not a record with so many fields, but a map. */
const mostFields = 20;
const mostExamined = 1000;

/** `isFree`: whether nothing tells that the key is a field. Keys of which something does are not counted. */
export function isLikeMap(object: JsonObject, isFree: (key: string) => boolean): boolean {
  const keys = Object.keys(object);
  if (keys.length <= mostFields) return false;
  const counts = new Map<string, number>();
  for (const key of keys.slice(0, mostExamined)) {
    if (!isFree(key)) continue;
    const look = lookOf(object[key] as Json);
    const count = (counts.get(look) ?? 0) + 1;
    if (count > mostFields) return true;
    counts.set(look, count);
  }
  return false;
}

/** A text's kind without its length; an object's keys. */
function lookOf(value: Json): string {
  if (typeof value === 'string') return textClass(value).replaceAll(/\([^)]*\)|, .*$/g, '');
  if (isObject(value)) return Object.keys(value).slice(0, 20).toSorted().join('\n');
  const type = jsonType(value);
  return type === 'integer' ? 'number' : type;
}
