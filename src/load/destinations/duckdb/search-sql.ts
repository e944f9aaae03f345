import { pointerOf } from '../../../model/pointer.ts';
import type { EventFilter, EventPlace, EventTable, SoughtColumn } from '../../event-search.ts';
import { identifier, literal } from './sql.ts';

/** For every place where events are. */
export function conditionsOf({ source, from, to }: EventFilter, before: EventPlace | undefined): string[] {
  const conditions: string[] = [];
  if (source !== undefined) conditions.push(`source = ${literal(source)}`);
  if (from !== undefined) conditions.push(`received_at >= ${instant(from)}`);
  if (to !== undefined) conditions.push(`received_at <= ${instant(to)}`);
  if (before !== undefined) {
    const at = instant(before.receivedAt);
    // The first says nothing new, but lets DuckDB pass over what is newer without reading it.
    conditions.push(`received_at <= ${at}`);
    conditions.push(`(received_at < ${at} OR request_id < TRY_CAST(${literal(before.requestId)} AS UUID))`);
  }
  return conditions;
}

const instant = (ms: number): string => `make_timestamptz(${Math.trunc(ms)} * 1000)`;

const where = (conditions: readonly string[]): string =>
  conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;

/** The rows of one table; undefined when none can match. */
export function rowsPart(
  { name, eventIdType, ids, contracts }: EventTable,
  { eventId, id, contract }: EventFilter,
  statuses: readonly string[],
  common: readonly string[],
): string | undefined {
  const conditions = [...common];
  if (contract !== undefined) {
    const versions = [...contracts].filter(([, writer]) => writer === contract).map(([version]) => version);
    if (versions.length === 0) return undefined;
    conditions.push(`version IN (${versions.map(literal).join(', ')})`);
  }
  if (eventId !== undefined) {
    if (eventIdType === undefined) return undefined;
    conditions.push(sameValue('event_id', eventIdType, eventId));
  }
  if (id !== undefined && ids.length === 0) return undefined;
  if (!statuses.includes('loaded')) conditions.push('repaired');
  if (!statuses.includes('repaired')) conditions.push('NOT repaired');
  const named = contracts.size === 0 ? literal(name) : contractOf(contracts, name);
  return `SELECT request_id, received_at, CASE WHEN repaired THEN 'repaired' ELSE 'loaded' END AS status,
      event_id::VARCHAR AS event_id, ${named} AS contract, version, source, rule_id
    FROM (SELECT _request_id AS request_id, _received_at AS received_at, _repaired AS repaired,
        ${eventIdType === undefined ? 'NULL' : 'event_id'} AS event_id, _contract_version AS version,
        _source AS source, _rule_id AS rule_id FROM main.${identifier(name)} ${id === undefined ? '' : `WHERE ${saysId(ids, id.text)}`}) ${where(conditions)}`;
}

const saysId = (ids: EventTable['ids'], text: string): string =>
  `(${ids.map((column) => isCalled(column, text)).join(' OR ')})`;

function isCalled({ name, type, path, anyCase }: SoughtColumn, text: string): string {
  const pointer = path && literal(pointerOf(path));
  const [value, kind] =
    pointer === undefined
      ? [identifier(name), type]
      : [`json_extract_string(${identifier(name)}, ${pointer})`, 'VARCHAR'];
  return anyCase === true && kind === 'VARCHAR'
    ? `lower(${value}) = ${literal(text.toLowerCase())}`
    : sameValue(value, kind, text);
}

function contractOf(contracts: ReadonlyMap<string, string>, table: string): string {
  const cases = Array.from(
    contracts,
    ([version, contract]) => `WHEN ${literal(version)} THEN ${literal(contract)}`,
  );
  return `CASE version ${cases.join(' ')} ELSE ${literal(table)} END`;
}

/** Compares in the column's own type, as to make text of each id costs ten times as much. */
function sameValue(column: string, type: string, text: string): string {
  return type === 'VARCHAR'
    ? `${column} = ${literal(text)}`
    : `${column} = TRY_CAST(${literal(text)} AS ${type})`;
}

/** A duplicate's own event id is not kept; it is found by that of the event which it repeats. */
export function duplicatesPart(
  tables: readonly EventTable[],
  { eventId, id, contract }: EventFilter,
  common: readonly string[],
): string {
  const conditions = [...common];
  if (contract !== undefined) conditions.push(`contract = ${literal(contract)}`);
  if (eventId !== undefined || id !== undefined) {
    const firsts = tables.flatMap(({ name, eventIdType, ids }) => {
      const own = eventIdType === undefined ? [] : [{ name: 'event_id', type: eventIdType }];
      const sought = id === undefined ? own : ids;
      return sought.length === 0
        ? []
        : [`SELECT _request_id FROM main.${identifier(name)} WHERE ${saysId(sought, id?.text ?? eventId!)}`];
    });
    conditions.push(firsts.length === 0 ? 'false' : `first_request_id IN (${firsts.join(' UNION ALL ')})`);
  }
  return `SELECT request_id, received_at, 'duplicate' AS status, NULL::VARCHAR AS event_id, contract,
      contract_version AS version, source, NULL::VARCHAR AS rule_id
    FROM _sentinel_duplicates ${where(conditions)}`;
}
