import { type Json, isObject } from '../../src/model/json.ts';
import { wordsOf } from './names.ts';

const zoneNames = new Set(['timezone', 'tz', 'utcoffset', 'gmtoffset', 'zoneid']);

/** Whether the event names a zone: a time without one is then to be read in it, and is no case for a refusal. */
export function namesZone(value: Json): boolean {
  if (Array.isArray(value)) return value.some(namesZone);
  if (!isObject(value)) return false;
  return Object.entries(value).some(([name, inner]) => isZoneName(name) || namesZone(inner));
}

function isZoneName(name: string): boolean {
  const words = wordsOf(name);
  return [1, 2].some((count) => zoneNames.has(words.slice(-count).join('')));
}
