import type { StateStore } from '../engine/engine.ts';
import { type IndexValue, idOf, indexKey, indexPrefix } from './index-key.ts';
import type { DeadLetterStore } from './store.ts';

const scanPage = 1000;

/**
 * Reads the whole index once. `isAlone`: no other process changes letters, so of two entries with one id the stale one is
 * left of a change that a crash cut off, and is deleted.
 */
export async function scanIndex(
  state: StateStore,
  letters: Pick<DeadLetterStore, 'get'>,
  { isAlone, onEntry }: { isAlone: boolean; onEntry: (key: string, value: IndexValue) => void },
): Promise<void> {
  const keys = new Map<string, string>();
  const doubles: [id: string, keys: string[]][] = [];
  for (let after: string | undefined; ;) {
    const page = await state.list<IndexValue>(indexPrefix, { limit: scanPage, after });
    for (const { key, value } of page) {
      onEntry(key, value);
      if (!isAlone) continue;
      const other = keys.get(idOf(key));
      if (other !== undefined) doubles.push([idOf(key), [other, key]]);
      keys.set(idOf(key), key);
    }
    if (page.length < scanPage) break;
    after = page.at(-1)!.key;
  }
  for (const [id, both] of doubles) {
    const letter = await letters.get(id);
    const stale = both.filter((key) => letter === undefined || indexKey(letter) !== key);
    await state.write(stale.map((key) => ({ delete: key })));
  }
}
