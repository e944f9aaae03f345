import type { JsonObject } from '../../src/model/json.ts';

/**
 * A contract's fields, as short as they can be read: `{ id: 'string', 'note?': 'string | null', lines: [{ qty: 'integer' }] }`.
 * A name that ends in `?` is optional. A text is a JSON type or a format; `= a, b` lists the values; `| null` allows null.
 */
export interface Shape {
  [name: string]: Part;
}
export type Part = string | Shape | readonly [Part];

const types = new Set(['string', 'integer', 'number', 'boolean']);

export function schemaOf(part: Part): JsonObject {
  if (typeof part === 'string') return leafSchema(part);
  if (isList(part)) return { type: 'array', items: schemaOf(part[0]) };
  const fields = Object.entries(part);
  return {
    type: 'object',
    required: fields.filter(([name]) => !name.endsWith('?')).map(([name]) => name),
    properties: Object.fromEntries(fields.map(([name, inner]) => [name.replace(/\?$/, ''), schemaOf(inner)])),
  };
}

const isList = (part: Part): part is readonly [Part] => Array.isArray(part);

function leafSchema(text: string): JsonObject {
  const [said, ...rest] = text.split(' | ') as [string, ...string[]];
  const isNullable = rest.includes('null');
  if (said.startsWith('= ')) {
    const values = said.slice(2).split(', ');
    return { enum: isNullable ? [...values, null] : values };
  }
  const isType = types.has(said);
  const type = isType ? said : 'string';
  const schema: JsonObject = { type: isNullable ? [type, 'null'] : type };
  if (!isType) schema['format'] = said;
  return schema;
}
