import { asText } from './as-text.ts';
import type { Contract } from '../../src/contracts/contract.ts';
import { type Json, type JsonObject, isObject } from '../../src/model/json.ts';
import { isDeclared, schemasAt } from '../../src/repair/plans/schema-paths.ts';

/**
 * Whether two events are the same in all that their contract declares. Numbers of a decimal field are the same whether
 * they are text or not, times are the same when they are the same instant: the table holds one value for both.
 */
export function sameDeclared(a: JsonObject, b: JsonObject, contract: Contract): boolean {
  return declaredText(a, contract) === declaredText(b, contract);
}

function declaredText(event: JsonObject, contract: Contract): string {
  return JSON.stringify(canonical(event, [], contract.jsonSchema));
}

function canonical(value: Json, path: string[], root: JsonObject): Json {
  if (Array.isArray(value)) return value.map((item) => canonical(item, [...path, '*'], root));
  const schemas = schemasAt(root, path);
  if (!isObject(value)) return canonicalLeaf(value, schemas);
  const isListed = schemas.some((schema) => isObject(schema['properties']));
  const names = Object.keys(value)
    .filter((name) => !isListed || isDeclared(root, [...path, name]))
    .sort();
  return Object.fromEntries(names.map((name) => [name, canonical(value[name]!, [...path, name], root)]));
}

function canonicalLeaf(value: Json, schemas: readonly JsonObject[]): Json {
  const formats = schemas.map((schema) => schema['format']);
  if (formats.includes('decimal') && value !== null) return `decimal ${canonicalNumeral(asText(value))}`;
  if (formats.includes('uuid') && typeof value === 'string') return value.toLowerCase();
  if (formats.includes('date-time')) {
    const instant = instantOf(value);
    return instant === undefined ? value : `instant ${instant}`;
  }
  return value;
}

/** Milliseconds since 1970. Some contracts take Unix seconds or milliseconds beside ISO 8601. */
function instantOf(value: Json): number | undefined {
  if (typeof value === 'number') return value < 1e11 ? value * 1000 : value < 1e13 ? value : undefined;
  const instant = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(instant) ? undefined : instant;
}

export function canonicalNumeral(text: string): string {
  const match = /^([+-]?)0*(\d*)(?:\.(\d*?)0*)?$/.exec(text);
  if (match === null) return text;
  const [, sign, whole, fraction] = match;
  const digits = `${whole || '0'}${fraction ? `.${fraction}` : ''}`;
  return digits === '0' ? '0' : `${sign === '-' ? '-' : ''}${digits}`;
}
