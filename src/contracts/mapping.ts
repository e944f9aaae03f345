import { SentinelError } from '../model/errors.ts';
import type { JsonObject } from '../model/json.ts';
import { pointerOf, segmentsOf } from '../model/pointer.ts';
import { columnAt, columnsOf } from './columns.ts';
import type { Column } from './contract.ts';
import { isAlwaysThere } from './key-check.ts';

/** Which field goes into which column: JSON Pointer → name. */
export type ColumnMapping = Readonly<Record<string, string>>;

/**
 * The columns of a contract: one for each field that is mapped, and one for each other top-level field. Throws
 * `contract_invalid` for a field that is not declared, and for two columns that no destination can tell apart.
 */
export function mappedColumns(schema: JsonObject, mapping: ColumnMapping, contract: string): Column[] {
  const mapped = Object.entries(mapping).map(([pointer, name]) => {
    const path = checkedPath(pointer, contract);
    const declared = columnAt(schema, path);
    if (declared === undefined)
      throw invalid(
        contract,
        `maps ${pointer}, which the schema does not declare: declare it, or take it out; an element of a list has no column, map the list`,
      );
    return columnOf(schema, path, name, declared);
  });
  const tops = new Set(mapped.filter(isTop).map(({ path }) => path));
  const others = [...columnsOf(schema)]
    .filter(([name]) => !tops.has(pointerOf([name])))
    .map(([name, declared]) => columnOf(schema, [name], name, declared))
    // A column is NULL when all that was sent in it has columns of its own.
    .map((column) =>
      mapped.some(({ path }) => segmentsOf(path!)[0] === column.name)
        ? { ...column, required: undefined }
        : column,
    );
  const columns = [...others, ...mapped];
  refuseCollisions(columns, contract);
  return columns;
}

const isTop = ({ path }: Column): boolean => path !== undefined && segmentsOf(path).length === 1;

function columnOf(
  schema: JsonObject,
  path: readonly string[],
  name: string,
  { type, description }: Pick<Column, 'type' | 'description'>,
): Column {
  const isOwnName = path.length === 1 && path[0] === name;
  return {
    name,
    type,
    path: isOwnName ? undefined : pointerOf(path),
    description,
    required: isAlwaysThere(schema, path, schema) ? true : undefined,
  };
}

function checkedPath(pointer: string, contract: string): string[] {
  if (!/^(?:\/(?:[^~/]|~[01])*)+$/.test(pointer))
    throw invalid(
      contract,
      `maps ${JSON.stringify(pointer)}, which is no JSON Pointer: write it like /data/amount`,
    );
  return segmentsOf(pointer);
}

/** Destinations do not all tell `Id` from `id`. */
function refuseCollisions(columns: readonly Column[], contract: string): void {
  const taken = new Map<string, Column>();
  for (const column of columns) {
    const { name } = column;
    if (name.trim() === '' || name.includes('\0'))
      throw invalid(
        contract,
        `has a field or a column with an empty name, which no column can have (${fieldOf(column)}): name its column in \`columns\``,
      );
    const other = taken.get(name.toLowerCase());
    if (other !== undefined)
      throw invalid(
        contract,
        other.name === name
          ? `has two fields for the column ${name}, ${fieldOf(other)} and ${fieldOf(column)}: give one another column in \`columns\``
          : `has the columns ${other.name} and ${name}, which differ in case only, as no destination is sure to tell them apart: give ${fieldOf(column)} another column in \`columns\``,
      );
    taken.set(name.toLowerCase(), column);
  }
}

/** JSON Pointer of the field that the column holds. */
export const fieldOf = ({ path, name }: Pick<Column, 'path' | 'name'>): string => path ?? pointerOf([name]);

/**
 * Where a field is in the table: the pointer into its columns. A field within one that has a column of its own is within
 * that column.
 */
export function columnPointer(columns: readonly Column[], pointer: string): string {
  const path = segmentsOf(pointer);
  for (let length = path.length; length > 0; length--) {
    const field = pointerOf(path.slice(0, length));
    const column = columns.find((candidate) => fieldOf(candidate) === field);
    if (column !== undefined) return pointerOf([column.name, ...path.slice(length)]);
  }
  return pointer;
}

/** The top-level fields that the columns hold, or hold a part of. */
export const topFields = (columns: readonly Column[]): Set<string> =>
  new Set(columns.map((column) => segmentsOf(fieldOf(column))[0]!));

const invalid = (contract: string, problem: string): SentinelError =>
  new SentinelError('contract_invalid', `contract ${contract} ${problem}`);
