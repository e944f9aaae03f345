import { SentinelError } from '../model/errors.ts';
import { type Json, type JsonObject, isObject, jsonType } from '../model/json.ts';
import type { ColumnType } from './contract.ts';
import { deref, derefOnce } from './json-schema/refs.ts';

const kinds = ['string', 'integer', 'number', 'boolean', 'datetime', 'date', 'uuid', 'json'] as const;
const formats: Readonly<Record<string, ColumnType>> = {
  'date-time': { kind: 'datetime' },
  date: { kind: 'date' },
  uuid: { kind: 'uuid' },
};
const decimalShape = /^decimal\((\d{1,2}),(\d{1,2})\)$/;
const maxPrecision = 38;

/** What a schema says of a type: nothing, only that null is welcome, or the type. */
type Reading = ColumnType | 'null' | undefined;

/** What a schema says of one field, in all its places. */
interface Declared {
  type: ColumnType;
  description: string | undefined;
}

/**
 * The type of a column for each top-level field that a JSON Schema declares, its alternatives and parts included, in
 * the order of declaration. A field's `x-column` (`decimal(12,2)`, `json`, …) decides over its JSON type; what has
 * no single type is `json`. Throws `contract_invalid` for an `x-column` that is none.
 */
export function columnsOf(schema: JsonObject): Map<string, Declared> {
  const columns = new Map<string, Declared>();
  for (const [name, places] of placesOf(schema, schema)) columns.set(name, declared(places, schema, name));
  return columns;
}

/** The names of the top-level fields that a JSON Schema declares. */
export const fieldsOf = (schema: JsonObject): string[] => [...placesOf(schema, schema).keys()];

function placesOf(schema: JsonObject, root: JsonObject): Map<string, JsonObject[]> {
  const fields = new Map<string, JsonObject[]>();
  collectFields(schema, root, fields, new Set());
  return fields;
}

function declared(places: JsonObject[], root: JsonObject, name: string): Declared {
  const readings = places.map((place) => readType(place, root, name, new Set()));
  return { type: known(unify(readings)), description: describe(places, root) };
}

/** The type of the column for one field, wherever it is declared; undefined when it is not. */
export function columnAt(schema: JsonObject, path: readonly string[]): Declared | undefined {
  let places: JsonObject[] = [schema];
  for (const name of path) {
    let isDeclared = false;
    places = places.flatMap((place) => {
      const fields = placesOf(place, schema);
      isDeclared ||= fields.has(name);
      return fields.get(name) ?? [];
    });
    if (!isDeclared) return undefined;
    // `true` and `false` are schemas, too.
    if (places.length === 0) places = [{}];
  }
  return declared(places, schema, path.join('.'));
}

function describe(places: readonly JsonObject[], root: JsonObject): string | undefined {
  for (const place of places)
    for (const said of [place, deref(place, root)])
      if (typeof said['description'] === 'string' && said['description'] !== '') return said['description'];
  return undefined;
}

function collectFields(
  schema: JsonObject,
  root: JsonObject,
  fields: Map<string, JsonObject[]>,
  visited: Set<JsonObject>,
): void {
  if (visited.has(schema)) return;
  visited.add(schema);
  const target = derefOnce(schema, root);
  if (target !== undefined) collectFields(target, root, fields, visited);
  if (isObject(schema['properties'])) {
    for (const [name, declaration] of Object.entries(schema['properties'])) {
      const declarations = fields.get(name) ?? [];
      if (isObject(declaration)) declarations.push(declaration);
      fields.set(name, declarations);
    }
  }
  for (const part of subschemas(schema, ['allOf', 'oneOf', 'anyOf'])) {
    collectFields(part, root, fields, visited);
  }
}

function readType(schema: JsonObject, root: JsonObject, name: string, visited: Set<JsonObject>): Reading {
  if (schema['x-column'] !== undefined) return override(schema['x-column'], name);
  // A schema inside itself says nothing new.
  if (visited.has(schema)) return undefined;
  const inside = new Set(visited).add(schema);
  const read = (part: JsonObject): Reading => readType(part, root, name, inside);

  const target = derefOnce(schema, root);
  if (target !== undefined) return read(target);
  const own = ownType(schema);
  if (own !== undefined && own !== 'null' && own.kind !== 'json') return own;
  const alternatives = subschemas(schema, ['oneOf', 'anyOf']);
  if (alternatives.length > 0) return unify(alternatives.map((part) => read(part) ?? { kind: 'json' }));
  const parts = subschemas(schema, ['allOf']).map(read);
  return parts.find((part) => part !== undefined && part !== 'null') ?? own ?? parts[0];
}

function ownType(schema: JsonObject): Reading {
  if (schema['const'] !== undefined) return typeOfValues([schema['const']]);
  if (Array.isArray(schema['enum'])) return typeOfValues(schema['enum']);
  const { type } = schema;
  const names = Array.isArray(type) ? type : type === undefined ? [] : [type];
  return names.length === 0 ? undefined : unify(names.map((name) => typeOfName(name, schema)));
}

function typeOfName(name: Json, schema: JsonObject): Reading {
  switch (name) {
    case 'null':
      return 'null';
    case 'string': {
      const { format } = schema;
      return (
        (typeof format === 'string' && Object.hasOwn(formats, format) && formats[format]) || {
          kind: 'string',
        }
      );
    }
    case 'integer':
      // Half of them are too large for a signed one of 64 bits.
      return schema['format'] === 'uint64' ? { kind: 'decimal', precision: 20, scale: 0 } : { kind: name };
    case 'boolean':
      return { kind: name };
    case 'number':
      return decimalOf(schema['multipleOf']) ?? { kind: 'number' };
    default:
      return { kind: 'json' };
  }
}

/** A step of 0.01 or 0.05 means at most two decimals, so the values are exact. */
function decimalOf(step: Json | undefined): ColumnType | undefined {
  if (typeof step !== 'number' || step <= 0 || step >= 1) return undefined;
  const [mantissa = '', exponent = '0'] = step.toExponential().split('e');
  const scale = Math.max(0, mantissa.length - 2) - Number(exponent);
  return scale <= 18 ? { kind: 'decimal', precision: maxPrecision, scale } : undefined;
}

function typeOfValues(values: readonly Json[]): Reading {
  const readings = values.map((value): Reading => {
    const type = jsonType(value);
    if (type === 'null') return 'null';
    return { kind: type === 'object' || type === 'array' ? 'json' : type };
  });
  return unify(readings);
}

/** The type that can hold all of them without loss of meaning. */
function unify(readings: readonly Reading[]): Reading {
  const types = readings.filter((reading) => reading !== 'null' && reading !== undefined);
  const [first] = types;
  if (first === undefined) return readings[0];
  const same = types.every((type) => JSON.stringify(type) === JSON.stringify(first));
  if (same) return first;
  const all = (...allowed: ColumnType['kind'][]) => types.every((type) => allowed.includes(type.kind));
  if (all('integer', 'number')) return { kind: 'number' };
  if (all('string', 'uuid', 'date', 'datetime')) return { kind: 'string' };
  return { kind: 'json' };
}

const known = (reading: Reading): ColumnType =>
  reading === undefined || reading === 'null' ? { kind: 'json' } : reading;

function override(value: Json, name: string): ColumnType {
  const kind = kinds.find((kind) => kind === value);
  if (kind !== undefined) return { kind };
  const parts = typeof value === 'string' ? decimalShape.exec(value) : null;
  const [precision, scale] = [Number(parts?.[1]), Number(parts?.[2])];
  if (precision >= 1 && precision <= maxPrecision && scale <= precision)
    return { kind: 'decimal', precision, scale };
  throw new SentinelError(
    'contract_invalid',
    `field ${name}: x-column must be one of ${kinds.join(', ')}, or decimal(precision,scale) with at most ${maxPrecision} digits`,
  );
}

function subschemas(schema: JsonObject, keywords: readonly string[]): JsonObject[] {
  return keywords.flatMap((keyword) => {
    const list = schema[keyword];
    return Array.isArray(list) ? list.filter((part) => isObject(part)) : [];
  });
}
