import { percent, wrongOf } from './metrics.ts';
import type { SetName } from './options.ts';
import type { Report } from './report.ts';

const leastExact: Partial<Record<SetName, number>> = { generated: 0.85, natural: 0.6 };

/** What the project promises of its healers (docs/healing.md), and they do not keep. */
export function failedTargets({ sets }: Report): string[] {
  const failed: string[] = [];
  const wrong = wrongOf(sets.map(({ metrics }) => metrics));
  if (wrong.high > 0.001)
    failed.push(`valid but wrong: upper bound ${percent(wrong.high)}, at most 0.10 % wanted`);
  for (const { set, metrics } of sets) {
    const least = leastExact[set] ?? 0;
    if (metrics.exact.share < least)
      failed.push(
        `${set}: ${percent(metrics.exact.share)} repaired exactly, at least ${percent(least)} wanted`,
      );
    const { count, of } = metrics.refusalRecall;
    if (set === 'adversary' && count < of) failed.push(`adversary: ${of - count} of ${of} decoys were taken`);
  }
  return failed;
}
