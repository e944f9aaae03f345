import type { LoadCounts } from '../../destination.ts';
import type { Api } from './api.ts';

/** What others have loaded is seen this much later. */
const freshForMs = 30_000;

/** The counters, asked for every second by who watches, and read seldom: each query costs money. */
export function createCounts(api: Api): {
  read(): Promise<LoadCounts>;
  /** What this process has just committed. */
  add(counts: LoadCounts): void;
  forget(): void;
} {
  let known: { at: number; counts: LoadCounts } | undefined;

  return {
    async read() {
      if (known !== undefined && Date.now() - known.at < freshForMs) return known.counts;
      const [[loaded, repaired, duplicate] = []] = await api.run(
        `SELECT loaded, repaired, duplicate FROM ${api.table('_sentinel_counters')}`,
      );
      const counts = {
        loaded: Number(loaded ?? 0),
        repaired: Number(repaired ?? 0),
        duplicate: Number(duplicate ?? 0),
      };
      known = { at: Date.now(), counts };
      return counts;
    },
    add({ loaded, repaired, duplicate }) {
      if (known === undefined) return;
      const { counts } = known;
      known.counts = {
        loaded: counts.loaded + loaded,
        repaired: counts.repaired + repaired,
        duplicate: counts.duplicate + duplicate,
      };
    },
    forget: () => void (known = undefined),
  };
}
