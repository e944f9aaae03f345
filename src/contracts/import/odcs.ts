import { type Json, type JsonObject, isObject, setOwn } from '../../model/json.ts';
import {
  type Imported,
  compact,
  contractName,
  contractVersion,
  draft2020,
  objectOf,
  textOf,
} from './imported.ts';
import { optionsOf } from '../odcs-options.ts';
import { orNull } from './sql.ts';
import { schemaOfSqlType } from './sql-types.ts';

/** The objects of an Open Data Contract Standard 3 document. */
export function fromOdcs(document: JsonObject): Imported[] {
  const version = contractVersion(document['version']);
  return listOf(document['schema']).map((object) => {
    const { properties, required, key } = fieldsOf(object);
    const { name, physicalName, description } = object;
    return {
      name: contractName(textOf(name) ?? 'event'),
      version,
      description: textOf(description),
      table: tableName(textOf(physicalName)),
      key: key.length === 0 ? undefined : key,
      schema: { $schema: draft2020, ...objectOf(properties, required) },
      notes: listOf(object['quality']).length > 0 ? ['its quality rules are not taken over'] : [],
    };
  });
}

const listOf = (value: Json | undefined): JsonObject[] =>
  Array.isArray(value) ? value.filter((one) => isObject(one)) : [];
const tableName = (name: string | undefined): string | undefined =>
  name !== undefined && /^[A-Za-z][A-Za-z0-9_]{0,62}$/.test(name) ? name : undefined;

function fieldsOf(object: JsonObject): { properties: JsonObject; required: string[]; key: string[] } {
  const properties: JsonObject = {};
  const required: string[] = [];
  const keyed: { name: string; position: number }[] = [];
  for (const property of listOf(object['properties'])) {
    const name = textOf(property['name']);
    if (name === undefined) continue;
    const isKey = property['primaryKey'] === true;
    const position = property['primaryKeyPosition'];
    if (isKey) keyed.push({ name, position: typeof position === 'number' ? position : keyed.length + 1 });
    const isRequired = property['required'] === true || isKey;
    const schema = propertySchema(property);
    if (isRequired) required.push(name);
    setOwn(properties, name, isRequired ? schema : orNull(schema));
  }
  const key = keyed.toSorted((a, b) => a.position - b.position).map(({ name }) => name);
  return { properties, required, key };
}

const formats = new Set(['email', 'uri', 'uuid', 'hostname', 'ipv4', 'ipv6', 'date', 'date-time', 'time']);

function propertySchema(property: JsonObject): JsonObject {
  const { logicalType, physicalType, logicalTypeOptions, description, items } = property;
  const options = isObject(logicalTypeOptions) ? logicalTypeOptions : {};
  const format = textOf(options['format']);
  const said = { description: textOf(description), ...optionsOf(options) };
  const physical = schemaOfSqlType(textOf(physicalType) ?? '');
  switch (logicalType) {
    case 'string':
      return compact({
        type: 'string',
        ...said,
        format: format !== undefined && formats.has(format) ? format : undefined,
      });
    case 'date':
      return compact({ type: 'string', format: 'date', description: said.description });
    case 'timestamp':
      return compact({ type: 'string', format: 'date-time', description: said.description });
    case 'number':
      return compact({ ...(physical?.['x-column'] === undefined ? { type: 'number' } : physical), ...said });
    case 'object':
      return compact({ ...objectOf(fieldsOf(property).properties, fieldsOf(property).required), ...said });
    case 'array':
      return compact({ type: 'array', ...said, items: isObject(items) ? propertySchema(items) : undefined });
    case 'integer':
    case 'boolean':
      return compact({ type: logicalType, ...said });
    default:
      return compact({ ...physical, ...said });
  }
}
