import { parseExact } from '../../model/exact-json.ts';
import { type Json, isObject, isContainer } from '../../model/json.ts';
import { type Result, fail, ok } from '../../model/result.ts';
import { cast } from './cast.ts';
import type { Operation } from '../../model/plan.ts';
import { recased } from './letter-case.ts';
import { elementsOf, listed, whyNotOne } from './listing.ts';

export type InPlaceOperation = Exclude<
  Operation,
  { op: 'move' | 'copy' | 'remove' | 'split' | 'split_unit' | 'join' }
>;
/** `zone` is what stands at `zone_from`. */
export type Transform = (value: Json, zone?: Json) => Result<Json>;

/**
 * What an operation on one field makes of its value. A value that already has the wanted form comes back as it is, so
 * that a second time changes nothing.
 */
export function transformOf(operation: InPlaceOperation): Transform {
  switch (operation.op) {
    case 'cast':
      return (value, zone) =>
        cast(value, operation.to, operation.format, operation.zone_from === undefined ? undefined : zone);
    case 'map':
      return mapping(operation.values);
    case 'parse':
      return parseText;
    case 'list':
      return (value) =>
        typeof value === 'string'
          ? elementsOf(value, operation.separator)
          : Array.isArray(value)
            ? ok(value)
            : fail('is not text');
    case 'unlist':
      return (value) => {
        if (typeof value === 'string') return ok(value);
        return Array.isArray(value) ? listed(value, operation.separator) : fail('is no list');
      };
    case 'wrap':
      return wrap;
    case 'unwrap':
      return unwrap;
    case 'trim':
      return onText((text) => text.trim());
    default:
      return onText((text) => recased(text, operation.op));
  }
}

function onText(change: (text: string) => string | undefined): Transform {
  return (value) => {
    if (typeof value !== 'string') return fail('is not text');
    const changed = change(value);
    return changed === undefined ? fail('would have other letters in that case') : ok(changed);
  };
}

function mapping(values: Record<string, Json>): Transform {
  const outputs = new Set<Json>(Object.values(values));
  return (value) => {
    if (outputs.has(value)) return ok(value);
    if (typeof value === 'object') return fail('is not a single value');
    const input = String(value);
    return Object.hasOwn(values, input) ? ok(values[input]!) : fail('is not among the inputs of the map');
  };
}

function wrap(value: Json): Result<Json> {
  if (Array.isArray(value)) return ok(value);
  const reason = typeof value === 'string' ? whyNotOne(value) : undefined;
  return reason === undefined ? ok([value]) : fail(reason);
}

function unwrap(value: Json): Result<Json> {
  if (!Array.isArray(value)) return ok(value);
  if (value.length !== 1) return fail('does not hold exactly one element');
  return Array.isArray(value[0]) ? fail('holds another array') : ok(value[0]!);
}

const maxDepth = 64;

/** Only an object or an array: text that spells a number or a word is the cast's business. */
function parseText(value: Json): Result<Json> {
  if (typeof value !== 'string') return ok(value);
  const read = readJson(value);
  if (!read.ok) return read;
  const parsed = read.value;
  return isObject(parsed) || Array.isArray(parsed) ? read : fail('does not spell an object or an array');
}

function readJson(text: string): Result<Json> {
  try {
    // The exact reader refuses a repeated key, and takes no text of any depth.
    if (isPlain(JSON.parse(text) as Json, maxDepth)) return ok(parseExact(text));
  } catch {
    return fail('does not spell JSON');
  }
  return fail('would lose something when it is parsed');
}

function isPlain(value: Json, depthLeft: number): boolean {
  if (!isContainer(value)) return true;
  if (depthLeft === 0) return false;
  return Object.entries(value).every(([key, item]) => key !== '__proto__' && isPlain(item, depthLeft - 1));
}
