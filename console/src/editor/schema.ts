import { describeSchema } from '../../../src/contracts/zod/describe-schema.ts';
import { deref } from '../../../src/contracts/json-schema/refs.ts';
import { isObject } from '../../../src/model/json.ts';
import type { Json, JsonObject } from '../api/types.ts';

/** The part of a JSON Schema that is for a path; undefined for what it does not declare. */
export function schemaAt(root: JsonObject, segments: readonly string[]): JsonObject | undefined {
  let schemas: JsonObject[] = alternatives(root, root);
  for (const segment of segments) {
    schemas = schemas.flatMap((schema) => {
      const next = asObject(asObject(schema['properties'])?.[segment]) ?? itemOf(schema, segment);
      return next === undefined ? [] : alternatives(next, root);
    });
  }
  if (schemas.length <= 1) return schemas[0];
  return {
    anyOf: schemas,
    properties: Object.assign({}, ...schemas.map((one) => one['properties'])) as JsonObject,
  };
}

export interface FieldHelp {
  name: string;
  /** In words: `number ≥ 0`. */
  wanted: string;
  description?: string;
  required: boolean;
}

export function fieldsOf(root: JsonObject, segments: readonly string[]): FieldHelp[] {
  const schema = schemaAt(root, segments);
  const properties = asObject(schema?.['properties']) ?? {};
  const required = schema?.['required'];
  return Object.entries(properties).flatMap(([name, value]) => {
    const field = asObject(value);
    if (field === undefined) return [];
    return [
      {
        name,
        wanted: wantedIn(field, root),
        required: Array.isArray(required) && required.includes(name),
        ...(typeof field['description'] === 'string' ? { description: field['description'] } : {}),
      },
    ];
  });
}

/** What a schema allows where it allows only some values. */
export function valuesOf(schema: JsonObject | undefined): Json[] {
  if (schema === undefined) return [];
  if (schema['const'] !== undefined) return [schema['const']];
  if (Array.isArray(schema['enum'])) return schema['enum'];
  return schema['type'] === 'boolean' ? [true, false] : [];
}

const longestPattern = 40;

export function wantedIn(schema: JsonObject, root: JsonObject): string {
  const words = describeSchema(schema, root);
  const { pattern } = deref(schema, root);
  const isTelling = words === 'string' && typeof pattern === 'string' && pattern.length <= longestPattern;
  return isTelling ? `text that matches ${pattern}` : words;
}

function itemOf(schema: JsonObject, segment: string): JsonObject | undefined {
  return /^\d+$/.test(segment) ? asObject(schema['items']) : asObject(schema['additionalProperties']);
}

function alternatives(schema: JsonObject, root: JsonObject, depth = 0): JsonObject[] {
  const target = deref(schema, root);
  const parts = ['anyOf', 'oneOf', 'allOf'].flatMap((keyword) =>
    Array.isArray(target[keyword]) ? target[keyword] : [],
  );
  if (parts.length === 0 || depth >= maxDepth) return [target];
  const objects = parts.map(asObject).filter((part) => part !== undefined);
  const own = target['properties'] === undefined ? [] : [target];
  return [...own, ...objects.flatMap((part) => alternatives(part, root, depth + 1))];
}

/** Schemas may refer to themselves. */
const maxDepth = 8;

const asObject = (value: Json | undefined): JsonObject | undefined => (isObject(value) ? value : undefined);
