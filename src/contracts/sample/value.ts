import { derefOnce } from '../json-schema/refs.ts';
import { type Json, type JsonObject, isObject } from '../../model/json.ts';
import { sampleText } from './text.ts';

/** How a sample is made. */
export interface SampleOptions {
  /** Fields that are not required, too. */
  optional: boolean;
  /** Makes two samples of one schema differ where they can: 0 to 99. */
  variant: number;
}

/** No value could be made for the field at this JSON Pointer. */
export class NoSample extends Error {
  readonly path: string;

  constructor(path: string) {
    super(`no sample value for ${path}`);
    this.path = path;
  }
}

const deepest = 12;

interface Place extends SampleOptions {
  root: JsonObject;
  path: string;
  depth: number;
}

/** A value for a JSON Schema of any draft, likely to be valid; the caller validates it. Throws `NoSample`. */
export function sampleValue(schema: JsonObject, options: SampleOptions): Json {
  return valueOf(schema, { ...options, root: schema, path: '', depth: 0 });
}

function valueOf(given: Json | undefined, place: Place): Json {
  if (place.depth > deepest) throw new NoSample(place.path);
  const schema = resolved(given, place);
  const { examples, example, const: constant, enum: words, default: fallback } = schema;
  if (constant !== undefined) return constant;
  if (place.variant === 0 && Array.isArray(examples) && examples.length > 0) return examples[0]!;
  if (place.variant === 0 && example !== undefined) return example;
  if (Array.isArray(words)) return words.find((word) => word !== null) ?? null;
  if (fallback !== undefined && fallback !== null) return fallback;
  switch (typeOf(schema)) {
    case 'object':
      return objectOf(schema, place);
    case 'array':
      return arrayOf(schema, place);
    case 'integer':
    case 'number':
      return numberOf(schema, place);
    case 'boolean':
      return true;
    case 'null':
      return null;
    default: {
      const text = sampleText(schema, place.variant);
      if (text === undefined) throw new NoSample(place.path);
      return text;
    }
  }
}

/** The schema with its reference followed, its parts joined and the first of its alternatives taken. */
function resolved(given: Json | undefined, place: Place): JsonObject {
  let schema: JsonObject = isObject(given) ? given : {};
  for (let hops = 0; typeof schema['$ref'] === 'string'; hops++) {
    const target = hops < deepest ? derefOnce(schema, place.root) : undefined;
    if (target === undefined) throw new NoSample(place.path);
    const { $ref: _, ...beside } = schema;
    schema = joined(target, beside);
  }
  for (const part of listOf(schema['allOf'])) schema = joined(schema, resolved(part, place));
  for (const word of ['oneOf', 'anyOf']) {
    const choice = listOf(schema[word]).find((each) => isObject(each) && each['type'] !== 'null');
    if (choice === undefined) continue;
    const { [word]: _, ...beside } = schema;
    schema = joined(beside, resolved(choice, { ...place, depth: place.depth + 1 }));
  }
  return schema;
}

function listOf(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

function joined(a: JsonObject, b: JsonObject): JsonObject {
  const properties = { ...objectAt(a, 'properties'), ...objectAt(b, 'properties') };
  const required = [...listOf(a['required']), ...listOf(b['required'])];
  return {
    ...a,
    ...b,
    ...(Object.keys(properties).length === 0 ? {} : { properties }),
    ...(required.length === 0 ? {} : { required }),
  };
}

function objectAt(schema: JsonObject, name: string): JsonObject {
  const value = schema[name];
  return isObject(value) ? value : {};
}

function typeOf(schema: JsonObject): string {
  const { type } = schema;
  const named = Array.isArray(type) ? type.find((each) => each !== 'null') : type;
  if (typeof named === 'string') return named;
  if ('properties' in schema || 'required' in schema) return 'object';
  if ('items' in schema || 'prefixItems' in schema) return 'array';
  if ('minimum' in schema || 'maximum' in schema || 'multipleOf' in schema) return 'number';
  return 'string';
}

function objectOf(schema: JsonObject, place: Place): JsonObject {
  const properties = objectAt(schema, 'properties');
  const required = new Set(listOf(schema['required']));
  const names = new Set([
    ...Object.keys(properties).filter((name) => place.optional || required.has(name)),
    ...[...required].filter((name) => typeof name === 'string'),
  ]);
  const sample: [string, Json][] = [];
  for (const name of names) {
    const path = `${place.path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (properties[name] === false) continue;
    try {
      sample.push([name, valueOf(properties[name], { ...place, path, depth: place.depth + 1 })]);
    } catch (error) {
      // A field that may be left out is left out.
      if (!(error instanceof NoSample) || required.has(name)) throw error;
    }
  }
  return Object.fromEntries(sample);
}

function arrayOf(schema: JsonObject, place: Place): Json[] {
  const { prefixItems, items, contains, minItems, maxItems } = schema;
  const tuple = Array.isArray(prefixItems) ? prefixItems : listOf(items);
  const least = typeof minItems === 'number' ? minItems : 0;
  if (least > 100) throw new NoSample(place.path);
  const most = typeof maxItems === 'number' ? maxItems : Infinity;
  const wanted = Math.min(
    Math.max(least, tuple.length, place.optional || contains !== undefined ? 1 : 0),
    most,
  );
  const rest = isObject(contains) ? contains : isObject(items) ? items : undefined;
  if (rest === undefined && tuple.length === 0 && least === 0) return [];
  return Array.from({ length: wanted }, (_, index) =>
    valueOf(tuple[index] ?? rest, {
      ...place,
      path: `${place.path}/${index}`,
      variant: (place.variant + index) % 100,
      depth: place.depth + 1,
    }),
  );
}

function numberOf(schema: JsonObject, { variant }: Place): number {
  const bound = (name: string): number | undefined =>
    typeof schema[name] === 'number' ? schema[name] : undefined;
  const above = bound('exclusiveMinimum');
  const below = bound('exclusiveMaximum');
  const step = bound('multipleOf') ?? 1;
  const least = bound('minimum') ?? (above === undefined ? undefined : above + step);
  const most = bound('maximum') ?? (below === undefined ? undefined : below - step);
  if (least !== undefined && most !== undefined && least > most) return (least + most) / 2;
  const start = least ?? (most === undefined || most >= step ? step : most);
  const first = Math.ceil(start / step) * step;
  const varied = first + variant * step;
  return most === undefined || varied <= most ? varied : first;
}
