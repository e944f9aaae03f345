import type * as DuckDB from '@duckdb/node-api';
import { requirePackage } from '../../../support/require-package.ts';

/** The driver, what of it is needed at run time. */
export const {
  DuckDBArrayType,
  DuckDBBlobVector,
  DuckDBBlobValue,
  DuckDBDataChunk,
  DuckDBDecimalValue,
  DuckDBInstance,
  DuckDBListType,
  DuckDBListVector,
  DuckDBMapType,
  DuckDBMapVector,
  DuckDBStructType,
  DuckDBStructVector,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBVarCharVector,
  INTEGER,
  StatementType,
  VARCHAR,
} = requirePackage<typeof DuckDB>('@duckdb/node-api');

export type DuckDBDecimalValue = DuckDB.DuckDBDecimalValue;
export type DuckDBInstance = DuckDB.DuckDBInstance;
export type DuckDBListVector = DuckDB.DuckDBListVector;
export type DuckDBMapVector = DuckDB.DuckDBMapVector;
export type DuckDBTimestampTZValue = DuckDB.DuckDBTimestampTZValue;
export type DuckDBTimestampValue = DuckDB.DuckDBTimestampValue;
