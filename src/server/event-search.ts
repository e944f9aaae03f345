import type { EventPlace } from '../load/event-search.ts';
import { isRequestId } from '../ingest/request-id.ts';
import type { ServerContext } from './context.ts';
import { amongDeadLetters } from './event-search/dead-letters.ts';
import {
  type EventItem,
  type Findings,
  type SearchFilter,
  type SearchPage,
  isWithin,
  newestFirst,
  placeOf,
} from './event-search/filter.ts';
import { amongParked, inTheQueue, withTheHealers } from './event-search/on-the-way.ts';
import { eventTrail } from './event-trail.ts';

export interface SearchResult {
  items: EventItem[];
  /** The cursor of the following page. */
  next: string | null;
  /** Some place was too large to be looked through. */
  cut?: true;
  /** Tables that could not be read, where there are such. */
  unreadable?: string[];
}

/**
 * Looks for events wherever they can be: the destination, the dead letters, the healers and the queue. Newest first.
 * An event that moves on meanwhile is shown where it is further.
 */
export async function searchEvents(
  context: ServerContext,
  filter: SearchFilter,
  page: SearchPage,
): Promise<SearchResult> {
  const { requestId } = filter;
  // A sender's own ids may be UUIDs, too.
  const sought = requestIdIn(filter.q);
  const same = sought === undefined ? [] : await oneEvent(context, filter, page, sought);
  if (same.length > 0) return { items: same, next: null };
  if (requestId !== undefined) return { items: await oneEvent(context, filter, page, requestId), next: null };

  // One more than is shown says whether there is another page.
  const more = { ...page, limit: page.limit + 1 };
  const places = await Promise.all([
    inTheDestination(context, filter, more),
    amongDeadLetters(context, filter, more),
    withTheHealers(context.engine, filter, more),
    amongParked(context.engine, filter, more),
    inTheQueue(context.engine, filter, more),
  ]);
  const [{ unreadable = [] }] = places;
  const byId = new Map<string, EventItem>();
  for (const item of places.flatMap(({ items }) => items)) {
    const known = byId.get(item.request_id);
    if (known === undefined) byId.set(item.request_id, item);
    else if (item.dead_letter_id !== undefined) known.dead_letter_id ??= item.dead_letter_id;
  }
  const found = [...byId.values()].toSorted((a, b) => newestFirst(placeOf(a), placeOf(b)));
  const items = found.slice(0, page.limit);
  const last = found.length > page.limit ? items.at(-1) : undefined;
  return {
    items,
    next: last === undefined ? null : cursorOf(placeOf(last)),
    ...(places.some(({ cut }) => cut) ? { cut: true } : undefined),
    ...(unreadable.length > 0 ? { unreadable } : undefined),
  };
}

/** A request id that somebody looks for as for any other id. */
const requestIdIn = (text = ''): string | undefined => {
  const id = text.trim().toLowerCase();
  return isRequestId(id) ? id : undefined;
};

async function inTheDestination(
  { pipeline }: Pick<ServerContext, 'pipeline'>,
  { eventId, q, source, contract, status, from, to }: SearchFilter,
  page: SearchPage,
): Promise<Findings & { unreadable?: string[] }> {
  const isStored = status === 'loaded' || status === 'repaired' || status === 'duplicate';
  if (status !== undefined && !isStored) return { items: [], cut: false };
  const statuses = status === undefined ? undefined : [status];
  const found = await pipeline.searchEvents({ eventId, q, source, contract, statuses, from, to }, page);
  if (found === undefined) return { items: [], cut: true };
  const items = found.events.map((event): EventItem => ({
    request_id: event.requestId,
    event_id: event.eventId ?? null,
    contract: event.contract,
    version: event.version,
    source: event.source,
    status: event.status,
    received_at: new Date(event.receivedAt).toISOString(),
    rule_id: event.ruleId,
    healer: event.healer,
  }));
  return { items, cut: found.cut, unreadable: found.unreadable };
}

async function oneEvent(
  context: ServerContext,
  filter: SearchFilter,
  page: SearchPage,
  requestId: string,
): Promise<EventItem[]> {
  const trail = await eventTrail(requestId, context);
  if (trail === undefined) return [];
  const { request_id, contract, version, source, status, received_at, rule_id, healer, dead_letter_id } =
    trail;
  const item: EventItem = {
    request_id,
    event_id: trail.event_id ?? null,
    contract,
    version,
    source,
    status,
    received_at,
    rule_id,
    healer,
    dead_letter_id,
  };
  const isMeant =
    isWithin(filter, page, placeOf(item)) &&
    (filter.eventId === undefined || filter.eventId === item.event_id) &&
    (filter.contract === undefined || filter.contract === contract) &&
    (filter.source === undefined || filter.source === source) &&
    (filter.status === undefined || filter.status === status);
  return isMeant ? [item] : [];
}

const cursorOf = ({ receivedAt, requestId }: EventPlace): string => `${receivedAt}.${requestId}`;

/** Undefined for a text that is no cursor of ours. */
export function readPlace(cursor: string): EventPlace | undefined {
  const [, receivedAt, requestId = ''] = /^(\d{1,15})\.(.+)$/.exec(cursor) ?? [];
  return receivedAt !== undefined && isRequestId(requestId)
    ? { receivedAt: Number(receivedAt), requestId }
    : undefined;
}
