import { isUuid } from '../../../model/uuid.ts';
import {
  type EventFilter,
  type EventPlace,
  type EventTable,
  type FoundEvent,
  idColumns,
} from '../../event-search.ts';
import type { Cells } from '../stored-cells.ts';
import type { Question } from './question.ts';
import { duplicatesPart, rowsPart } from './search-parts.ts';

/** See `EventSearch.events`; in these tables. `columns`: table, name and type of each column of the schema. */
export async function searchEvents(
  question: Question,
  { names, columns }: { names: readonly string[]; columns: readonly Cells[] },
  filter: EventFilter,
  { limit, before }: { limit: number; before?: EventPlace },
): Promise<FoundEvent[]> {
  const { eventId, id, source, contract, statuses = ['loaded', 'repaired', 'duplicate'] } = filter;
  // A NUL ends the text of a statement, and no name holds one.
  if ([eventId, id?.text, source, contract].some((text) => text?.includes('\0') === true)) return [];
  const tables = await describeTables(question, { names, columns }, filter);
  const common = conditionsOf(question, filter, before);
  const order = `ORDER BY received_at DESC, request_id DESC LIMIT ${limit}`;
  const ofRows = statuses.includes('loaded') || statuses.includes('repaired');
  const parts = ofRows
    ? tables.flatMap((table) => rowsPart(question, table, filter, { statuses, common }) ?? [])
    : [];
  if (statuses.includes('duplicate')) parts.push(duplicatesPart(question, tables, filter, common));
  if (parts.length === 0) return [];
  const found = await question.ask(
    `SELECT request_id::text, ${question.micros('received_at')}, status, event_id, contract, version, source, rule_id
     FROM (${parts.map((part) => `(SELECT * FROM (${part}) p ${order})`).join(' UNION ALL ')}) f ${order}`,
  );
  const repaired = found.flatMap(([requestId, , status]) => (status === 'repaired' ? [requestId!] : []));
  const healers = await healersOf(question, repaired);
  return found.map((cells) => foundEvent(cells, healers));
}

async function describeTables(
  { ask, place }: Question,
  { names, columns }: { names: readonly string[]; columns: readonly Cells[] },
  { id }: EventFilter,
): Promise<EventTable[]> {
  const all = columns.map(([table, name, type]) => ({ table: table!, name: name!, type: type! }));
  const writers = await ask(
    `SELECT table_name, contract, contract_version FROM ${place('_sentinel_contracts')}`,
  );
  return names.map((name) => ({
    name,
    ...idColumns(name, all, id),
    contracts: new Map(
      writers.flatMap(([table, contract, version]): [string, string][] =>
        table === name ? [[version ?? '', contract ?? '']] : [],
      ),
    ),
  }));
}

/** For every place where events are. */
function conditionsOf(
  { value, instant }: Question,
  { source, from, to }: EventFilter,
  before: EventPlace | undefined,
): string[] {
  const at = (ms: number): string => instant(Math.trunc(ms) * 1000);
  const conditions: string[] = [];
  if (source !== undefined) conditions.push(`source = ${value(source)}`);
  if (from !== undefined) conditions.push(`received_at >= ${at(from)}`);
  if (to !== undefined) conditions.push(`received_at <= ${at(to)}`);
  if (before !== undefined) {
    // It says nothing new, but lets the store pass over what is newer without reading it.
    conditions.push(`received_at <= ${at(before.receivedAt)}`);
    if (isUuid(before.requestId))
      conditions.push(
        `(received_at < ${at(before.receivedAt)} OR request_id < ${value(before.requestId)}::uuid)`,
      );
  }
  return conditions;
}

async function healersOf(
  { ask, value, place }: Question,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await ask(
    `SELECT request_id::text, healer FROM ${place('_sentinel_repairs')}
     WHERE request_id IN (${ids.map((id) => `${value(id)}::uuid`).join(', ')}) AND rolled_back_at IS NULL`,
  );
  return new Map(rows.map(([id, healer]) => [id ?? '', healer ?? '']));
}

function foundEvent(cells: Cells, healers: ReadonlyMap<string, string>): FoundEvent {
  const [requestId, receivedAt, status, eventId, contract, version, source, ruleId] = cells;
  return {
    requestId: requestId ?? '',
    receivedAt: Math.floor(Number(receivedAt) / 1000),
    status: status as FoundEvent['status'],
    eventId: eventId ?? undefined,
    contract: contract ?? '',
    version: version ?? '',
    source: source ?? '',
    ruleId: ruleId ?? undefined,
    healer: healers.get(requestId ?? ''),
  };
}
