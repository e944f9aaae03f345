import { escapeSegment } from '../../model/pointer.ts';
import { type Json, type JsonObject, isObject, setOwn } from '../../model/json.ts';
import {
  type Imported,
  compact,
  contractName,
  decimalSchema,
  draft2020,
  objectOf,
  textOf,
} from './imported.ts';

/** An Avro record. Its values are taken as plain JSON, without the type names that Avro's own JSON puts around a union's. */
export function fromAvro(record: JsonObject): Imported[] {
  const notes: string[] = [];
  const reader = new AvroReader(notes);
  const schema = reader.schemaOf(record, '');
  const { $defs } = reader;
  const whole = { $schema: draft2020, ...schema, ...(Object.keys($defs).length === 0 ? {} : { $defs }) };
  const name = typeof record['name'] === 'string' ? record['name'].split('.').at(-1)! : 'event';
  const aliases = aliasesOf(record, (pointer) => `/${escapeSegment(pointer)}`);
  const header = Object.keys(aliases).length === 0 ? undefined : { aliases };
  return [{ name: contractName(name), version: '1.0.0', schema: whole, notes, header }];
}

/** Other names of a record's fields, by what `keyOf` makes of the name. */
function aliasesOf({ fields }: JsonObject, keyOf: (name: string) => string): JsonObject {
  const found: JsonObject = {};
  for (const field of Array.isArray(fields) ? fields : []) {
    const { name, aliases } = isObject(field) ? field : {};
    const names = Array.isArray(aliases) ? aliases.filter((alias) => typeof alias === 'string') : [];
    if (typeof name === 'string' && names.length > 0) setOwn(found, keyOf(name), names);
  }
  return found;
}

const plain: Readonly<Record<string, JsonObject>> = {
  null: { type: 'null' },
  boolean: { type: 'boolean' },
  int: { type: 'integer', minimum: -(2 ** 31), maximum: 2 ** 31 - 1 },
  long: { type: 'integer' },
  float: { type: 'number' },
  double: { type: 'number' },
  bytes: { type: 'string' },
  string: { type: 'string' },
};

class AvroReader {
  readonly $defs: JsonObject = {};
  readonly #notes: string[];
  /** Full names that are defined. */
  readonly #names = new Set<string>();
  /** The name of the schema itself. */
  #root: string | undefined;

  constructor(notes: string[]) {
    this.#notes = notes;
  }

  schemaOf(type: Json, namespace: string): JsonObject {
    if (typeof type === 'string') return plain[type] ?? this.#reference(type, namespace);
    if (Array.isArray(type)) return this.#union(type, namespace);
    if (!isObject(type)) return {};
    const { type: kind, logicalType, items, values, symbols, doc } = type;
    const description = typeof doc === 'string' ? doc : undefined;
    const logical = this.#logical(logicalType, type);
    if (logical !== undefined) return logical;
    if (kind === 'array') return { type: 'array', items: this.schemaOf(items ?? {}, namespace) };
    if (kind === 'map')
      return { type: 'object', additionalProperties: this.schemaOf(values ?? {}, namespace) };
    if (kind === 'fixed') {
      this.#notes.push(`${nameOf(type)}: its size is not taken over`);
      return this.#named(type, namespace, () => ({ type: 'string' }));
    }
    if (kind === 'enum' && type['default'] !== undefined)
      this.#notes.push(`${nameOf(type)}: its default is not taken over: an event with another value fails`);
    if (kind === 'enum')
      return this.#named(type, namespace, () =>
        compact({ type: 'string', enum: Array.isArray(symbols) ? symbols : [], description }),
      );
    if (kind === 'record' || kind === 'error')
      return this.#named(type, namespace, (inner) => compact({ ...this.#record(type, inner), description }));
    if (kind === undefined) {
      this.#notes.push(
        `a schema without a type${textOf(type['$ref']) === undefined ? '' : `, at ${textOf(type['$ref'])},`} takes anything`,
      );
      return {};
    }
    return this.schemaOf(kind, namespace);
  }

  #record({ fields }: JsonObject, namespace: string): JsonObject {
    const properties: JsonObject = {};
    const required: string[] = [];
    for (const field of Array.isArray(fields) ? fields : []) {
      if (!isObject(field) || typeof field['name'] !== 'string') continue;
      const description = typeof field['doc'] === 'string' ? field['doc'] : undefined;
      setOwn(
        properties,
        field['name'],
        compact({ ...this.schemaOf(field['type'] ?? {}, namespace), description }),
      );
      if (field['default'] === undefined) required.push(field['name']);
    }
    return objectOf(properties, required);
  }

  #union(types: Json[], namespace: string): JsonObject {
    const schemas = types.map((type) => this.schemaOf(type, namespace));
    const [first, second] = schemas.filter(({ type }) => type !== 'null');
    if (
      schemas.length === 2 &&
      second === undefined &&
      typeof first?.['type'] === 'string' &&
      first['enum'] === undefined
    )
      return { ...first, type: [first['type'], 'null'] };
    return { anyOf: schemas };
  }

  #logical(logicalType: Json | undefined, { precision, scale = 0 }: JsonObject): JsonObject | undefined {
    if (logicalType === 'uuid') return { type: 'string', format: 'uuid' };
    if (logicalType !== 'decimal' || typeof precision !== 'number' || typeof scale !== 'number')
      return undefined;
    return decimalSchema(precision, scale);
  }

  /** The first record is the schema itself; a named type within it is a definition, so that it can be referred to. */
  #named(type: JsonObject, namespace: string, make: (namespace: string) => JsonObject): JsonObject {
    const name = fullName(
      textOf(type['name']) ?? '',
      typeof type['namespace'] === 'string' ? type['namespace'] : namespace,
    );
    const inner = name.split('.').slice(0, -1).join('.');
    this.#names.add(name);
    this.#root ??= name;
    const schema = make(inner);
    if (name === this.#root) return schema;
    // Where its values are in an event, only those know who use it.
    for (const field of Object.keys(aliasesOf(type, String)))
      this.#notes.push(`${nameOf(type)}.${field}: its aliases are not taken over: name them in \`aliases\``);
    setOwn(this.$defs, name, schema);
    return { $ref: `#/$defs/${name}` };
  }

  #reference(name: string, namespace: string): JsonObject {
    const full = [fullName(name, namespace), name].find((candidate) => this.#names.has(candidate));
    if (full !== undefined) return { $ref: full === this.#root ? '#' : `#/$defs/${full}` };
    this.#notes.push(`${name} is not defined in this file`);
    return {};
  }
}

const nameOf = ({ name }: JsonObject): string => textOf(name) ?? 'a type without a name';

const fullName = (name: string, namespace: string): string =>
  name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;
