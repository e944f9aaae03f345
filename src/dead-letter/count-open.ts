import type { JobFilter } from '../model/job.ts';
import { pagesOf } from './pages.ts';
import type { DeadLetterStore } from './store.ts';

/** How many letters match that were open at `asOf` and are so still; each is looked at. */
export async function countOpen(
  letters: Pick<DeadLetterStore, 'list'>,
  filter: JobFilter,
  asOf: Date,
): Promise<number> {
  let matched = 0;
  for await (const page of pagesOf(letters, { ...filter, status: 'open' }))
    matched += page.filter(({ updated_at: at }) => Date.parse(at) <= asOf.getTime()).length;
  return matched;
}
