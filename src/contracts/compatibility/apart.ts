import { type Json, type JsonObject, isObject, jsonType, sameJson } from '../../model/json.ts';
import { deref } from '../json-schema/refs.ts';

/** Whether no value can be two of the alternatives: they differ in their types, or in a required field whose values are listed. */
export function areApart(alternatives: readonly Json[], root: JsonObject): boolean {
  const schemas = alternatives.map((one) => (isObject(one) ? deref(one, root) : {}));
  return schemas.every((one, at) => schemas.slice(at + 1).every((other) => isApart(one, other, root)));
}

/** Deeper than this a field hardly tells alternatives apart. */
const maxDepth = 4;

function isApart(one: JsonObject, other: JsonObject, root: JsonObject, depth = 0): boolean {
  const [types, otherTypes] = [typesOf(one), typesOf(other)];
  if (types !== undefined && otherTypes?.every((type) => !types.includes(type)) === true) return true;
  const [values, otherValues] = [valuesOf(one), valuesOf(other)];
  if (values !== undefined && otherValues !== undefined)
    return values.every((value) => !otherValues.some((another) => sameJson(value, another)));
  const [fields, otherFields] = [requiredFields(one), requiredFields(other)];
  if (depth === maxDepth) return false;
  return Object.keys(fields).some((name) => {
    const [field, otherField] = [fields[name], otherFields[name]];
    if (!isObject(field) || !isObject(otherField)) return false;
    return isApart(deref(field, root), deref(otherField, root), root, depth + 1);
  });
}

const valuesOf = ({ const: value, enum: values }: JsonObject): Json[] | undefined =>
  value !== undefined ? [value] : Array.isArray(values) ? values : undefined;

/** An integer is a number. */
function typesOf(schema: JsonObject): Json[] | undefined {
  const named = [schema['type'] ?? valuesOf(schema)?.map(jsonType) ?? []].flat();
  return named.length === 0 ? undefined : named.map((type) => (type === 'integer' ? 'number' : type));
}

function requiredFields({ properties, required, type }: JsonObject): JsonObject {
  if (!isObject(properties) || !Array.isArray(required) || type !== 'object') return {};
  return Object.fromEntries(Object.entries(properties).filter(([name]) => required.includes(name)));
}
