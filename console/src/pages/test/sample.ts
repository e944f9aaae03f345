import type { Contract, Json, JsonObject } from '../../api/types.ts';
import { fieldsOf, schemaAt, valuesOf } from '../../editor/schema.ts';

/** An event that the contract should accept, made from its schema. */
export function sampleOf({ name, version, jsonSchema }: Contract): JsonObject {
  const event = objectOf(jsonSchema, [], 0);
  return 'type' in event ? event : { type: name, ...event, ...('version' in event ? { version } : {}) };
}

const maxDepth = 6;

function objectOf(root: JsonObject, segments: string[], depth: number): JsonObject {
  const made: JsonObject = {};
  for (const { name, required } of fieldsOf(root, segments)) {
    if (!required && depth > 0) continue;
    made[name] = valueOf(root, [...segments, name], depth + 1);
  }
  return made;
}

function valueOf(root: JsonObject, segments: string[], depth: number): Json {
  const schema = schemaAt(root, segments) ?? {};
  const [allowed] = valuesOf(schema);
  if (allowed !== undefined) return allowed;
  if (schema['default'] !== undefined) return schema['default'];
  const { type } = schema;
  const types = Array.isArray(type) ? type : [type];
  if (types.includes('object') || (schema['properties'] !== undefined && depth <= maxDepth))
    return objectOf(root, segments, depth);
  if (types.includes('array')) return depth > maxDepth ? [] : [valueOf(root, [...segments, '0'], depth + 1)];
  if (types.includes('integer')) return Math.max(1, Number(schema['minimum'] ?? 1));
  if (types.includes('number')) return numberOf(schema);
  if (types.includes('boolean')) return true;
  if (types.includes('string')) return textOf(schema, segments.at(-1)!);
  return 'a value';
}

function numberOf(schema: JsonObject): Json {
  const { format, minimum = 0 } = schema;
  if (format === 'date-time') return new Date().toISOString();
  return Math.max(Number(minimum), 0) + 42.5;
}

const candidates = [
  'EUR',
  'DE',
  '1.0.0',
  'ada@example.com',
  'A-1001',
  '+441632960001',
  '12345',
  'Ada Lovelace',
];

function textOf(schema: JsonObject, name: string): string {
  switch (schema['format']) {
    case 'uuid':
      return crypto.randomUUID();
    case 'date-time':
      return new Date().toISOString();
    case 'date':
      return new Date().toISOString().slice(0, 10);
    case 'email':
      return 'ada@example.com';
    case 'uri':
    case 'url':
      return 'https://example.com/';
    case 'decimal':
      return '42.50';
    default: {
      const pattern = schema['pattern'];
      if (typeof pattern !== 'string') return name === 'source' ? 'console' : `${name}-1`;
      return candidates.find((text) => new RegExp(pattern, 'u').test(text)) ?? 'text';
    }
  }
}
