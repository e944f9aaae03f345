import { setImmediate as nextTurn } from 'node:timers/promises';
import type { StateStore } from '../engine/engine.ts';
import type { DeadLetter, DeadLetterFilter } from '../model/dead-letter.ts';
import type { Changes } from './changes.ts';
import {
  type IndexValue,
  idOf,
  indexKey,
  indexPrefix,
  keyMatches,
  prefixOf,
  receivedAtOf,
} from './index-key.ts';

const scanPage = 500;
/** By one call: a search for a rare text is continued with the cursor, and other requests get their turn. */
const mostLookedAt = 10_000;

/** A page of letters, as `DeadLetterStore.list` promises. */
export async function listLetters(
  state: StateStore,
  { get }: Pick<Changes, 'get'>,
  filter: DeadLetterFilter,
  { limit, cursor }: { limit: number; cursor?: string },
): Promise<{ items: DeadLetter[]; next: string | undefined }> {
  const items: DeadLetter[] = [];
  const prefix = indexPrefix + prefixOf(filter);
  const isInTime = receivedWithin(filter);
  let after = cursor;
  for (let looked = 0; looked < mostLookedAt; looked += scanPage) {
    if (looked > 0) await nextTurn();
    const page = await state.list(prefix, {
      limit: scanPage,
      after,
    });
    for (const { key, value } of page) {
      after = key;
      if (!keyMatches(key, filter) || !isInTime(receivedAtOf(value as IndexValue))) continue;
      const letter = await get(idOf(key));
      // Its other entry is the one that counts.
      if (letter === undefined || indexKey(letter) !== key || !contentMatches(letter, filter)) continue;
      items.push(letter);
      if (items.length === limit) return { items, next: after };
    }
    if (page.length < scanPage) return { items, next: undefined };
  }
  return { items, next: after };
}

/** Whether a time in milliseconds is within the filter's. */
function receivedWithin({ since, until }: DeadLetterFilter): (receivedAt: number) => boolean {
  const from = since === undefined ? -Infinity : Date.parse(since);
  const to = until === undefined ? Infinity : Date.parse(until);
  return (at) => at >= from && at <= to;
}

/** What only the letter itself can tell. */
export function contentMatches(letter: DeadLetter, { q, code }: DeadLetterFilter): boolean {
  if (code !== undefined && letter.code !== code) return false;
  if (q === undefined) return true;
  const text = q.toLowerCase();
  return [
    letter.id,
    letter.reason,
    letter.code,
    letter.raw,
    ...letter.violations.map((violation) => `${violation.path} ${violation.message}`),
  ].some((field) => field.toLowerCase().includes(text));
}
