import { SentinelError } from '../model/errors.ts';
import { ownColumns } from '../model/own-columns.ts';
import type { Table } from '../load/destination.ts';
import { segmentsOf } from '../model/pointer.ts';
import type { Column, ColumnType, Contract } from './contract.ts';
import { columnPointer } from './mapping.ts';

/** Every table has a column for the event's id, whether its contract declares it or not. */
const idColumn: Column = { name: 'event_id', type: { kind: 'string' } };

/** Columns that the loader itself writes. */
const reservedColumns: readonly string[] = [...ownColumns.map(({ name }) => name), '_headers'];

export const isReserved = (column: string): boolean => reservedColumns.includes(column.toLowerCase());

/** What of a contract makes its table. */
export type TableContract = Pick<
  Contract,
  'name' | 'version' | 'description' | 'table' | 'key' | 'columns' | 'onRepeat' | 'orderBy'
>;

interface Draft {
  table: Table;
  columns: Map<string, { column: Column; version: string; requiredBy: number }>;
  version: string;
  /** How many versions there are. */
  versions: number;
}

/**
 * One table for each contract, with the columns of all its versions. Throws `contract_invalid` when versions of a
 * contract disagree on a table, a key or a column's type, or a column can't be told from another.
 */
export function tablesOf(contracts: readonly TableContract[]): Table[] {
  const drafts = new Map<string, Draft>();
  for (const contract of contracts) {
    const draft = drafts.get(contract.name) ?? start(contract);
    drafts.set(contract.name, draft);
    checkSameTable(contract, draft);
    draft.versions++;
    for (const column of contract.columns) addColumn(contract, column, draft.columns);
  }
  return [...drafts.values()].map(({ table, columns, versions }) => {
    const declared = [...columns.values()].map(({ column, requiredBy }) => ({
      ...column,
      required: requiredBy === versions ? true : undefined,
    }));
    const hasId = declared.some(
      ({ name, path }) => name.toLowerCase() === idColumn.name || path === '/event_id',
    );
    const whole = { ...table, columns: hasId ? declared : [idColumn, ...declared] };
    refuseKeyInNoColumn(whole);
    return whole;
  });
}

/** Else no destination could tell its rows apart, and none would begin to load. */
function refuseKeyInNoColumn({ contract, columns, key }: Table): void {
  for (const pointer of key) {
    const [name = '', ...inner] = segmentsOf(pointer);
    const kind = columns.find((column) => column.name === name)?.type.kind;
    if (kind !== undefined && (inner.length === 0 || kind === 'json')) continue;
    throw new SentinelError(
      'contract_invalid',
      kind === undefined
        ? `contract ${contract}: its key ${pointer} is in no column, as the schema does not say what its transform makes: add .pipe(z.object({ … })) after it`
        : `contract ${contract}: its key ${pointer} is within ${name}, which is ${kind} and has no fields: name a field`,
    );
  }
}

function start(contract: TableContract): Draft {
  return {
    table: {
      name: contract.table,
      contract: contract.name,
      ...(contract.description === '' ? undefined : { description: contract.description }),
      columns: [],
      // Where each event is a row, no key keeps one out.
      key: contract.onRepeat === 'history' ? [] : keyOf(contract),
      onRepeat: contract.onRepeat === 'keep' ? undefined : contract.onRepeat,
      orderBy: contract.orderBy,
    },
    columns: new Map(),
    version: contract.version,
    versions: 0,
  };
}

/** Where the table has the parts of the key. */
const keyOf = ({ key, columns }: TableContract): string[] =>
  key.map((field) => columnPointer(columns, field));

function checkSameTable(contract: TableContract, { table, version }: Draft): void {
  const started = start(contract).table;
  const differs = (['name', 'key', 'onRepeat', 'orderBy'] as const).find(
    (part) => String(started[part]) !== String(table[part]),
  );
  if (differs === undefined) return;
  throw invalid(
    contract,
    `has another \`${differs === 'name' ? 'table' : differs}\` than version ${version}: all versions of a contract share it`,
  );
}

function addColumn(contract: TableContract, column: Column, columns: Draft['columns']): void {
  // Destinations do not all tell `Id` from `id`.
  const key = column.name.toLowerCase();
  if (column.name.trim() === '')
    throw invalid(
      contract,
      'declares a field with an empty name, which no column can have: rename the field',
    );
  if (isReserved(column.name)) {
    throw invalid(
      contract,
      `declares ${column.name}, which is a column of Data Sentinel's own: give the field another column in \`columns\`, or rename it`,
    );
  }
  const present = columns.get(key);
  if (present === undefined) {
    columns.set(key, { column, version: contract.version, requiredBy: column.required === true ? 1 : 0 });
  } else if (present.column.name !== column.name) {
    throw invalid(
      contract,
      `declares ${column.name}, which version ${present.version} spells ${present.column.name}: columns that differ in case only can't share a table`,
    );
  } else if (!sameType(present.column.type, column.type)) {
    throw invalid(
      contract,
      `declares ${column.name} as ${typeName(column.type)}, but version ${present.version} as ${typeName(present.column.type)}: give the newer one another field, another column in \`columns\`, or another contract name`,
    );
  } else if (column.required === true) present.requiredBy++;
}

const sameType = (a: ColumnType, b: ColumnType): boolean => typeName(a) === typeName(b);

/** The type as contracts spell it in `x-column`. */
export function typeName(type: ColumnType): string {
  return type.kind === 'decimal' ? `decimal(${type.precision},${type.scale})` : type.kind;
}

function invalid(contract: TableContract, problem: string): SentinelError {
  return new SentinelError('contract_invalid', `contract ${contract.name} ${contract.version} ${problem}`);
}
