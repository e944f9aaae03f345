import type { JsonObject } from '../../model/json.ts';
import { type Contract } from '../contract.ts';

const draft2020 = 'https://json-schema.org/draft/2020-12/schema';

/** A contract as a file `*.schema.json`, which is that contract again where JSON Schema can say what it checks. */
export function toJsonSchema(contract: Contract): JsonObject {
  const { $schema = draft2020, 'x-contract': given, ...schema } = contract.jsonSchema;
  return { $schema, 'x-contract': given ?? headerOf(contract), ...schema };
}

function headerOf(contract: Contract): JsonObject {
  const { name, version, description, table, key, topic, aliases, columns, pii } = contract;
  const mapping = Object.fromEntries(
    columns.flatMap((column) => (column.path === undefined ? [] : [[column.path, column.name]])),
  );
  const filled = <T>(value: T, isEmpty: boolean): T | undefined => (isEmpty ? undefined : value);
  const header = {
    name,
    version,
    description: filled(description, description === ''),
    table,
    key: [...key],
    topic,
    aliases: filled(aliases, Object.keys(aliases).length === 0),
    columns: filled(mapping, Object.keys(mapping).length === 0),
    on_repeat: filled(contract.onRepeat, contract.onRepeat === 'keep'),
    order_by: contract.orderBy,
    undeclared: filled(contract.undeclared, contract.undeclared === 'keep'),
    pii: filled([...pii], pii.length === 0),
  };
  return JSON.parse(JSON.stringify(header)) as JsonObject;
}
