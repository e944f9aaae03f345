import { deref } from '../../contracts/json-schema/refs.ts';
import { isLinear } from '../../contracts/patterns/linear.ts';
import { regularExpression } from '../../contracts/patterns/regular-expression.ts';
import { type Json, type JsonObject, isObject } from '../../model/json.ts';

/**
 * What a JSON Schema says at a path (segments; `*` for the elements of an array): all subschemas that may apply there,
 * through `$ref`, `allOf`, `anyOf` and `oneOf`. Empty when the path is not declared.
 */
export function schemasAt(root: JsonObject, segments: readonly string[]): JsonObject[] {
  let tree = trees.get(root);
  if (tree === undefined) {
    tree = { root: { schemas: distinct(alternatives(root, root)), below: new Map() }, places: 1 };
    trees.set(root, tree);
  }
  let place = tree.root;
  for (const segment of segments) place = placeBelow(place, segment, root, tree);
  return place.schemas;
}

export function isDeclared(root: JsonObject, segments: readonly string[]): boolean {
  return schemasAt(root, segments).length > 0;
}

/** The values that the contract itself lists at a path: its enums, constants and booleans. */
export function listedValues(root: JsonObject, segments: readonly string[]): Json[] {
  return schemasAt(root, segments).flatMap((schema) => {
    if (Array.isArray(schema['enum'])) return schema['enum'];
    if (Object.hasOwn(schema, 'const')) return [schema['const']!];
    return typesOf(schema).includes('boolean') ? [true, false] : [];
  });
}

/** Whether null is a value at a path, and not only what stands for none; an index is one, as it stands in the event. */
export function takesNull(root: JsonObject, segments: readonly string[]): boolean {
  return schemasAt(root, segments).some((schema) => {
    const listed = Array.isArray(schema['enum']) ? schema['enum'] : [schema['const']];
    return typesOf(schema).includes('null') || schema['nullable'] === true || listed.includes(null);
  });
}

export function typesOf(schema: JsonObject): string[] {
  const { type } = schema;
  if (typeof type === 'string') return [type];
  return Array.isArray(type) ? type.filter((name): name is string => typeof name === 'string') : [];
}

/** A path of a schema that was asked for before: a contract of twenty alternatives is slow to walk for every field. */
interface Place {
  schemas: JsonObject[];
  below: Map<string, Place>;
}
const trees = new WeakMap<JsonObject, { root: Place; places: number }>();
/** A schema that refers to itself has no end of paths. */
const maxPlaces = 20_000;

function placeBelow(place: Place, segment: string, root: JsonObject, tree: { places: number }): Place {
  const known = place.below.get(segment);
  if (known !== undefined) return known;
  const schemas = distinct(place.schemas.flatMap((schema) => below(schema, segment, root)));
  const next = { schemas, below: new Map<string, Place>() };
  // Only what the schema itself names is remembered; the names in an event are without end.
  if (
    tree.places < maxPlaces &&
    (segment === '*' || place.schemas.some((schema) => names(schema, segment)))
  ) {
    place.below.set(segment, next);
    tree.places++;
  }
  return next;
}

const distinct = (schemas: JsonObject[]) => [...new Set(schemas)];

function names({ properties }: JsonObject, segment: string): boolean {
  return isObject(properties) && Object.hasOwn(properties, segment);
}

/** The schema itself and all that it combines. */
function alternatives(schema: JsonObject, root: JsonObject, depth = 0): JsonObject[] {
  if (depth > 16) return [];
  const resolved = deref(schema, root);
  const combined = ['allOf', 'anyOf', 'oneOf'].flatMap((keyword) => {
    const parts = resolved[keyword];
    return Array.isArray(parts)
      ? parts.filter(isObject).flatMap((part) => alternatives(part, root, depth + 1))
      : [];
  });
  return [resolved, ...combined];
}

/** What is said of the names that match a pattern. Patterns that may take long are passed over: names come from outside. */
function patternsFor({ patternProperties }: JsonObject, segment: string): JsonObject[] {
  if (!isObject(patternProperties) || segment === '*') return [];
  let compiled = patterns.get(patternProperties);
  if (compiled === undefined) {
    compiled = Object.entries(patternProperties).flatMap(([pattern, schema]) =>
      isObject(schema) && isLinear(pattern) ? [{ names: regularExpression(pattern), schema }] : [],
    );
    patterns.set(patternProperties, compiled);
  }
  return compiled.filter(({ names }) => names.test(segment)).map(({ schema }) => schema);
}

const patterns = new WeakMap<JsonObject, readonly { names: RegExp; schema: JsonObject }[]>();

function below(schema: JsonObject, segment: string, root: JsonObject): JsonObject[] {
  const found: JsonObject[] = [];
  const { properties, items, prefixItems, additionalProperties } = schema;
  const isNamed = isObject(properties) && Object.hasOwn(properties, segment);
  if (isNamed && isObject(properties[segment])) found.push(properties[segment]);
  const matching = patternsFor(schema, segment);
  found.push(...matching);
  if (
    !isNamed &&
    matching.length === 0 &&
    isObject(additionalProperties) &&
    Object.keys(additionalProperties).length > 0
  ) {
    found.push(additionalProperties);
  }
  if (segment === '*' || /^\d+$/.test(segment)) {
    for (const candidate of [items, ...(Array.isArray(prefixItems) ? prefixItems : [])])
      if (isObject(candidate)) found.push(candidate);
  }
  return found.flatMap((part) => alternatives(part, root));
}
