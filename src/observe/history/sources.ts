import type { Pair } from './pairs.ts';
import { dayMinutes, fineStepMs, minuteMs } from './ring.ts';
import { type Outcome, columnOf, outcomes } from './sample.ts';

/** How a source's events ended in the last 24 hours. */
export interface SourceInfo {
  source: string;
  contracts: string[];
  /** Loaded as they came. */
  valid: number;
  repaired: number;
  dead_letter: number;
  duplicate: number;
  /** Broke their contract in a way that no rule knew. */
  healing: number;
  /** Of the last minute; of a source that began within it, since then. */
  rates: { events_per_second: number; rows_per_second: number };
  /** Hour by hour, oldest first, the last one is the current hour. */
  trend: { valid: number; repaired: number; dead_letter: number }[];
  /** ISO 8601 times. */
  last_drift_at: string | null;
  last_seen_at: string | null;
}

const minutesOfHour = 60;
const hours = 24;

export function sourceInfos(pairs: readonly Pair[], now: number): SourceInfo[] {
  const bySource = new Map<string, Pair[]>();
  for (const pair of pairs) bySource.set(pair.source, [...(bySource.get(pair.source) ?? []), pair]);
  return [...bySource]
    .map(([source, own]) => infoOf(source, own, now))
    .toSorted((a, b) => instability(b) - instability(a) || (a.source < b.source ? -1 : 1));
}

function infoOf(source: string, pairs: readonly Pair[], now: number): SourceInfo {
  const lastHour = Math.floor(now / (minutesOfHour * 60_000));
  const perHour = Array.from({ length: hours }, (_, at) => hourOf(pairs, lastHour - hours + 1 + at));
  const total = (outcome: Outcome) => perHour.reduce((sum, counts) => sum + counts[columnOf[outcome]]!, 0);
  return {
    source,
    contracts: [...new Set(pairs.map(({ contract }) => contract))].toSorted(),
    valid: total('loaded'),
    repaired: total('repaired'),
    dead_letter: total('dead_letter'),
    duplicate: total('duplicate'),
    healing: total('healing'),
    rates: ratesOf(pairs, now),
    trend: perHour.map((counts) => ({
      valid: counts[columnOf.loaded]!,
      repaired: counts[columnOf.repaired]!,
      dead_letter: counts[columnOf.dead_letter]!,
    })),
    last_drift_at: isoOf(Math.max(...pairs.map(({ lastDriftAt }) => lastDriftAt))),
    last_seen_at: isoOf(Math.max(...pairs.map(({ lastSeenAt }) => lastSeenAt))),
  };
}

function hourOf(pairs: readonly Pair[], hour: number): number[] {
  const counts = outcomes.map(() => 0);
  const first = Math.max(0, hour * minutesOfHour);
  for (const { counts: own, lastSeenAt } of pairs) {
    if (lastSeenAt < (first - dayMinutes) * 60_000) continue;
    for (let minute = first; minute < first + minutesOfHour; minute++)
      for (const column of counts.keys()) counts[column]! += own.minutes.read(minute, column) ?? 0;
  }
  return counts;
}

const rateSteps = minuteMs / fineStepMs;

function ratesOf(pairs: readonly Pair[], now: number): SourceInfo['rates'] {
  const last = Math.floor(now / fineStepMs);
  const steps = Array.from({ length: rateSteps }, (_, at) => last - rateSteps + 1 + at);
  const count = (of: readonly Outcome[], step: number) =>
    pairs.reduce(
      (sum, { counts }) =>
        of.reduce((total, outcome) => total + (counts.fine.read(step, columnOf[outcome]) ?? 0), sum),
      0,
    );
  const isNew = !pairs.some(({ counts }) => sentBefore(counts, now));
  const first = isNew ? (steps.find((step) => count(ends, step) > 0) ?? last) : steps[0]!;
  const seconds = Math.max(fineStepMs, now - first * fineStepMs) / 1000;
  const perSecond = (of: readonly Outcome[]) =>
    Math.round((10 * steps.reduce((sum, step) => sum + count(of, step), 0)) / seconds) / 10;
  return { events_per_second: perSecond(ends), rows_per_second: perSecond(rows) };
}

const rows: readonly Outcome[] = ['loaded', 'repaired'];
const ends: readonly Outcome[] = [...rows, 'dead_letter', 'duplicate'];

/** Within the hour before the last minute. */
function sentBefore({ minutes }: Pair['counts'], now: number): boolean {
  const last = Math.floor(now / minuteMs) - 2;
  for (let minute = last; minute > last - minutesOfHour; minute--)
    if (ends.some((outcome) => (minutes.read(minute, columnOf[outcome]) ?? 0) > 0)) return true;
  return false;
}

/**
 * The share of events that were not valid as they came; a dead one weighs more than a repaired one. A source with few
 * events says little, so each is thought to have sent some good ones before.
 */
function instability({ valid, repaired, dead_letter: dead }: SourceInfo): number {
  return (repaired + deadWeight * dead) / (valid + repaired + deadWeight * dead + benefitOfDoubt);
}

const deadWeight = 2;
const benefitOfDoubt = 20;

const isoOf = (at: number): string | null => (at === 0 ? null : new Date(at).toISOString());
