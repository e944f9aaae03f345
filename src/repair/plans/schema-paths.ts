import { deref } from '../../contracts/json-schema/refs.ts';
import { isLinear } from '../../contracts/patterns/linear.ts';
import { regularExpression } from '../../contracts/patterns/regular-expression.ts';
import { type Json, type JsonObject, isObject } from '../../model/json.ts';

/**
 * What a JSON Schema says at a path (segments; `*` for the elements of an array): all subschemas that may apply there,
 * through `$ref`, `allOf`, `anyOf` and `oneOf`. Empty when the path is not declared.
 */
export function schemasAt(root: JsonObject, segments: readonly string[]): JsonObject[] {
  let place = placeAtRoot(root);
  for (const segment of segments) place = place.below(segment);
  return place.schemas;
}

/** A place in the events of a contract, for who goes through an event step by step. */
export interface SchemaPlace {
  /** As `schemasAt`; none where nothing is declared. */
  readonly schemas: JsonObject[];
  /** `*` for the elements of a list. */
  below(segment: string): SchemaPlace;
}

export function placeAtRoot(schema: JsonObject): SchemaPlace {
  let root = roots.get(schema);
  if (root === undefined)
    roots.set(schema, (root = new Place(alternatives(schema, schema), { schema, places: 1 })));
  return root;
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
class Place implements SchemaPlace {
  readonly schemas: JsonObject[];
  readonly #tree: Tree;
  readonly #known = new Map<string, Place>();

  constructor(schemas: JsonObject[], tree: Tree) {
    this.schemas = distinct(schemas);
    this.#tree = tree;
  }

  below(segment: string): Place {
    const known = this.#known.get(segment);
    if (known !== undefined) return known;
    const { schema } = this.#tree;
    const next = new Place(
      this.schemas.flatMap((one) => below(one, segment, schema)),
      this.#tree,
    );
    // Only what the schema itself names is remembered; the names in an event are without end.
    const isNamed = segment === '*' || this.schemas.some((one) => names(one, segment));
    if (isNamed && this.#tree.places < maxPlaces) {
      this.#known.set(segment, next);
      this.#tree.places++;
    }
    return next;
  }
}

interface Tree {
  schema: JsonObject;
  places: number;
}
const roots = new WeakMap<JsonObject, Place>();
/** A schema that refers to itself has no end of paths. */
const maxPlaces = 20_000;

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
