import { type Json, type JsonObject, isObject } from '../../../src/model/json.ts';
import { type Random, uuidOf } from '../random.ts';

/**
 * The event with other values of the same sort: other numbers, hashes, times, switches. Names, URLs and all other text
 * stay, since what they may be is the contract's affair.
 */
export function varied(event: JsonObject, random: Random): JsonObject {
  return vary(event, random) as JsonObject;
}

function vary(value: Json, random: Random): Json {
  if (typeof value === 'number') return Number.isInteger(value) && value > 9 ? other(value, random) : value;
  if (typeof value === 'string') return varyText(value, random);
  if (Array.isArray(value)) return value.map((item) => vary(item, random));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, vary(inner, random)]));
}

/** As many digits: an id stays an id, a year a year. */
function other(value: number, random: Random): number {
  const low = 10 ** (String(value).length - 1);
  return random.integer(low, low * 10 - 1);
}

function varyText(text: string, random: Random): string {
  if (/^[0-9a-f]{40}$/.test(text) && !/^0+$/.test(text)) return random.hex(40);
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)) return uuidOf(random);
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text)) return timeText(random);
  return text;
}

export function timeText(random: Random): string {
  const from = Date.UTC(2018, 0, 1) / 1000;
  return `${new Date((from + random.integer(0, 260_000_000)) * 1000).toISOString().slice(0, 19)}Z`;
}
