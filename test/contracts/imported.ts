import type { Contract } from '../../src/contracts/contract.ts';
import { importContracts } from '../../src/contracts/import/index.ts';
import { contractFromJsonSchema } from '../../src/contracts/index.ts';
import { typeName } from '../../src/contracts/tables.ts';
import type { JsonObject } from '../../src/model/json.ts';

/** What was imported, as a contract. */
export const compiled = ({ name, version, key, table, schema }: ReturnType<typeof importContracts>[number]) =>
  contractFromJsonSchema({
    ...schema,
    'x-contract': JSON.parse(JSON.stringify({ name, version, key, table })) as JsonObject,
  });

/** The contracts of a description, by name. */
export function imported(text: string | object, fileName = 'file'): Record<string, Contract> {
  const source = typeof text === 'string' ? text : JSON.stringify(text);
  return Object.fromEntries(importContracts(source, fileName).map((one) => [one.name, compiled(one)]));
}

export const columnsOf = ({ columns }: Contract) =>
  Object.fromEntries(columns.map(({ name, type }) => [name, typeName(type)]));
export const accepts = (contract: Contract | undefined, event: JsonObject) => contract!.validate(event).ok;
