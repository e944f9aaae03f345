import type { EventFilter, EventPlace, EventTable, SoughtColumn } from '../../event-search.ts';
import { isUuid } from '../../../model/uuid.ts';
import { identifier, literal } from './sql.ts';

/** The values of a statement: `$1` is the first. */
export interface Parameters {
  values: unknown[];
  add(value: unknown): string;
}

export function createParameters(): Parameters {
  const values: unknown[] = [];
  return { values, add: (value) => `$${values.push(value)}` };
}

/** For every place where events are; `column` names what the place has for it. */
function conditionsOf(
  { source, from, to }: EventFilter,
  before: EventPlace | undefined,
  column: { source: string; receivedAt: string; requestId: string },
  { add }: Parameters,
): string[] {
  const instant = (ms: number) => `${add(new Date(ms).toISOString())}::timestamptz`;
  const conditions: string[] = [];
  if (source !== undefined) conditions.push(`${column.source} = ${add(source)}`);
  if (from !== undefined) conditions.push(`${column.receivedAt} >= ${instant(from)}`);
  if (to !== undefined) conditions.push(`${column.receivedAt} <= ${instant(to)}`);
  if (before !== undefined && isUuid(before.requestId))
    conditions.push(
      `(${column.receivedAt}, ${column.requestId}) < (${instant(before.receivedAt)}, ${add(before.requestId)}::uuid)`,
    );
  return conditions;
}

const where = (conditions: readonly string[]): string =>
  conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;

/** The rows of one table; undefined when none can match. */
export function rowsPart(
  schema: string,
  { name, eventIdType, ids, contracts }: EventTable,
  filter: EventFilter,
  statuses: readonly string[],
  before: EventPlace | undefined,
  parameters: Parameters,
): string | undefined {
  const { eventId, id, contract } = filter;
  const versions = [...contracts].filter(([, writer]) => writer === contract).map(([version]) => version);
  if (contract !== undefined && versions.length === 0) return undefined;
  const isId = eventId === undefined ? undefined : sameValue('event_id', eventIdType, eventId, parameters);
  if (eventId !== undefined && isId === undefined) return undefined;
  const says = id === undefined ? undefined : saysId(ids, id.text, parameters);
  if (id !== undefined && says === undefined) return undefined;
  const column = { source: '_source', receivedAt: '_received_at', requestId: '_request_id' };
  const conditions = conditionsOf(filter, before, column, parameters);
  if (contract !== undefined) conditions.push(`_contract_version = ANY(${parameters.add(versions)}::text[])`);
  if (isId !== undefined) conditions.push(isId);
  if (says !== undefined) conditions.push(says);
  if (!statuses.includes('loaded')) conditions.push('_repaired');
  if (!statuses.includes('repaired')) conditions.push('NOT _repaired');
  const cases = Array.from(
    contracts,
    ([version, writer]) => `WHEN ${literal(version)} THEN ${literal(writer)}`,
  );
  const named =
    cases.length === 0
      ? literal(name)
      : `CASE _contract_version ${cases.join(' ')} ELSE ${literal(name)} END`;
  return `SELECT _request_id AS request_id, _received_at AS received_at,
      CASE WHEN _repaired THEN 'repaired' ELSE 'loaded' END AS status,
      ${eventIdType === undefined ? 'NULL' : 'event_id::text'} AS event_id, ${named} AS contract,
      _contract_version AS version, _source AS source, _rule_id AS rule_id
    FROM ${identifier(schema)}.${identifier(name)} ${where(conditions)}`;
}

/** Undefined when no value of any of the columns is spelt so. */
function saysId(ids: EventTable['ids'], text: string, parameters: Parameters): string | undefined {
  const says = ids.flatMap((column) => isCalled(column, text, parameters) ?? []);
  return says.length === 0 ? undefined : `(${says.join(' OR ')})`;
}

function isCalled(
  { name, type, path, anyCase }: SoughtColumn,
  text: string,
  parameters: Parameters,
): string | undefined {
  const value =
    path === undefined ? identifier(name) : `(${identifier(name)} #>> ${parameters.add(path)}::text[])`;
  const kind = path === undefined ? type : 'text';
  return anyCase === true && kind === 'text'
    ? `lower(${value}) = ${parameters.add(text.toLowerCase())}`
    : sameValue(value, kind, text, parameters);
}

/** Compares in the column's own type, for its index; undefined when no value of it is spelt so. */
function sameValue(
  column: string,
  type: string | undefined,
  text: string,
  { add }: Parameters,
): string | undefined {
  switch (type) {
    case undefined:
      return undefined;
    case 'uuid':
      return isUuid(text) ? `${column} = ${add(text)}::uuid` : undefined;
    case 'bigint':
      return /^-?\d{1,18}$/.test(text) ? `${column} = ${add(text)}::bigint` : undefined;
    case 'text':
      return `${column} = ${add(text)}`;
    default:
      return `${column}::text = ${add(text)}`;
  }
}

/** A duplicate's own event id is not kept; it is found by that of the event which it repeats. */
export function duplicatesPart(
  schema: string,
  tables: readonly EventTable[],
  filter: EventFilter,
  before: EventPlace | undefined,
  parameters: Parameters,
): string {
  const { eventId, id, contract } = filter;
  const column = { source: 'source', receivedAt: 'received_at', requestId: 'request_id' };
  const conditions = conditionsOf(filter, before, column, parameters);
  if (contract !== undefined) conditions.push(`contract = ${parameters.add(contract)}`);
  if (eventId !== undefined || id !== undefined) {
    const firsts = tables.flatMap(({ name, eventIdType, ids }) => {
      const says =
        id === undefined
          ? sameValue('event_id', eventIdType, eventId!, parameters)
          : saysId(ids, id.text, parameters);
      return says === undefined
        ? []
        : [`SELECT _request_id FROM ${identifier(schema)}.${identifier(name)} WHERE ${says}`];
    });
    conditions.push(firsts.length === 0 ? 'false' : `first_request_id IN (${firsts.join(' UNION ALL ')})`);
  }
  return `SELECT request_id, received_at, 'duplicate' AS status, NULL::text AS event_id, contract,
      contract_version AS version, source, NULL::text AS rule_id
    FROM ${identifier(schema)}._sentinel_duplicates ${where(conditions)}`;
}
