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
import { orNull } from './sql.ts';
import { schemaOfSqlType } from './sql-types.ts';

/** The models (or the tables of sources) of a dbt YAML file. */
export function fromDbt(document: JsonObject): Imported[] {
  const tables = listOf(document['sources']).flatMap(({ tables: own }) => listOf(own));
  return [...listOf(document['models']), ...tables].map(modelOf);
}

const listOf = (value: Json | undefined): JsonObject[] =>
  Array.isArray(value) ? value.filter((one) => isObject(one)) : [];

function modelOf(model: JsonObject): Imported {
  const properties: JsonObject = {};
  const required: string[] = [];
  const notes: string[] = [];
  let key: string[] | undefined;
  for (const column of listOf(model['columns'])) {
    const name = textOf(column['name']);
    if (name === undefined) continue;
    const rules = rulesOf(column);
    const type = textOf(column['data_type']);
    const typed = type === undefined ? {} : schemaOfSqlType(type, (note) => notes.push(`${name}: ${note}`));
    if (typed === undefined) notes.push(`${name}: the type ${type} is not known, so anything is taken`);
    const values = rules.get('accepted_values');
    const schema = compact({
      ...typed,
      description: textOf(column['description']),
      enum: isObject(values) && Array.isArray(values['values']) ? values['values'] : undefined,
    });
    const isKey = rules.has('primary_key') || (rules.has('unique') && rules.has('not_null'));
    if (isKey) key ??= [name];
    const isRequired = isKey || rules.has('not_null');
    if (isRequired) required.push(name);
    setOwn(properties, name, isRequired ? schema : orNull(schema));
  }
  return {
    name: contractName(textOf(model['name']) ?? 'event'),
    version: contractVersion(
      typeof model['latest_version'] === 'number' ? String(model['latest_version']) : undefined,
    ),
    description: textOf(model['description'])?.trim(),
    key,
    schema: { $schema: draft2020, ...objectOf(properties, required) },
    notes,
  };
}

/** The tests and constraints of a column, by name, each with its settings. */
function rulesOf(column: JsonObject): Map<string, Json> {
  const rules = new Map<string, Json>();
  for (const list of [column['tests'], column['data_tests']])
    for (const test of Array.isArray(list) ? list : [])
      if (typeof test === 'string') rules.set(test, true);
      else if (isObject(test))
        for (const [name, settings] of Object.entries(test)) rules.set(name, argumentsOf(settings));
  for (const { type } of listOf(column['constraints'])) if (typeof type === 'string') rules.set(type, true);
  return rules;
}

const argumentsOf = (settings: Json): Json =>
  isObject(settings) && isObject(settings['arguments']) ? settings['arguments'] : settings;
