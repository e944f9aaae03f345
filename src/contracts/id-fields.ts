import { type IdField, isIdName } from '../model/id-field.ts';
import { type JsonObject, isObject } from '../model/json.ts';
import { segmentsOf } from '../model/pointer.ts';
import type { Contract } from './contract.ts';
import { deref } from './json-schema/refs.ts';
import { fieldOf } from './mapping.ts';

const mostOfTable = 24;
const deepest = 4;
const idFormats: ReadonlySet<unknown> = new Set(['email', 'uuid']);
const idTypes: ReadonlySet<string> = new Set(['string', 'integer', 'uuid']);

/** The declared fields by which people look for an event, apart from its key: called as one, or a UUID or an e-mail address. */
export function idFieldsOf({ jsonSchema, columns }: Contract): IdField[] {
  const found: IdField[] = [];
  for (const { name, type, path } of columns) {
    const segments = segmentsOf(fieldOf({ name, path }));
    const schema = schemaAt(jsonSchema, segments);
    if (type.kind === 'json')
      found.push(...within(schema, jsonSchema).map((inner) => ({ column: name, path: inner })));
    else if (idTypes.has(type.kind) && isId(segments.at(-1)!, schema)) found.push({ column: name });
  }
  return found.slice(0, mostOfTable);
}

function within(schema: JsonObject | undefined, root: JsonObject, path: readonly string[] = []): string[][] {
  if (path.length === deepest) return [];
  return Object.entries(propertiesOf(schema)).flatMap(([name, value]) => {
    if (!isObject(value)) return [];
    const field = deref(value, root);
    const at = [...path, name];
    if (isObject(field['properties'])) return within(field, root, at);
    return isId(name, field) ? [at] : [];
  });
}

const isId = (name: string, schema: JsonObject | undefined): boolean =>
  isIdName(name) || idFormats.has(schema?.['format']);

function schemaAt(root: JsonObject, segments: readonly string[]): JsonObject | undefined {
  let schema: JsonObject | undefined = deref(root, root);
  for (const segment of segments) {
    const inner = propertiesOf(schema)[segment];
    if (!isObject(inner)) return undefined;
    schema = deref(inner, root);
  }
  return schema;
}

const propertiesOf = (schema: JsonObject | undefined): JsonObject => {
  const properties = schema?.['properties'];
  return isObject(properties) ? properties : {};
};
