import type { ItemOf } from '../../api/client.ts';
import type { EventStatus } from '../../model/event.ts';
import type { EventPlace } from '../../load/event-search.ts';

export interface SearchFilter {
  requestId?: string;
  eventId?: string;
  /** What an id of the event says: its event id, a part of its key, of a dead letter any telling value. */
  q?: string;
  source?: string;
  contract?: string;
  status?: EventStatus;
  /** Milliseconds since 1970, both included. */
  from?: number;
  to?: number;
}

/** `limit` at most, newest first, behind `before`. */
export interface SearchPage {
  limit: number;
  before?: EventPlace;
}

export type EventItem = ItemOf<'GET /api/v1/events'>;

/** What one place where events can be has to say. */
export interface Findings {
  items: EventItem[];
  /** Not all of the place was looked through. */
  cut: boolean;
}

export const placeOf = ({ request_id, received_at }: EventItem): EventPlace => ({
  requestId: request_id,
  receivedAt: Date.parse(received_at),
});

export function newestFirst(a: EventPlace, b: EventPlace): number {
  if (a.receivedAt !== b.receivedAt) return b.receivedAt - a.receivedAt;
  return a.requestId === b.requestId ? 0 : a.requestId < b.requestId ? 1 : -1;
}

export function isWithin(
  { from = -Infinity, to = Infinity }: SearchFilter,
  { before }: SearchPage,
  place: EventPlace,
): boolean {
  if (place.receivedAt < from || place.receivedAt > to) return false;
  return before === undefined || newestFirst(before, place) < 0;
}
