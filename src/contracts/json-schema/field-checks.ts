import { type Json, type JsonObject, isObject } from '../../model/json.ts';
import type { FieldCheck } from '../contract.ts';
import { part } from '../fence.ts';
import { maxViolations } from '../violation.ts';
import { rememberAbsence } from '../zod/remember-absence.ts';
import type { Dialect } from './dialects.ts';
import { withDiscriminators } from './discriminators.ts';
import { deref } from './refs.ts';
import { type Check, compileFor } from './validators.ts';
import { createAjvTranslator } from './violations.ts';

/** Keywords of a schema's top by which each field is judged by itself, or nothing is. */
const fieldwise = new Set(
  '$schema $id $comment $defs definitions x-contract title description examples default type properties required additionalProperties'.split(
    ' ',
  ),
);

/** Judges some of the fields by themselves, where the schema allows that; see `Contract.checkFields`. */
export function fieldCheckOf(
  schema: JsonObject,
  fields: readonly string[],
  dialect: Dialect,
): FieldCheck | undefined {
  const { properties, required, additionalProperties } = schema;
  const byField =
    Object.keys(schema).every((keyword) => fieldwise.has(keyword)) &&
    isObject(properties) &&
    (required === undefined || Array.isArray(required)) &&
    (additionalProperties === undefined || typeof additionalProperties === 'boolean') &&
    refersToDefinitionsOnly(schema);
  if (!byField) return undefined;
  // The names stay, so that what is declared stays declared.
  const part = withDiscriminators({
    ...schema,
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, declaration]) => [
        name,
        fields.includes(name) ? declaration : true,
      ]),
    ),
    required: (required ?? []).filter((name) => fields.includes(name as string)),
  });
  const check = compileFor(part, dialect, { allErrors: true });
  const violationsFromAjv = createAjvTranslator(part);
  const relevant =
    additionalProperties === false ? fields : fields.filter((field) => Object.hasOwn(properties, field));
  return rememberAbsence(relevant, (event) => {
    const errors = check(event);
    if (errors === undefined) return [];
    const violations = violationsFromAjv(errors, event);
    return violations.length < maxViolations ? violations : undefined;
  });
}

/** One field's own declaration, compiled when something has gone wrong. */
export function createFieldTrial(
  schema: JsonObject,
  dialect: Dialect,
): (field: string) => ((event: JsonObject) => unknown) | undefined {
  const checks = new Map<string, Check>();
  return (field) => {
    const { properties } = deref(schema, schema);
    if (!isObject(properties) || !Object.hasOwn(properties, field)) return undefined;
    const kept = ['$schema', '$id', '$defs', 'definitions'].filter((keyword) =>
      Object.hasOwn(schema, keyword),
    );
    const check =
      checks.get(field) ??
      part(() =>
        compileFor(
          {
            ...Object.fromEntries(kept.map((keyword) => [keyword, schema[keyword]!])),
            properties: { [field]: properties[field]! },
          },
          dialect,
          {},
        ),
      );
    checks.set(field, check);
    return check;
  };
}

/** A reference into a field's own declaration would miss it in a schema without that field. */
function refersToDefinitionsOnly(part: Json): boolean {
  if (Array.isArray(part)) return part.every(refersToDefinitionsOnly);
  if (!isObject(part)) return true;
  return Object.entries(part).every(([key, value]) => {
    if (key === '$dynamicRef' || key === '$recursiveRef' || key === '$anchor' || key === '$dynamicAnchor')
      return false;
    if (key === '$ref') return typeof value === 'string' && /^#\/(\$defs|definitions)\//.test(value);
    return refersToDefinitionsOnly(value);
  });
}
