import { SentinelError } from '../model/errors.ts';
import { type Json, type JsonObject, isObject } from '../model/json.ts';
import { segmentsOf } from '../model/pointer.ts';
import { columnAt } from './columns.ts';
import type { Column, ColumnType, Contract, OnRepeat, UndeclaredPolicy } from './contract.ts';
import { type ColumnMapping, fieldOf, mappedColumns } from './mapping.ts';

/** What a contract's author says of its columns and of what it does with unusual events, before any check. */
export interface GivenPolicies {
  columns?: ColumnMapping | undefined;
  onRepeat?: OnRepeat | undefined;
  orderBy?: string | undefined;
  undeclared?: UndeclaredPolicy | undefined;
  pii?: readonly string[] | undefined;
}

type Policies = Pick<Contract, 'columns' | 'onRepeat' | 'orderBy' | 'undeclared' | 'pii'>;

const onRepeats = ['keep', 'replace', 'history'] as const;
const undeclareds = ['keep', 'reject', 'quarantine'] as const;

/**
 * Checks the policies and fills in the defaults. `schema`: of what validation makes of an event. Throws `contract_invalid`,
 * naming the setting at fault and the remedy.
 */
export function settlePolicies(given: GivenPolicies, schema: JsonObject, contract: string): Policies {
  const { columns: mapping = {}, onRepeat = 'keep', orderBy, undeclared = 'keep', pii = [] } = given;
  oneOf(contract, 'onRepeat', onRepeat, onRepeats);
  oneOf(contract, 'undeclared', undeclared, undeclareds);
  if (!isMapping(mapping))
    throw invalid(contract, '`columns` must be an object like { "/data/amount": "amount" }');
  const columns = mappedColumns(schema, mapping, contract);
  if (orderBy !== undefined && onRepeat !== 'replace')
    throw invalid(contract, '`orderBy` is for `onRepeat: "replace"` only: add that, or remove it');
  return {
    columns,
    onRepeat,
    orderBy: orderBy === undefined ? undefined : orderColumn(contract, orderBy, columns),
    undeclared,
    pii: piiFields(contract, pii, schema),
  };
}

/** Of `x-contract`, in snake_case. */
export function readPolicies(header: JsonObject): GivenPolicies {
  const { columns, on_repeat, order_by, undeclared, pii } = header as Record<string, never>;
  return { columns, onRepeat: on_repeat, orderBy: order_by, undeclared, pii };
}

export const policyFields = ['columns', 'on_repeat', 'order_by', 'undeclared', 'pii'] as const;

const ordered: ReadonlySet<ColumnType['kind']> = new Set([
  'string',
  'integer',
  'number',
  'decimal',
  'datetime',
  'date',
]);

function orderColumn(contract: string, orderBy: string, columns: readonly Column[]): string {
  const pointer = typeof orderBy === 'string' && !orderBy.startsWith('/') ? `/${orderBy}` : orderBy;
  const column = columns.find((candidate) => fieldOf(candidate) === pointer);
  if (column === undefined)
    throw invalid(
      contract,
      `\`orderBy\` ${pointer} has no column of its own: declare it at the top, or map it, like columns: { "${pointer}": "updated_at" }`,
    );
  if (!ordered.has(column.type.kind))
    throw invalid(
      contract,
      `\`orderBy\` ${pointer} is ${column.type.kind}, which has no order: take a time, a number or text`,
    );
  return column.name;
}

function piiFields(contract: string, pii: readonly string[], schema: JsonObject): string[] {
  const isList = Array.isArray(pii) && pii.every((field) => typeof field === 'string');
  if (!isList) throw invalid(contract, '`pii` must be a list of fields like ["/email"]');
  return pii.map((field) => {
    const pointer = field.startsWith('/') ? field : `/${field}`;
    const named = segmentsOf(pointer).filter((segment) => segment !== '*');
    // An element of a list is declared by the list.
    if (!pointer.includes('/*') && columnAt(schema, named) === undefined)
      throw invalid(
        contract,
        `\`pii\` names ${pointer}, which the schema does not declare: correct it, or declare it`,
      );
    return pointer;
  });
}

function oneOf(contract: string, field: string, value: unknown, allowed: readonly string[]): void {
  if (!allowed.includes(value as string))
    throw invalid(contract, `\`${field}\` must be one of ${allowed.join(', ')}`);
}

const isMapping = (value: unknown): value is ColumnMapping =>
  isObject(value) && Object.values(value).every((name: Json) => typeof name === 'string');

function invalid(contract: string, problem: string): SentinelError {
  return new SentinelError('contract_invalid', `contract ${contract}: ${problem}`);
}
