import { type Json, type JsonObject, isObject } from '../../model/json.ts';
import { segmentsOf } from '../../model/pointer.ts';
import type { Contract } from '../contract.ts';
import { optionsOf } from '../odcs-options.ts';
import { compact } from '../import/imported.ts';
import { deref } from '../json-schema/refs.ts';

const maxDepth = 12;

/** A contract as a document of the Open Data Contract Standard 3.1, with one object: its table. */
export function toOdcs(contract: Contract): JsonObject {
  const { name, version, description, table, key, jsonSchema } = contract;
  const keys = key.map((pointer) => segmentsOf(pointer));
  const properties = fieldsOf(jsonSchema, jsonSchema, 0).map((property) => {
    const position = keys.findIndex((path) => path.length === 1 && path[0] === property['name']);
    return position === -1 ? property : { ...property, primaryKey: true, primaryKeyPosition: position + 1 };
  });
  return compact({
    apiVersion: 'v3.1.0',
    kind: 'DataContract',
    id: `${name}-${version}`,
    name,
    version,
    status: 'active',
    description: description === '' ? undefined : { purpose: description },
    schema: [
      compact({
        name,
        physicalName: table,
        physicalType: 'table',
        logicalType: 'object',
        description: description === '' ? undefined : description,
        properties,
      }),
    ],
  });
}

function fieldsOf(schema: JsonObject, root: JsonObject, depth: number): JsonObject[] {
  const { properties, required } = deref(schema, root);
  if (!isObject(properties) || depth > maxDepth) return [];
  const needed = new Set(Array.isArray(required) ? required : []);
  return Object.entries(properties).map(([name, declared]) => {
    const isNull = isObject(declared) && [deref(declared, root)['type']].flat().includes('null');
    return compact({
      name,
      ...propertyOf(declared, root, depth),
      required: (needed.has(name) && !isNull) || undefined,
    });
  });
}

function propertyOf(declared: Json, root: JsonObject, depth: number): JsonObject {
  const schema = isObject(declared) ? deref(declared, root) : {};
  const { format, description, items, 'x-column': column } = schema;
  const types = [schema['type'] ?? []].flat().filter((type) => type !== 'null');
  const type = logicalType(types, format, column);
  const decimal = typeof column === 'string' && column.startsWith('decimal') ? column : undefined;
  const options = optionsOf(schema);
  if (type === 'string' && typeof format === 'string') options['format'] = format;
  const list = schema['enum'];
  return compact({
    logicalType: type,
    physicalType: decimal,
    description: typeof description === 'string' ? description : undefined,
    logicalTypeOptions: Object.keys(options).length === 0 ? undefined : options,
    examples: Array.isArray(list) ? list : undefined,
    properties: type === 'object' ? fieldsOf(schema, root, depth + 1) : undefined,
    items:
      type === 'array' && isObject(items) && depth < maxDepth
        ? propertyOf(items, root, depth + 1)
        : undefined,
  });
}

function logicalType(
  types: readonly Json[],
  format: Json | undefined,
  column: Json | undefined,
): string | undefined {
  if (format === 'date-time' || column === 'datetime') return 'timestamp';
  if (format === 'date') return 'date';
  if (format === 'decimal' || types.includes('number')) return 'number';
  if (column === 'integer' || types.includes('integer')) return 'integer';
  const [only, other] = types;
  return typeof only === 'string' && other === undefined ? only : undefined;
}
