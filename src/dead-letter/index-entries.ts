import type { StateEntry, StateStore } from '../engine/engine.ts';
import { type IndexValue, indexPrefix } from './index-key.ts';

const scanPage = 1000;

/** The index entries of all letters, a page in memory at a time. */
export async function* indexEntries(state: StateStore): AsyncGenerator<StateEntry<IndexValue>> {
  for (let after: string | undefined; ;) {
    const page = await state.list<IndexValue>(indexPrefix, { limit: scanPage, after });
    yield* page;
    if (page.length < scanPage) return;
    after = page.at(-1)!.key;
  }
}
