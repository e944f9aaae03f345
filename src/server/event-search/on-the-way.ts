import type { Engine } from '../../engine/engine.ts';
import { healingPrefix } from '../../dead-letter/store.ts';
import { asideTopics, topics } from '../../model/event.ts';
import { type RecordHeader, headerOf } from '../../ingest/record.ts';
import { requestIdsFrom, timeOfRequestId } from '../../ingest/request-id.ts';
import { groups } from '../../flow/groups.ts';
import { decodeParked, findParked } from '../../flow/parked-event.ts';
import {
  type EventItem,
  type Findings,
  type SearchFilter,
  type SearchPage,
  isWithin,
  placeOf,
} from './filter.ts';

const nothing: Findings = { items: [], cut: false };
/** Entries of the queue, and of what the healers have, that one search looks at. */
const mostLookedAt = 2000;

/** Events that the healers have. */
export async function withTheHealers(
  { state }: Pick<Engine, 'state'>,
  filter: SearchFilter,
  page: SearchPage,
): Promise<Findings> {
  const { status, eventId, q, contract, source, from } = filter;
  if (eventId !== undefined || q !== undefined || (status !== undefined && status !== 'healing'))
    return nothing;
  const entries = await state.list<{ contract: string; version: string; source: string }>(healingPrefix, {
    limit: mostLookedAt,
    ...(from === undefined ? undefined : { after: healingPrefix + timePart(from - 1) }),
  });
  const items = entries.flatMap(({ key, value }): EventItem[] => {
    const id = key.slice(healingPrefix.length);
    if (contract !== undefined && value.contract !== contract) return [];
    if (source !== undefined && value.source !== source) return [];
    const at = new Date(timeOfRequestId(id)).toISOString();
    return [{ request_id: id, event_id: null, ...value, status: 'healing', received_at: at }];
  });
  return {
    items: items.filter((item) => isWithin(filter, page, placeOf(item))),
    cut: entries.length === mostLookedAt,
  };
}

/** Events in the queue, of which no more is known than how they came. */
export async function inTheQueue(
  engine: Pick<Engine, 'findPending'>,
  filter: SearchFilter,
  page: SearchPage,
): Promise<Findings> {
  const { status, eventId, q, contract, source } = filter;
  if (eventId !== undefined || q !== undefined || contract !== undefined) return nothing;
  if (status !== undefined && status !== 'accepted') return nothing;
  const headers: RecordHeader[] = [];
  let looked = 0;
  for (const topic of [topics.raw, ...asideTopics])
    await engine.findPending(topic, groups.pipeline, ({ body }) => {
      const header = headerOf(body);
      if (source === undefined || header.source === source) headers.push(header);
      return ++looked >= mostLookedAt ? true : undefined;
    });
  const items = headers.flatMap((header) => newestOf(header, page.limit));
  return {
    items: items.filter((item) => isWithin(filter, page, placeOf(item))),
    cut: looked >= mostLookedAt || headers.some(({ n }) => n > page.limit),
  };
}

/** Events that wait for their table. */
export async function amongParked(
  engine: Pick<Engine, 'findPending' | 'stats'>,
  filter: SearchFilter,
  page: SearchPage,
): Promise<Findings> {
  const { status, eventId, q, contract, source } = filter;
  if (eventId !== undefined || q !== undefined || (status !== undefined && status !== 'accepted'))
    return nothing;
  const items: EventItem[] = [];
  let looked = 0;
  await findParked(engine, ({ body }) => {
    const { header } = decodeParked(body);
    if (
      (contract === undefined || header.contract === contract) &&
      (source === undefined || header.source === source)
    )
      items.push({
        request_id: header.request_id,
        event_id: null,
        contract: header.contract,
        version: header.version,
        source: header.source,
        status: 'accepted',
        received_at: new Date(header.received_at).toISOString(),
      });
    return ++looked >= mostLookedAt ? true : undefined;
  });
  return {
    items: items.filter((item) => isWithin(filter, page, placeOf(item))),
    cut: looked >= mostLookedAt,
  };
}

/** The last events of a request: their ids count up. */
function newestOf({ id, n, at, source }: RecordHeader, limit: number): EventItem[] {
  const idAt = requestIdsFrom(id);
  const count = Math.min(n, limit);
  return Array.from({ length: count }, (_, index) => ({
    request_id: idAt(n - 1 - index),
    event_id: null,
    contract: null,
    version: null,
    source: source ?? null,
    status: 'accepted',
    received_at: new Date(at).toISOString(),
  }));
}

/** The beginning of all request ids of a millisecond. */
function timePart(ms: number): string {
  const hex = Math.max(0, ms).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}
