import { type Json, type JsonObject, isObject } from '../../model/json.ts';
import { pointerOf } from '../../model/pointer.ts';
import type { Contract } from '../contract.ts';
import { compact } from '../import/imported.ts';
import { deref } from '../json-schema/refs.ts';
import { choicesRule, customProperty, logicalTypeOf, sharedOf } from '../odcs-types.ts';
import { toJsonSchema } from './json-schema.ts';

const maxDepth = 12;

/** A contract as a document of the Open Data Contract Standard 3.1, with one object: its table. */
export function toOdcs(contract: Contract): JsonObject {
  const { name, version, description, table, key, jsonSchema } = contract;
  const said = description === '' ? undefined : description;
  return compact({
    apiVersion: 'v3.1.0',
    kind: 'DataContract',
    id: `${name}-${version}`,
    name,
    version,
    status: 'active',
    description: said === undefined ? undefined : { purpose: said },
    schema: [
      compact({
        name,
        physicalName: table,
        physicalType: 'table',
        logicalType: 'object',
        description: said,
        customProperties: customProperty('x-contract', settingsOf(contract)),
        properties: new Writer(jsonSchema, key).fieldsOf(jsonSchema, []),
      }),
    ],
  });
}

/** What of the contract's header stands nowhere else. */
function settingsOf(contract: Contract): JsonObject | undefined {
  const header = toJsonSchema(contract)['x-contract'] as JsonObject;
  const elsewhere = new Set(['name', 'version', 'description', 'table', 'key', 'upgrade']);
  const rest = Object.entries(header).filter(([setting]) => !elsewhere.has(setting));
  return rest.length === 0 ? undefined : Object.fromEntries(rest);
}

class Writer {
  readonly #root: JsonObject;
  readonly #key: readonly string[];

  /** `key`: JSON Pointers. */
  constructor(root: JsonObject, key: readonly string[]) {
    this.#root = root;
    this.#key = key;
  }

  fieldsOf(schema: JsonObject, path: readonly string[]): JsonObject[] {
    const { properties, required } = deref(schema, this.#root);
    if (!isObject(properties) || path.length > maxDepth) return [];
    const needed = new Set(Array.isArray(required) ? required : []);
    return Object.entries(properties).map(([name, declared]) => {
      const field = isObject(declared) ? deref(declared, this.#root) : {};
      const isNull = [field['type']].flat().includes('null');
      const position = this.#key.indexOf(pointerOf([...path, name])) + 1;
      return compact({
        name,
        ...this.#propertyOf(field, [...path, name]),
        required: (needed.has(name) && !isNull) || undefined,
        primaryKey: position > 0 || undefined,
        primaryKeyPosition: position > 0 ? position : undefined,
      });
    });
  }

  #propertyOf(schema: JsonObject, path: readonly string[]): JsonObject {
    const { description, items, 'x-column': column } = schema;
    const type = logicalTypeOf(schema);
    const isDecimal = typeof column === 'string' && column.startsWith('decimal');
    const options = sharedOf(schema, type);
    const choices = choicesIn(schema);
    return compact({
      logicalType: type,
      physicalType: isDecimal ? column : undefined,
      customProperties: isDecimal && type === 'number' ? undefined : customProperty('x-column', column),
      description: typeof description === 'string' ? description : undefined,
      logicalTypeOptions: Object.keys(options).length === 0 ? undefined : options,
      quality: choices === undefined ? undefined : [choicesRule(choices)],
      properties: type === 'object' ? this.fieldsOf(schema, path) : undefined,
      items:
        type === 'array' && isObject(items) && path.length <= maxDepth
          ? this.#propertyOf(deref(items, this.#root), [...path, '*'])
          : undefined,
    });
  }
}

const choicesIn = ({ enum: choices, const: only }: JsonObject): Json[] | undefined =>
  Array.isArray(choices) ? choices : only === undefined ? undefined : [only];
