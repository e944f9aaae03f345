import { type Json, type JsonObject, isObject, setOwn } from '../../model/json.ts';
import { type Dialect, refStandsAlone } from './dialects.ts';

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

/** What says something of the value: beside a `$ref` of the old drafts it is void. */
const assertions = new Set(
  `${[...schemaKeywords].join(' ')} patternProperties properties dependencies dependentSchemas dependentRequired const enum exclusiveMaximum exclusiveMinimum format maxItems maxLength maxProperties maximum minItems minLength minProperties minimum multipleOf pattern required type uniqueItems $id id`.split(
    ' ',
  ),
);

/**
 * A schema as the validators read it: what OpenAPI and old drafts say in words of their own is said in JSON Schema's.
 * `nullable: true` allows null, wherever it stands; OpenAPI's `discriminator` is a hint and says nothing; keywords beside a
 * `$ref` of draft 4 to 7 are void. Does not change its argument.
 */
export function normalized(schema: JsonObject, dialect: Dialect): JsonObject {
  const copy: JsonObject = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (isHint(keyword, value) || isVoid(keyword, value)) continue;
    setOwn(copy, keyword, normalizedPart(keyword, value, dialect));
  }
  const { nullable } = copy;
  const referring = typeof copy['$ref'] === 'string' && refStandsAlone(dialect);
  const body = referring ? withoutSiblings(copy) : withoutOwnReference(copy);
  if (typeof nullable !== 'boolean') return body;
  // Also where it is false: Ajv takes the word beside a `type` only.
  const { nullable: _, ...rest } = body;
  return nullable ? orNull(rest) : rest;
}

/** A property may be called `discriminator`, and that of a map of schemas is no object with a property name in it. */
const isHint = (keyword: string, value: Json): boolean =>
  keyword === 'discriminator' && isObject(value) && typeof value['propertyName'] === 'string';

/** What Ajv takes for its own `$async`, and the places that generators of schemas write as the name of each part. */
const isVoid = (keyword: string, value: Json): boolean =>
  keyword === '$async' || (keyword === '$id' && typeof value === 'string' && value.startsWith('#/'));

function normalizedPart(keyword: string, value: Json, dialect: Dialect): Json {
  if (dataKeywords.has(keyword)) return value;
  if (mapKeywords.has(keyword) && isObject(value)) return eachOf(value, dialect);
  if (Array.isArray(value)) return value.map((item) => (isObject(item) ? normalized(item, dialect) : item));
  // Also what no dialect knows, as `components`: a `$ref` may lead into it.
  return isObject(value) ? normalized(value, dialect) : value;
}

function eachOf(map: JsonObject, dialect: Dialect): JsonObject {
  const copy: JsonObject = {};
  for (const [name, value] of Object.entries(map)) {
    setOwn(copy, name, isObject(value) ? normalized(value, dialect) : value);
  }
  return copy;
}

/** Ajv looks up a `$ref` beside an `$id` in the schema that holds it, over and over: one level down it does not. */
function withoutOwnReference(schema: JsonObject): JsonObject {
  const { $id, $ref, allOf, ...rest } = schema;
  if (typeof $id !== 'string' || typeof $ref !== 'string') return schema;
  return { ...rest, $id, allOf: [...(Array.isArray(allOf) ? allOf : []), { $ref }] };
}

const withoutSiblings = (schema: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(schema).filter(([keyword]) => !assertions.has(keyword)));

function orNull(schema: JsonObject): JsonObject {
  const { type, enum: values, const: value } = schema;
  if (typeof type === 'string' && value === undefined) {
    const listed: JsonObject =
      Array.isArray(values) && !values.includes(null) ? { enum: [...values, null] } : {};
    return { ...schema, type: type === 'null' ? type : [type, 'null'], ...listed };
  }
  const says = Object.keys(schema).some((keyword) => keyword === '$ref' || assertions.has(keyword));
  return says ? { anyOf: [schema, { type: 'null' }] } : schema;
}
