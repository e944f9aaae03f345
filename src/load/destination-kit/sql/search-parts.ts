import type { EventFilter, EventTable, SoughtColumn } from '../../event-search.ts';
import { type Question, where } from './question.ts';

/** The rows of one table; undefined when none can match. `common`: conditions on the columns of every part. */
export function rowsPart(
  question: Question,
  { name, eventIdType, ids, contracts }: EventTable,
  { eventId, id, contract }: EventFilter,
  { statuses, common }: { statuses: readonly string[]; common: readonly string[] },
): string | undefined {
  const { value, place, says } = question;
  const conditions = [...common];
  const versions = [...contracts].filter(([, writer]) => writer === contract).map(([version]) => version);
  if (contract !== undefined) {
    if (versions.length === 0) return undefined;
    conditions.push(`version IN (${versions.map(value).join(', ')})`);
  }
  if (eventId !== undefined) {
    const isMeant = eventIdType === undefined ? undefined : says('event_id', eventIdType, eventId);
    if (isMeant === undefined) return undefined;
    conditions.push(isMeant);
  }
  const hasId = id === undefined ? '' : saysId(question, ids, id.text);
  if (hasId === undefined) return undefined;
  if (!statuses.includes('loaded')) conditions.push('repaired');
  if (!statuses.includes('repaired')) conditions.push('NOT repaired');
  const cases = Array.from(contracts, ([version, writer]) => `WHEN ${value(version)} THEN ${value(writer)}`);
  const named = cases.length === 0 ? value(name) : `CASE version ${cases.join(' ')} ELSE ${value(name)} END`;
  return `SELECT request_id, received_at, CASE WHEN repaired THEN 'repaired' ELSE 'loaded' END AS status,
      event_id::text AS event_id, (${named})::text AS contract, version, source, rule_id
    FROM (SELECT _request_id AS request_id, _received_at AS received_at, _repaired AS repaired,
        ${eventIdType === undefined ? 'NULL::text' : 'event_id'} AS event_id, _contract_version AS version,
        _source AS source, _rule_id AS rule_id FROM ${place(name)} ${hasId && `WHERE ${hasId}`}) r ${where(conditions)}`;
}

/** Undefined when no value of any of the columns is spelt so. */
function saysId(question: Question, ids: EventTable['ids'], text: string): string | undefined {
  const ways = ids.flatMap((column) => isCalled(question, column, text) ?? []);
  return ways.length === 0 ? undefined : `(${ways.join(' OR ')})`;
}

function isCalled(
  { value, identifier, says, textAt }: Question,
  { name, type, path, anyCase }: SoughtColumn,
  text: string,
): string | undefined {
  const column = path === undefined ? identifier(name) : textAt(identifier(name), path);
  const isText = path !== undefined || /^(?:text|varchar)$/i.test(type);
  if (anyCase === true && isText) return `lower(${column}) = ${value(text.toLowerCase())}`;
  return isText ? `${column} = ${value(text)}` : says(column, type, text);
}

/** A duplicate's own event id is not kept; it is found by that of the event which it repeats. */
export function duplicatesPart(
  question: Question,
  tables: readonly EventTable[],
  { eventId, id, contract }: EventFilter,
  common: readonly string[],
): string {
  const { value, place } = question;
  const conditions = [...common];
  if (contract !== undefined) conditions.push(`contract = ${value(contract)}`);
  const text = id?.text ?? eventId;
  if (text !== undefined) {
    const firsts = tables.flatMap(({ name, eventIdType, ids }) => {
      const own = eventIdType === undefined ? [] : [{ name: 'event_id', type: eventIdType }];
      const hasId = saysId(question, id === undefined ? own : ids, text);
      return hasId === undefined ? [] : [`SELECT _request_id FROM ${place(name)} WHERE ${hasId}`];
    });
    conditions.push(firsts.length === 0 ? 'false' : `first_request_id IN (${firsts.join(' UNION ALL ')})`);
  }
  return `SELECT request_id, received_at, 'duplicate' AS status, NULL::text AS event_id, contract,
      contract_version AS version, source, NULL::text AS rule_id
    FROM ${place('_sentinel_duplicates')} ${where(conditions)}`;
}
