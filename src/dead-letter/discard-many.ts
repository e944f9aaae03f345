import type { DeadLetter, DeadLetterFilter } from '../model/dead-letter.ts';
import { pagesOf } from './pages.ts';
import type { DeadLetterStore } from './store.ts';

type Letters = Pick<DeadLetterStore, 'list' | 'discard'>;

/** A group, or the part of it that the other fields leave. */
export type GroupOfLetters = Omit<DeadLetterFilter, 'status'> & { signature: string };

export interface Discarded {
  discarded: number;
  /** Were open when they were listed, and settled or sent back by another request before it was their turn. */
  skipped: number;
  /** True when the limit was reached: the next call goes on. */
  more: boolean;
}

/** Their writes share a commit. */
const atOnce = 100;

/** How many of the group were open at `asOf` and are so still; nothing is changed. */
export async function countOpen(letters: Letters, group: GroupOfLetters, asOf: Date): Promise<number> {
  let matched = 0;
  for await (const page of openPages(letters, group, asOf)) matched += page.length;
  return matched;
}

/**
 * Discards at most `limit` letters of the group, each for itself and with the same reason: those that were open at
 * `asOf` and are so still. Letters that come later are not taken, so that nobody discards what they did not see and a
 * group that grows all the time is done at some time. Cut off, it has discarded some; another call goes on.
 */
export async function discardOpen(
  letters: Letters,
  group: GroupOfLetters,
  { reason, asOf, limit }: { reason: string; asOf: Date; limit: number },
): Promise<Discarded> {
  let discarded = 0;
  let skipped = 0;
  for await (const page of openPages(letters, group, asOf)) {
    const taken = page.slice(0, limit - discarded);
    const results = await Promise.all(taken.map(({ id }) => letters.discard(id, reason, { asOf })));
    const done = results.filter(({ ok }) => ok).length;
    discarded += done;
    skipped += taken.length - done;
    if (discarded === limit) return { discarded, skipped, more: true };
  }
  return { discarded, skipped, more: false };
}

/** Whatever changed after `asOf` was not open then, or was open for another reason. */
async function* openPages(letters: Letters, group: GroupOfLetters, asOf: Date): AsyncGenerator<DeadLetter[]> {
  for await (const page of pagesOf(letters, { ...group, status: 'open' }, atOnce))
    yield page.filter(({ updated_at: at }) => Date.parse(at) <= asOf.getTime());
}
