import { escapeSegment } from '../../model/pointer.ts';
import { type Json, type JsonObject, isObject, setOwn } from '../../model/json.ts';

/** Keywords whose value is a schema or a list of schemas, and those whose value maps names to schemas. */
export const schemaKeywords = new Set(
  'additionalItems additionalProperties allOf anyOf contains contentSchema else if items not oneOf prefixItems propertyNames then unevaluatedItems unevaluatedProperties'.split(
    ' ',
  ),
);
export const mapKeywords = new Set(
  '$defs definitions dependencies dependentSchemas patternProperties properties'.split(' '),
);
/** What is data of the author's, not schema. */
const dataKeywords = new Set('const default enum example examples x-contract'.split(' '));

/** A schema directly within another: the keyword, the pointer to it from there, and the schema. */
export type Part = [keyword: string, at: string, part: JsonObject];

/**
 * The schemas directly within a schema. What no dialect knows (`components`) may hold schemas, too: a `$ref` may lead into it.
 */
export function* partsOf(schema: JsonObject): Generator<Part> {
  for (const [keyword, value] of Object.entries(schema)) {
    if (dataKeywords.has(keyword)) continue;
    const at = `/${escapeSegment(keyword)}`;
    if (isObject(value) && !mapKeywords.has(keyword)) yield [keyword, at, value];
    else if (typeof value === 'object' && value !== null)
      for (const [name, part] of Object.entries(value))
        if (isObject(part)) yield [keyword, `${at}/${escapeSegment(name)}`, part];
  }
}

/** The schema and all schemas within it, each with its place (JSON Pointer), from the outside inwards. */
export function* schemasOf(schema: JsonObject, at = ''): Generator<[at: string, schema: JsonObject]> {
  yield [at, schema];
  for (const [, place, part] of partsOf(schema)) yield* schemasOf(part, at + place);
}

/**
 * A copy of a schema in which `change` has made each schema anew, from the inside outwards. `change` gets the copy, which it may
 * write to, and the original.
 */
export function rewritten(
  schema: JsonObject,
  change: (copy: JsonObject, original: JsonObject) => JsonObject,
): JsonObject {
  const each = (value: Json): Json => (isObject(value) ? rewritten(value, change) : value);
  const copy: JsonObject = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (dataKeywords.has(keyword)) setOwn(copy, keyword, value);
    else if (Array.isArray(value)) setOwn(copy, keyword, value.map(each));
    else if (isObject(value) && mapKeywords.has(keyword)) {
      const map: JsonObject = {};
      for (const [name, part] of Object.entries(value)) setOwn(map, name, each(part));
      setOwn(copy, keyword, map);
    } else setOwn(copy, keyword, each(value));
  }
  return change(copy, schema);
}
