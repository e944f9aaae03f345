import type { History } from '../api/types.ts';

const leastSteps = 12;

/** Without the time before the first event, so that a young service does not show an empty chart with a needle at its end. */
export function trimHistory(history: History): History {
  const { times, series, pending, delay } = history;
  const first = series.accepted.findIndex((count) => count > 0);
  const from = Math.max(0, Math.min(first === -1 ? 0 : first - 1, times.length - leastSteps));
  const cut = <T>(values: readonly T[]): T[] => values.slice(from);
  return {
    ...history,
    times: cut(times),
    series: Object.fromEntries(
      Object.entries(series).map(([name, values]) => [name, cut(values)]),
    ) as History['series'],
    pending: cut(pending),
    delay: { p50_ms: cut(delay.p50_ms), p99_ms: cut(delay.p99_ms) },
  };
}
