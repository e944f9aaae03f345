import type { Contract } from '../contracts/contract.ts';

/** What the API tells of a contract. */
export type ContractInfo = Pick<
  Contract,
  | 'name'
  | 'version'
  | 'description'
  | 'table'
  | 'key'
  | 'aliases'
  | 'topic'
  | 'jsonSchema'
  | 'columns'
  | 'onRepeat'
  | 'orderBy'
  | 'undeclared'
  | 'pii'
>;

export function toContractInfo(contract: Contract): ContractInfo {
  const { name, version, description, table, key, aliases, topic, jsonSchema, columns } = contract;
  const { onRepeat, orderBy, undeclared, pii } = contract;
  return {
    name,
    version,
    description,
    table,
    key,
    aliases,
    topic,
    jsonSchema,
    columns,
    onRepeat,
    orderBy,
    undeclared,
    pii,
  };
}
