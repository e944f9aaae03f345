import { grouped } from './grouped.ts';
import type { Expected } from './drift.ts';
import type { Outcome } from './judge.ts';
import { type Share, shareOf } from './wilson.ts';

/** What became of one event. A `Verdict` is one. */
export interface Judgement {
  case: { kind: string; expected: Expected };
  outcome: Outcome;
  /** Pointers of leaves that are not from the event. */
  invented: readonly string[];
  /** Of the healer. */
  milliseconds: number;
}

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
  /** Valid but wrong, of all. */
  wrong: Share;
  /** Of what was refused, the share that had to be. */
  refusalPrecision: Share;
  /** Of what had to be refused, the share that was. */
  refusalRecall: Share;
  invented: number;
  /** Of the healer, in milliseconds. */
  latency: { p50: number; p99: number };
}

/** The kinds in the order of their first verdict. */
export function metricsOf(verdicts: readonly Judgement[]): Metrics {
  const byKind = grouped(verdicts, (verdict) => verdict.case.kind);
  const recoverable = verdicts.filter((verdict) => verdict.case.expected === 'repair');
  const unrecoverable = verdicts.filter((verdict) => verdict.case.expected === 'refuse');
  const refused = [...recoverable, ...unrecoverable].filter(({ outcome }) => outcome === 'refused');
  const rightly = unrecoverable.filter(({ outcome }) => outcome === 'refused').length;
  return {
    kinds: [...byKind].map(([kind, own]) => kindMetrics(kind, own)),
    exact: shareOf(count(recoverable, 'exact'), recoverable.length),
    wrong: shareOf(count(verdicts, 'wrong'), verdicts.length),
    refusalPrecision: shareOf(rightly, refused.length),
    refusalRecall: shareOf(rightly, unrecoverable.length),
    invented: verdicts.reduce((sum, { invented }) => sum + invented.length, 0),
    latency: percentiles(verdicts.map(({ milliseconds }) => milliseconds)),
  };
}

function kindMetrics(kind: string, verdicts: readonly Judgement[]): KindMetrics {
  const share = (outcome: Outcome) => shareOf(count(verdicts, outcome), verdicts.length);
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

const count = (verdicts: readonly Judgement[], outcome: Outcome): number =>
  verdicts.filter((verdict) => verdict.outcome === outcome).length;

function percentiles(values: readonly number[]): { p50: number; p99: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}

export const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;

/** Of all events of several sets, those that were accepted and wrong. */
export function wrongOf(sets: readonly Metrics[]): Share {
  const sum = (numberOf: (share: Share) => number) =>
    sets.reduce((total, { wrong }) => total + numberOf(wrong), 0);
  return shareOf(
    sum(({ count }) => count),
    sum(({ of }) => of),
  );
}
