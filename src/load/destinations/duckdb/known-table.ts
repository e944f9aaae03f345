import { isDeepStrictEqual } from 'node:util';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Column } from '../../../contracts/contract.ts';
import type { JsonObject } from '../../../model/json.ts';
import type { Table } from '../../destination.ts';
import { inexactColumn } from '../../destination-kit/exact-values.ts';
import { jsonKeys, keyFields } from '../../destination-kit/key-fields.ts';
import { type KeyHash, keyHash } from './key-hash.ts';
import type { KnownEvents } from './known-events.ts';
import type { LineStore } from '../../destination-kit/line-store.ts';
import type { RepairKinds } from './repair-log.ts';
import { TableKeys, countRows } from './table-keys.ts';

/** A prepared table, with what is kept in memory about its rows. */
export interface KnownTable {
  spec: Table;
  /** Of the declared columns. */
  columnNames: ReadonlySet<string>;
  inexact: (values: JsonObject) => Column | undefined;
  keys: TableKeys;
  jsonKeys: ReturnType<typeof jsonKeys>;
  /** Of a row's key; tells nothing when this DuckDB hashes otherwise than hash.ts. */
  keyHash: KeyHash;
  /** Of all tables. */
  events: KnownEvents;
  /** By which next rows, and their repairs, are handed over; of all tables, as each would keep its largest batch's memory. */
  lines: LineStore;
  repairLines: LineStore;
  repairKinds: RepairKinds;
  /** How many rows it has, about: loads that failed are counted too. */
  rowCount: number;
}

export type SharedByTables = Pick<KnownTable, 'events' | 'lines' | 'repairLines' | 'repairKinds'>;

/** `agree`: see `hashesAgree`. `known`: the same table as it was prepared before; unless its key is another now, its rows are not read again. */
export async function knowTable(
  connection: DuckDBConnection,
  spec: Table,
  { agree, ...shared }: SharedByTables & { agree: boolean },
  known?: KnownTable,
): Promise<KnownTable> {
  const isSame = known !== undefined && hasSameKey(known.spec, spec);
  const rowCount = isSame ? known.rowCount : await countRows(connection, spec);
  return {
    spec,
    columnNames: new Set(spec.columns.map((column) => column.name)),
    inexact: inexactColumn(spec.columns),
    keys: isSame ? known.keys : new TableKeys(spec, rowCount === 0),
    jsonKeys: jsonKeys(spec),
    keyHash: agree ? keyHash(spec) : () => undefined,
    rowCount,
    ...shared,
  };
}

/** Types count: equal values of other types have other hashes. */
const hasSameKey = (a: Table, b: Table): boolean => isDeepStrictEqual(keyFields(a), keyFields(b));
