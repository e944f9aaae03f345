import { setImmediate as nextTurn } from 'node:timers/promises';
import type { StateStore } from '../engine/engine.ts';
import type { DeadLetter, DeadLetterFilter } from '../model/dead-letter.ts';
import type { Changes } from './changes.ts';
import { idOf, indexKey, indexPrefix, keyMatches, prefixOf } from './index-key.ts';

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
  let after = cursor;
  for (let looked = 0; looked < mostLookedAt; looked += scanPage) {
    if (looked > 0) await nextTurn();
    const page = await state.list(prefix, {
      limit: scanPage,
      after,
    });
    for (const { key } of page) {
      after = key;
      if (!keyMatches(key, filter)) continue;
      const letter = await get(idOf(key));
      // Its other entry is the one that counts.
      if (letter === undefined || indexKey(letter) !== key || !textMatches(letter, filter.q)) continue;
      items.push(letter);
      if (items.length === limit) return { items, next: after };
    }
    if (page.length < scanPage) return { items, next: undefined };
  }
  return { items, next: after };
}

function textMatches(letter: DeadLetter, q: string | undefined): boolean {
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
