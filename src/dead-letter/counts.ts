import type { StateStore } from '../engine/engine.ts';
import { type DeadLetterGroup, type DeadLetterStatus, deadLetterStatuses } from './dead-letter.ts';
import { type DeadLetterStore, indexPrefix, readIndexKey } from './store.ts';

/**
 * The dead letters counted by status and, the open ones, by signature; kept current by watching the index, so that
 * the console and `/stats` can ask every second without a scan.
 */
export interface DeadLetterCounts {
  count(status: DeadLetterStatus): number;
  /** Of the open ones; largest group first. */
  groups(filter?: { contract?: string; source?: string }): Promise<DeadLetterGroup[]>;
  close(): void;
}

/** Id → time of reception in milliseconds, by index key without the id. */
type Groups = Map<string, Map<string, number>>;

export async function watchDeadLetters(
  state: StateStore,
  letters: DeadLetterStore,
): Promise<DeadLetterCounts> {
  const groups: Groups = new Map();
  const totals = new Map<string, number>(deadLetterStatuses.map((status) => [status, 0]));

  function set(key: string, receivedAt: number | undefined): void {
    const slash = key.lastIndexOf('/');
    const groupKey = key.slice(0, slash);
    const id = key.slice(slash + 1);
    const { status } = readIndexKey(key);
    let ids = groups.get(groupKey);
    if (receivedAt === undefined) {
      if (ids?.delete(id) === true) totals.set(status, totals.get(status)! - 1);
      if (ids?.size === 0) groups.delete(groupKey);
      return;
    }
    if (ids === undefined) groups.set(groupKey, (ids = new Map()));
    if (!ids.has(id)) totals.set(status, totals.get(status)! + 1);
    ids.set(id, receivedAt);
  }

  // Watching begins before the scan, so that no change falls between the two.
  const stop = state.watch(indexPrefix, ({ key, value }) => set(key, value as number | undefined));
  let after: string | undefined;
  for (;;) {
    const page = await state.list<number>(indexPrefix, {
      limit: scanPage,
      ...(after === undefined ? {} : { after }),
    });
    for (const { key, value } of page) set(key, value);
    if (page.length < scanPage) break;
    after = page.at(-1)!.key;
  }

  async function describe(groupKey: string, ids: Map<string, number>): Promise<DeadLetterGroup | undefined> {
    const { contract, source, signature } = readIndexKey(`${groupKey}/`);
    let first = Infinity;
    let last = -Infinity;
    let sampleId = '';
    for (const [id, receivedAt] of ids) {
      if (receivedAt < first) first = receivedAt;
      if (receivedAt >= last) {
        last = receivedAt;
        sampleId = id;
      }
    }
    const sample = await letters.get(sampleId);
    if (sample === undefined) return undefined;
    return {
      signature,
      contract,
      source,
      count: ids.size,
      first_received_at: new Date(first).toISOString(),
      last_received_at: new Date(last).toISOString(),
      sample_id: sampleId,
      violations: sample.violations,
      reason: sample.reason,
    };
  }

  return {
    count: (status) => totals.get(status)!,
    async groups(filter = {}) {
      const wanted = [...groups].filter(([groupKey]) => {
        const { status, contract, source } = readIndexKey(`${groupKey}/`);
        return (
          status === 'open' &&
          (filter.contract === undefined || filter.contract === contract) &&
          (filter.source === undefined || filter.source === source)
        );
      });
      const described = await Promise.all(wanted.map(([groupKey, ids]) => describe(groupKey, ids)));
      return described.filter((group) => group !== undefined).toSorted((a, b) => b.count - a.count);
    },
    close: stop,
  };
}

const scanPage = 1000;
