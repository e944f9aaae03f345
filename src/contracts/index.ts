/** What authors of contracts use, and what the service needs of contracts. */
export { z } from 'zod';
export type { Column, ColumnType, Contract, EnvelopeDefault, Validation } from './contract.ts';
export { type ContractDefinition, defineContract } from './zod/define.ts';
export { type LoadOptions, loadContracts } from './discover.ts';
export {
  currencyCode,
  date,
  datetime,
  decimal,
  type DecimalOptions,
  email,
  eventId,
  integer,
  type IntegerOptions,
  receivedTimestamp,
  sourceName,
  uuid,
} from './fields/index.ts';
export { contractFromJsonSchema } from './json-schema/compile.ts';
export type { UnknownVersionPolicy, UnresolvedContract } from './choose-version.ts';
export { ContractRegistry } from './registry.ts';
