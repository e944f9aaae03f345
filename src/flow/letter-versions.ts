import { type IndexValue, idOf, indexPrefix, readIndexKey } from '../dead-letter/index-key.ts';
import type { StateStore } from '../engine/engine.ts';
import { letterVersion } from '../load/letter-table.ts';

/** The versions of all letters, by id. */
export async function letterVersions(state: StateStore, signal: AbortSignal): Promise<Map<string, string>> {
  const versions = new Map<string, string>();
  let after: string | undefined;
  while (!signal.aborted) {
    const page = await state.list<IndexValue>(indexPrefix, { limit: 1000, after });
    for (const { key, value } of page) {
      const [, replays, copied] = value;
      versions.set(
        idOf(key),
        letterVersion({ status: readIndexKey(key).status, replays, copy_round: copied }),
      );
    }
    after = page.at(-1)?.key;
    if (page.length < 1000) break;
  }
  return versions;
}
