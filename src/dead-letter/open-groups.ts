import type { StateStore } from '../engine/engine.ts';
import type { DeadLetterGroup } from './dead-letter.ts';
import { type DeadLetterStore, indexPrefix, readIndexKey } from './store.ts';

/**
 * The open dead letters, counted by signature and kept current by watching the index, so that the console and
 * `/stats` can ask every second without a scan.
 */
export interface OpenGroups {
  count(): number;
  /** Largest group first. */
  groups(filter?: { contract?: string; source?: string }): Promise<DeadLetterGroup[]>;
  close(): void;
}

export async function watchOpenGroups(state: StateStore, letters: DeadLetterStore): Promise<OpenGroups> {
  const prefix = `${indexPrefix}open/`;
  /** Index key without the id → id → time of reception. */
  const groups = new Map<string, Map<string, number>>();
  let total = 0;

  function set(key: string, receivedAt: number | undefined): void {
    const slash = key.lastIndexOf('/');
    const groupKey = key.slice(0, slash);
    const id = key.slice(slash + 1);
    let ids = groups.get(groupKey);
    if (receivedAt === undefined) {
      if (ids?.delete(id) === true) total--;
      if (ids?.size === 0) groups.delete(groupKey);
      return;
    }
    if (ids === undefined) groups.set(groupKey, (ids = new Map()));
    if (!ids.has(id)) total++;
    ids.set(id, receivedAt);
  }

  // Watching begins before the scan, so that no change falls between the two.
  const stop = state.watch(prefix, ({ key, value }) => set(key, value as number | undefined));
  let after: string | undefined;
  for (;;) {
    const page = await state.list<number>(prefix, { limit: 1000, ...(after === undefined ? {} : { after }) });
    for (const { key, value } of page) set(key, value);
    if (page.length < 1000) break;
    after = page.at(-1)!.key;
  }

  return {
    count: () => total,
    async groups(filter = {}) {
      const found: DeadLetterGroup[] = [];
      for (const [groupKey, ids] of groups) {
        const { contract, source, signature } = readIndexKey(`${groupKey}/`);
        if (filter.contract !== undefined && filter.contract !== contract) continue;
        if (filter.source !== undefined && filter.source !== source) continue;
        const times = [...ids.values()];
        const sampleId = [...ids.keys()].at(-1)!;
        const sample = await letters.get(sampleId);
        if (sample === undefined) continue;
        found.push({
          signature,
          contract,
          source,
          count: ids.size,
          first_received_at: iso(times.reduce((a, b) => Math.min(a, b))),
          last_received_at: iso(times.reduce((a, b) => Math.max(a, b))),
          sample_id: sampleId,
          violations: sample.violations,
          reason: sample.reason,
        });
      }
      return found.toSorted((a, b) => b.count - a.count);
    },
    close: stop,
  };
}

const iso = (ms: number) => new Date(ms).toISOString();
