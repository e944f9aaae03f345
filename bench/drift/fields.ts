import type { Contract } from '../../src/contracts/contract.ts';
import { type Json, type JsonObject, isObject } from '../../src/model/json.ts';
import { isDeclared, schemasAt, typesOf } from '../../src/repair/plans/schema-paths.ts';

/** A declared field that an event has, and what its contract says of it. */
export interface Field {
  /** `*` for the elements of an array; the last segment is a name. */
  path: string[];
  name: string;
  /** The values at the path; several below an array. */
  values: Json[];
  schemas: JsonObject[];
  required: boolean;
  types: Set<string>;
  format: string | undefined;
  /** What the contract lists as possible values, if it does. */
  listed: Json[] | undefined;
}

const maxDepth = 5;

/** All declared fields of an event, outermost first. */
export function fieldsOf(event: JsonObject, contract: Contract): Field[] {
  const root = contract.jsonSchema;
  const fields: Field[] = [];

  function visit(values: Json[], path: string[]): void {
    if (path.length > maxDepth) return;
    if (values.length > 0 && values.every((value) => Array.isArray(value))) {
      const elements = values.flat();
      if (elements.length > 0 && !path.includes('*')) visit(elements, [...path, '*']);
      return;
    }
    const objects = values.filter(isObject);
    const first = objects[0];
    if (first === undefined || objects.length !== values.length) return;
    const parents = schemasAt(root, path);
    for (const name of Object.keys(first)) {
      const below = [...path, name];
      if (!isDeclared(root, below) || !objects.every((object) => Object.hasOwn(object, name))) continue;
      const inner = objects.map((object) => object[name]!);
      fields.push(describe(below, inner, schemasAt(root, below), isRequired(parents, name)));
      visit(inner, below);
    }
  }

  visit([event], []);
  return fields;
}

function describe(path: string[], values: Json[], schemas: JsonObject[], required: boolean): Field {
  const format = schemas.map((schema) => schema['format']).find((text) => typeof text === 'string');
  const listed = schemas.flatMap((schema) => {
    if (Array.isArray(schema['enum'])) return schema['enum'];
    return Object.hasOwn(schema, 'const') ? [schema['const']!] : [];
  });
  return {
    path,
    name: path.at(-1)!,
    values,
    schemas,
    required,
    types: new Set(schemas.flatMap(typesOf)),
    format,
    listed: listed.length === 0 ? undefined : [...new Set(listed)],
  };
}

function isRequired(schemas: readonly JsonObject[], name: string): boolean {
  return schemas.some(({ required }) => Array.isArray(required) && required.includes(name));
}

export const isText = (field: Field): boolean =>
  field.values.every((value) => typeof value === 'string' && value !== '');
