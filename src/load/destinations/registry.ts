import { bigquery } from './bigquery/adapter.ts';
import { duckdb } from './duckdb/adapter.ts';
import { postgres } from './postgres/adapter.ts';

/** One line for each destination that comes with the package: its `type` in the config file. */
export const builtIns = { duckdb, postgres, bigquery };

export type BuiltInType = keyof typeof builtIns;
export type BuiltInConfig = ReturnType<(typeof builtIns)[BuiltInType]['configure']>;
