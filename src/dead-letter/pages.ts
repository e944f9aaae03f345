import type { DeadLetter, DeadLetterFilter } from '../model/dead-letter.ts';
import type { DeadLetterStore } from './store.ts';

/** The matching letters, a page of at most `limit` in memory at a time. A page may be empty. */
export async function* pagesOf(
  letters: Pick<DeadLetterStore, 'list'>,
  filter: DeadLetterFilter,
  limit = 500,
): AsyncGenerator<DeadLetter[]> {
  let cursor: string | undefined;
  do {
    const page = await letters.list(filter, { limit, cursor });
    yield page.items;
    cursor = page.next;
  } while (cursor !== undefined);
}
