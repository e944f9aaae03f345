import { type Json, type JsonObject, isObject } from '../../model/json.ts';
import type { Contract } from '../contract.ts';
import { deref } from '../json-schema/refs.ts';

/** Deeper, or in a circle: anything. */
const maxDepth = 12;

/** An `interface` of what a contract accepts. What types can't say (limits, formats) is left out. */
export function toTypeScript({ name, version, description, jsonSchema }: Contract): string {
  const writer = new Writer(jsonSchema);
  const type = writer.typeOf(jsonSchema, '', 0);
  const comment = [`${name} ${version}`, description].filter((text) => text !== '').join(': ');
  return `/** ${plain(comment)} */\nexport type ${typeName(name)} = ${type};`;
}

/** `gh_issue` → `GhIssue`. */
const typeName = (name: string): string =>
  name
    .split(/[^A-Za-z0-9]+/)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');

/** A comment must not end where a text wants it to. */
const plain = (text: string): string => text.replaceAll('*/', '* /').replaceAll(/\s+/g, ' ').slice(0, 300);

class Writer {
  readonly #root: JsonObject;
  /** The schemas that are being written, to notice circles. */
  readonly #within = new Set<JsonObject>();

  constructor(root: JsonObject) {
    this.#root = root;
  }

  typeOf(given: Json | undefined, indent: string, depth: number): string {
    if (given === false) return 'never';
    const schema = isObject(given) ? deref(given, this.#root) : {};
    if (depth > maxDepth || this.#within.has(schema)) return 'unknown';
    this.#within.add(schema);
    const type = this.#write(schema, indent, depth);
    this.#within.delete(schema);
    return type;
  }

  #write(schema: JsonObject, indent: string, depth: number): string {
    const { const: value, enum: values, type, properties, allOf } = schema;
    if (value !== undefined) return literal(value);
    if (Array.isArray(values)) return union(values.map(literal));
    const inner = (parts: Json[]): string[] => parts.map((part) => this.typeOf(part, indent, depth + 1));
    const choices = schema['anyOf'] ?? schema['oneOf'];
    const parts: string[] = [];
    if (Array.isArray(choices)) parts.push(`(${union(inner(choices))})`);
    if (Array.isArray(allOf)) parts.push(...inner(allOf).map((part) => `(${part})`));
    const types = type === undefined ? (isObject(properties) ? ['object'] : []) : [type].flat();
    if (types.length > 0)
      parts.unshift(union(types.map((one) => this.#typeNamed(one, schema, indent, depth))));
    const said = parts.filter((part) => part !== 'unknown' && part !== '(unknown)');
    return said.length === 0
      ? 'unknown'
      : said.length === 1
        ? said[0]!
        : said
            .map((part) => (part.includes(' | ') && !part.startsWith('(') ? `(${part})` : part))
            .join(' & ');
  }

  #typeNamed(type: Json, schema: JsonObject, indent: string, depth: number): string {
    switch (type) {
      case 'string':
      case 'boolean':
      case 'null':
        return type;
      case 'integer':
      case 'number':
        return 'number';
      case 'array': {
        const { items, prefixItems } = schema;
        if (Array.isArray(prefixItems)) {
          const first = prefixItems.map((one) => this.typeOf(one, indent, depth + 1));
          const rest = items === false ? [] : [`...(${this.typeOf(items, indent, depth + 1)})[]`];
          return `[${[...first, ...rest].join(', ')}]`;
        }
        const item =
          items === undefined || Array.isArray(items) ? 'unknown' : this.typeOf(items, indent, depth + 1);
        return /[ |&]/.test(item) && !item.startsWith('{') ? `(${item})[]` : `${item}[]`;
      }
      default:
        return this.#object(schema, indent, depth);
    }
  }

  #object(schema: JsonObject, indent: string, depth: number): string {
    const { properties, required, additionalProperties, patternProperties } = schema;
    const deeper = `${indent}  `;
    const needed = new Set(Array.isArray(required) ? required : []);
    const lines = Object.entries(isObject(properties) ? properties : {}).map(([name, declared]) => {
      const said = isObject(declared) ? deref(declared, this.#root)['description'] : undefined;
      const comment = typeof said === 'string' && said !== '' ? `${deeper}/** ${plain(said)} */\n` : '';
      const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
      return `${comment}${deeper}${key}${needed.has(name) ? '' : '?'}: ${this.typeOf(declared, deeper, depth + 1)};`;
    });
    if (isObject(additionalProperties) && lines.length === 0)
      return `Record<string, ${this.typeOf(additionalProperties, indent, depth + 1)}>`;
    if (isObject(patternProperties) && lines.length === 0 && additionalProperties === false) {
      const values = Object.values(patternProperties).map((one) => this.typeOf(one, indent, depth + 1));
      return `Record<string, ${union(values)}>`;
    }
    // Undeclared fields are kept.
    if (additionalProperties !== false) lines.push(`${deeper}[field: string]: unknown;`);
    return lines.length === 0 ? 'Record<string, never>' : `{\n${lines.join('\n')}\n${indent}}`;
  }
}

const literal = (value: Json): string =>
  isObject(value) || Array.isArray(value) ? 'unknown' : JSON.stringify(value);
const union = (types: readonly string[]): string => [...new Set(types)].join(' | ');
