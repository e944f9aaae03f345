import { idHash } from '../../dead-letter/id-values.ts';
import type { DeadLetter, DeadLetterStatus } from '../../model/dead-letter.ts';
import type { EventStatus } from '../../model/event.ts';
import { parseExact } from '../../model/exact-json.ts';
import type { ServerContext } from '../context.ts';
import { eventIdOf } from '../event-trail.ts';
import type { EventItem, Findings, SearchFilter, SearchPage } from './filter.ts';

/** What a letter's event is to those who look for it; a replayed one is in the destination. */
const statusOf = {
  open: 'dead_letter',
  replaying: 'accepted',
  discarded: 'discarded',
} as const satisfies Partial<Record<DeadLetterStatus, EventStatus>>;
type Sought = keyof typeof statusOf;

/** Letters that are read, at most, to find those with an event id. */
const mostRead = 2000;

export async function amongDeadLetters(
  { letters, deadLetters }: Pick<ServerContext, 'letters' | 'deadLetters'>,
  filter: SearchFilter,
  { limit, before }: SearchPage,
): Promise<Findings> {
  const { status, eventId, q, contract, source, from, to } = filter;
  const statuses = (Object.keys(statusOf) as Sought[]).filter(
    (one) => status === undefined || statusOf[one] === status,
  );
  if (statuses.length === 0) return { items: [], cut: false };
  const after = before && { id: before.requestId, receivedAt: before.receivedAt };
  const hash = q === undefined ? undefined : idHash(q);
  const sought = { statuses, contract, source, from, to, before: after, idHash: hash };
  const mostPlaces = eventId === undefined && q === undefined ? limit : mostRead;
  const places = deadLetters.newest(sought, mostPlaces);
  const items: EventItem[] = [];
  for (const { id } of places) {
    if (items.length === limit) break;
    const letter = await letters.get(id);
    const isMeant = q === undefined || letter?.raw.toLowerCase().includes(spelled(q)) === true;
    const item = letter && isMeant ? itemOf(letter, eventId) : undefined;
    if (item !== undefined) items.push(item);
  }
  return { items, cut: eventId !== undefined && places.length === mostRead && items.length < limit };
}

/** As JSON spells it. */
const spelled = (text: string): string => JSON.stringify(text.toLowerCase()).slice(1, -1);

function itemOf(letter: DeadLetter, wanted: string | undefined): EventItem | undefined {
  // Far cheaper than to parse each.
  if (wanted !== undefined && !letter.raw.includes(JSON.stringify(wanted).slice(1, -1))) return undefined;
  const { status, request_id, contract, version, source, received_at, id } = letter;
  if (status === 'replayed') return undefined;
  const eventId = eventIdOf(parseExact(letter.raw)) ?? null;
  if (wanted !== undefined && eventId !== wanted) return undefined;
  return {
    request_id,
    event_id: eventId,
    contract,
    version,
    source,
    status: statusOf[status],
    received_at: new Date(received_at).toISOString(),
    dead_letter_id: id,
  };
}
