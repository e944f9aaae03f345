import { grouped } from './grouped.ts';
import type { Expected } from './drift.ts';
import type { Verdict } from './judge.ts';
import { type Share, shareOf } from './wilson.ts';

export interface KindMetrics {
  kind: string;
  expected: Expected;
  cases: number;
  exact: Share;
  wrong: Share;
  refused: Share;
  /** Leaves. */
  invented: number;
}

export interface Metrics {
  kinds: KindMetrics[];
  /** Exact among the recoverable. */
  exact: Share;
  /** Valid but wrong among the recoverable and the unrecoverable. */
  wrong: Share;
  /** Of what was refused, the share that had to be. */
  refusalPrecision: Share;
  /** Of what had to be refused, the share that was; a repair that happens to be right is a guess, and none. */
  refusalRecall: Share;
  invented: number;
  /** Of the healer, in milliseconds. */
  latency: { p50: number; p99: number };
}

/** The kinds in the order of their first verdict. */
export function metricsOf(verdicts: readonly Verdict[]): Metrics {
  const byKind = grouped(verdicts, (verdict) => verdict.case.kind);
  const recoverable = verdicts.filter((verdict) => verdict.case.expected === 'repair');
  const unrecoverable = verdicts.filter((verdict) => verdict.case.expected === 'refuse');
  const judged = [...recoverable, ...unrecoverable];
  const refused = judged.filter(({ outcome }) => outcome === 'refused');
  const rightly = unrecoverable.filter(({ outcome }) => outcome === 'refused').length;
  return {
    kinds: [...byKind].map(([kind, own]) => kindMetrics(kind, own)),
    exact: shareOf(count(recoverable, 'exact'), recoverable.length),
    wrong: shareOf(count(judged, 'wrong'), judged.length),
    refusalPrecision: shareOf(rightly, refused.length),
    refusalRecall: shareOf(rightly, unrecoverable.length),
    invented: verdicts.reduce((sum, { invented }) => sum + invented.length, 0),
    latency: percentiles(verdicts.map(({ milliseconds }) => milliseconds)),
  };
}

function kindMetrics(kind: string, verdicts: readonly Verdict[]): KindMetrics {
  const share = (outcome: Verdict['outcome']) => shareOf(count(verdicts, outcome), verdicts.length);
  return {
    kind,
    expected: verdicts[0]!.case.expected,
    cases: verdicts.length,
    exact: share('exact'),
    wrong: share('wrong'),
    refused: share('refused'),
    invented: verdicts.reduce((sum, { invented }) => sum + invented.length, 0),
  };
}

const count = (verdicts: readonly Verdict[], outcome: Verdict['outcome']): number =>
  verdicts.filter((verdict) => verdict.outcome === outcome).length;

function percentiles(values: readonly number[]): { p50: number; p99: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}

/** What the project promises of its healers (docs/healing.md). */
export function failedTargets(metrics: Metrics): string[] {
  const { exact, wrong, refusalRecall } = metrics;
  const failed: string[] = [];
  if (wrong.high > 0.001)
    failed.push(`valid but wrong: upper bound ${percent(wrong.high)}, at most 0.10 % wanted`);
  if (refusalRecall.count < refusalRecall.of)
    failed.push(`${refusalRecall.of - refusalRecall.count} unrecoverable cases were not refused`);
  if (exact.share < 0.6)
    failed.push(`exact: ${percent(exact.share)} of the recoverable, at least 60 % wanted`);
  return failed;
}

export const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
