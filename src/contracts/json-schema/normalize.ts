import { type Json, type JsonObject, isObject } from '../../model/json.ts';
import { type Dialect, refStandsAlone } from './dialects.ts';
import { rewritten, schemaKeywords } from './walk.ts';

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
  return rewritten(schema, (copy) => {
    for (const [keyword, value] of Object.entries(copy))
      if (isHint(keyword, value) || isVoid(keyword, value)) delete copy[keyword];
    const { nullable } = copy;
    const referring = typeof copy['$ref'] === 'string' && refStandsAlone(dialect);
    const body = referring ? withoutSiblings(copy) : withoutOwnReference(copy);
    if (typeof nullable !== 'boolean') return body;
    // Also where it is false: Ajv takes the word beside a `type` only.
    const { nullable: _, ...rest } = body;
    return nullable ? orNull(rest) : rest;
  });
}

/** A property may be called `discriminator`, and that of a map of schemas is no object with a property name in it. */
const isHint = (keyword: string, value: Json): boolean =>
  keyword === 'discriminator' && isObject(value) && typeof value['propertyName'] === 'string';

/** What Ajv takes for its own `$async`, and the places that generators of schemas write as the name of each part. */
const isVoid = (keyword: string, value: Json): boolean =>
  keyword === '$async' || (keyword === '$id' && typeof value === 'string' && value.startsWith('#/'));

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
