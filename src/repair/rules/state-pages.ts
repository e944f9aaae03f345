import type { StateEntry, StateStore } from '../../engine/engine.ts';
import type { Json } from '../../model/json.ts';

const pageSize = 1000;

/** Every entry below the prefix, fetched page by page. For bounded collections only. */
export async function listAll<T extends Json>(state: StateStore, prefix: string): Promise<StateEntry<T>[]> {
  const entries: StateEntry<T>[] = [];
  for (;;) {
    const after = entries.at(-1)?.key;
    const page = await state.list<T>(prefix, {
      limit: pageSize,
      ...(after === undefined ? undefined : { after }),
    });
    entries.push(...page);
    if (page.length < pageSize) return entries;
  }
}
