import type { AllCounts } from '../../destination.ts';
import { countsOf } from '../../destination-kit/stored-cells.ts';
import type { Api } from './api.ts';

/** What others have loaded is seen this much later. */
const freshForMs = 30_000;

/** The counters, asked for every second by who watches, and read seldom: each query costs money. */
export function createCounts(api: Api): {
  read(): Promise<AllCounts>;
  /** What this process has just committed. */
  add(counts: AllCounts): void;
  forget(): void;
} {
  let known: { at: number; counts: AllCounts } | undefined;

  return {
    async read() {
      if (known !== undefined && Date.now() - known.at < freshForMs) return known.counts;
      const [row] = await api.run(
        `SELECT loaded, repaired, duplicate, changed FROM ${api.table('_sentinel_counters')}`,
      );
      const counts = countsOf(row);
      known = { at: Date.now(), counts };
      return counts;
    },
    add({ loaded, repaired, duplicate, changed }) {
      if (known === undefined) return;
      const { counts } = known;
      known.counts = {
        loaded: counts.loaded + loaded,
        repaired: counts.repaired + repaired,
        duplicate: counts.duplicate + duplicate,
        changed: counts.changed + changed,
      };
    },
    forget: () => void (known = undefined),
  };
}
