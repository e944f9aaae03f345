import { deref } from '../contracts/json-schema/refs.ts';
import type { Contract } from '../contracts/contract.ts';
import { isObject, type Json, type JsonObject } from '../model/json.ts';

/** One declared field, in words. */
export interface ContractField {
  /** JSON Pointer; `*` stands for the elements of an array. */
  path: string;
  required: boolean;
  type: string;
}

/** All declared fields of a contract, the nested ones too. */
export function contractFields(contract: Contract): ContractField[] {
  return fieldsOf(contract.jsonSchema, '', contract.jsonSchema, 0);
}

/** Schemas may refer to themselves. */
const maxDepth = 12;

function fieldsOf(schema: JsonObject, path: string, root: JsonObject, depth: number): ContractField[] {
  if (depth > maxDepth) return [];
  const { properties, required, items } = schema;
  const fields: ContractField[] = [];
  if (isObject(properties)) {
    for (const [name, declared] of Object.entries(properties)) {
      const inner = resolved(declared, root);
      const at = `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      const isRequired = Array.isArray(required) && required.includes(name);
      fields.push({ path: at, required: isRequired, type: describeType(inner, root) });
      fields.push(...fieldsOf(inner, at, root, depth + 1));
    }
  }
  if (isObject(items)) fields.push(...fieldsOf(resolved(items, root), `${path}/*`, root, depth + 1));
  return fields;
}

const resolved = (schema: Json | undefined, root: JsonObject): JsonObject =>
  isObject(schema) ? deref(schema, root) : {};

const restrictions = [
  'format',
  'pattern',
  'minimum',
  'exclusiveMinimum',
  'maximum',
  'exclusiveMaximum',
  'minLength',
  'maxLength',
];

const spelled = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

function describeType(schema: JsonObject, root: JsonObject): string {
  const alternatives = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(alternatives)) {
    return [...new Set(alternatives.map((inner) => describeType(resolved(inner, root), root)))].join(' or ');
  }
  if (schema['const'] !== undefined) return JSON.stringify(schema['const']);
  if (Array.isArray(schema['enum']))
    return `one of ${schema['enum'].map((value) => JSON.stringify(value)).join(', ')}`;
  const type = [schema['type'] ?? 'anything'].flat().map(spelled).join(' or ');
  const limits = restrictions.flatMap((name) => {
    const limit = schema[name];
    return limit === undefined ? [] : [`${name} ${spelled(limit)}`];
  });
  return [type, ...limits].join(', ');
}

/** A field of which two contracts say different things; undefined where one does not have it. */
export interface FieldChange {
  path: string;
  was: string | undefined;
  is: string | undefined;
}

/** The fields that differ, in the order in which they are declared. */
export function diffContracts(before: Contract, after: Contract): FieldChange[] {
  const describe = (field: ContractField): string => `${field.type}${field.required ? ', required' : ''}`;
  const old = new Map(contractFields(before).map((field) => [field.path, describe(field)]));
  const fresh = new Map(contractFields(after).map((field) => [field.path, describe(field)]));
  return [...new Set([...old.keys(), ...fresh.keys()])]
    .map((path) => ({ path, was: old.get(path), is: fresh.get(path) }))
    .filter(({ was, is }) => was !== is);
}
