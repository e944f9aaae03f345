import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DeadLetter, DeadLetterFilter } from '../model/dead-letter.ts';
import type { DeadLetterCounts } from './counts.ts';
import { type LetterPlace, badCursor } from './group-order.ts';
import { idHash } from './id-values.ts';
import { contentMatches } from './list.ts';
import type { DeadLetterStore } from './store.ts';

/** One call reads letters for so long, and so many: who looks for a text that few have asks again, and others get their turn. */
const mostMs = 25;
const mostRead = 2500;
const turn = 50;
/** Of the letters that only their content can tell, so many are found at a time. */
const slice = 500;

/**
 * The letters of one status that match, newest first; those whose id is `q` come before the others. A page may hold
 * fewer than `limit`, even none, and still have a following one.
 */
export async function listNewest(
  {
    letters,
    deadLetters,
  }: { letters: Pick<DeadLetterStore, 'get'>; deadLetters: Pick<DeadLetterCounts, 'newest'> },
  { status = 'open', since, until, ...filter }: DeadLetterFilter,
  { limit, cursor }: { limit: number; cursor?: string },
): Promise<{ items: DeadLetter[]; next: string | undefined }> {
  const { contract, source, signature, q, code } = filter;
  const sought = {
    statuses: [status],
    contract,
    source,
    signature,
    code,
    from: since === undefined ? undefined : Date.parse(since),
    to: until === undefined ? undefined : Date.parse(until),
  };
  const matching = async ({ id }: LetterPlace): Promise<DeadLetter[]> => {
    const letter = await letters.get(id);
    return letter?.status === status && contentMatches(letter, filter) ? [letter] : [];
  };
  // Whoever looks for an order number among very many letters sees it at once; the others that hold the text follow.
  const first: DeadLetter[] = [];
  if (q !== undefined)
    for (const place of deadLetters.newest({ ...sought, idHash: idHash(q) }, limit))
      first.push(...(await matching(place)));
  if (first.length > 0 && cursor === undefined) return { items: first, next: cursorOf(newerThanAll) };
  const isShown = new Set(first.map(({ id }) => id));

  const isByContent = q !== undefined || code !== undefined;
  const asked = isByContent ? Math.max(slice, limit + 1) : limit + 1;
  const began = performance.now();
  const items: DeadLetter[] = [];
  let last = cursor === undefined ? undefined : placeOf(cursor);
  for (let read = 0; read < mostRead;) {
    const places = deadLetters.newest({ ...sought, before: last }, asked);
    for (const place of places) {
      if (items.length === limit) return { items, next: cursorOf(last!) };
      if (++read % turn === 0) {
        await nextTurn();
        if (isByContent && performance.now() - began > mostMs) return { items, next: cursorOf(last!) };
      }
      if (!isShown.has(place.id)) items.push(...(await matching(place)));
      last = place;
    }
    // Also where the place of a letter that has changed meanwhile left the page short of one.
    if (places.length < asked) return { items, next: undefined };
    if (!isByContent) break;
  }
  return { items, next: cursorOf(last!) };
}

const newerThanAll: LetterPlace = { receivedAt: 999_999_999_999_999, id: '~' };

const cursorOf = ({ receivedAt, id }: LetterPlace): string => `${receivedAt}.${id}`;

function placeOf(cursor: string): LetterPlace {
  const [, receivedAt, id] = /^(\d{1,15})\.(.+)$/.exec(cursor) ?? [];
  if (id === undefined) throw badCursor();
  return { id, receivedAt: Number(receivedAt) };
}
