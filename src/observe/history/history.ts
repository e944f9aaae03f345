import { delayBounds } from '../delay-histogram.ts';
import { quantileOf } from '../../support/quantile.ts';
import { type Pair, createPairs } from './pairs.ts';
import { type Track, dayMinutes, fineMinutes, fineStepMs, minuteMs, track } from './ring.ts';
import { type Outcome, type Sample, columnOf, outcomes } from './sample.ts';
import { type SourceInfo, sourceInfos } from './sources.ts';

/** The last 24 hours of the flow. In memory, and bounded; store.ts lets it survive a restart. */
export interface History {
  /** What happened until `at`, since the sample before. */
  record(sample: Sample, at: number): void;
  /** What is known of the minute of `at` from the store. */
  recall(sample: Sample, at: number): void;
  series(filter: { source?: string; contract?: string }, minutes: number): HistorySeries;
  /** Unstable ones first. */
  sources(contract?: string): SourceInfo[];
}

/** One number for each step, oldest first. */
export interface HistorySeries {
  step_seconds: number;
  /** When the steps begin, ISO 8601. */
  times: string[];
  /** Events in each step. `accepted`: with a filter those settled, as source and contract are known only then. */
  series: Record<Outcome | 'accepted', number[]>;
  /** Of the whole service: events in the queue, null where it is not known. */
  pending: (number | null)[];
  /** Of the whole service: from accepted to queryable. */
  delay: { p50_ms: (number | null)[]; p99_ms: (number | null)[] };
}

const publishedColumn = 0;
const pendingColumn = 1;

export function createHistory(now: () => number = Date.now): History {
  const pairs = createPairs();
  const delays = track(delayBounds.length + 1);
  const gauges = track(2, (size) => new Float64Array(size));
  /** Pending is known where this is set, 0 included. */
  const sampled = track(1);

  /** When the last minute ended of which no finer steps are known. */
  let coarseUntil = 0;

  function add(sample: Sample, at: number, known: 'whole' | 'by the minute'): void {
    const into = (of: Track) => (known === 'whole' ? of : { add: of.addMinute, raise: of.raiseMinute });
    for (const pair of sample.pairs) pairs.add(pair, at, known);
    for (const [bucket, count] of sample.delays.entries())
      if (count > 0 && bucket <= delayBounds.length) into(delays).add(at, bucket, count);
    const { published, pending } = sample;
    if (published !== undefined) into(gauges).raise(at, publishedColumn, published);
    if (pending !== undefined) {
      into(gauges).raise(at, pendingColumn, pending);
      into(sampled).raise(at, 0, 1);
    }
  }

  return {
    record: (sample, at) => add(sample, at, 'whole'),
    recall(sample, at) {
      add(sample, at, 'by the minute');
      if (sample.pairs.length > 0) coarseUntil = Math.max(coarseUntil, at + minuteMs);
    },

    series(filter, minutes) {
      const frame = frameOf(minutes, now(), coarseUntil);
      const chosen = [...pairs.all()].filter(matches(filter));
      const sums = Object.fromEntries(
        outcomes.map((name) => [
          name,
          frame.map((steps) => sumOver(chosen, ({ counts }) => counts, steps, columnOf[name])),
        ]),
      ) as Record<Outcome, number[]>;
      const isWhole = filter.source === undefined && filter.contract === undefined;
      const buckets = frame.map((steps) =>
        Array.from({ length: delayBounds.length + 1 }, (_, bucket) => sumOver([delays], same, steps, bucket)),
      );
      const quantile = (share: number) =>
        buckets.map((counts) => {
          const seconds = quantileOf(share, counts, delayBounds);
          return seconds === undefined ? null : Math.round(seconds * 1000);
        });
      return {
        step_seconds: frame.stepSeconds,
        times: frame.map(({ from }) => new Date(from * frame.baseMs).toISOString()),
        series: {
          accepted: isWhole ? acceptedIn(gauges, sampled, frame) : settledOf(sums),
          ...sums,
        },
        pending: frame.map((steps) =>
          sumOver([sampled], same, steps, 0) === 0 ? null : highest(gauges, steps, pendingColumn),
        ),
        delay: { p50_ms: quantile(0.5), p99_ms: quantile(0.99) },
      };
    },

    sources: (contract) =>
      sourceInfos([...pairs.all()].filter(matches({ ...(contract && { contract }) })), now()),
  };
}

const same = (one: Track): Track => one;

const matches =
  ({ source, contract }: { source?: string; contract?: string }) =>
  (pair: Pair): boolean =>
    (source === undefined || pair.source === source) &&
    (contract === undefined || pair.contract === contract);

/** Steps `from` to `to`, without `to`, of the track's fine steps or of its minutes. */
interface Steps {
  from: number;
  to: number;
  tier: 'fine' | 'minutes';
}

interface Frame {
  stepSeconds: number;
  baseMs: number;
  steps: Steps[];
  map<T>(make: (steps: Steps) => T): T[];
}

const coarseMinutes = 5;
/** Above this the steps are coarse. */
const mostMinuteSteps = 360;

function frameOf(minutes: number, now: number, coarseUntil: number): Frame {
  const asked = Math.min(Math.max(1, minutes), dayMinutes);
  const isFine = asked <= fineMinutes && coarseUntil <= now - asked * minuteMs;
  const tier = isFine ? 'fine' : 'minutes';
  const baseMs = isFine ? fineStepMs : minuteMs;
  const perStep = asked > mostMinuteSteps ? coarseMinutes : 1;
  const end = (Math.floor(now / baseMs / perStep) + 1) * perStep;
  const count = Math.ceil((asked * minuteMs) / baseMs / perStep);
  const steps = Array.from({ length: count }, (_, at): Steps => {
    const from = end - (count - at) * perStep;
    return { from, to: from + perStep, tier };
  });
  return {
    stepSeconds: (baseMs * perStep) / 1000,
    baseMs,
    steps,
    map: (make) => steps.map((one) => make(one)),
  };
}

function sumOver<T>(
  of: readonly T[],
  trackOf: (one: T) => Track,
  { from, to, tier }: Steps,
  column: number,
): number {
  let sum = 0;
  for (const one of of) {
    const ring = trackOf(one)[tier];
    for (let step = from; step < to; step++) sum += ring.read(step, column) ?? 0;
  }
  return sum;
}

function highest(of: Track, { from, to, tier }: Steps, column: number): number {
  let value = 0;
  for (let step = from; step < to; step++) value = Math.max(value, of[tier].read(step, column) ?? 0);
  return value;
}

function firstIn(of: Track, { from, to, tier }: Steps, column: number): number | undefined {
  for (let step = from; step < to; step++) {
    const value = of[tier].read(step, column);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** How far the counter of published events rose in each step; a step without a sample did not see it rise. */
function acceptedIn(gauges: Track, sampled: Track, frame: Frame): number[] {
  const [first] = frame.steps;
  let before = first === undefined ? undefined : lastBefore(gauges, first);
  return frame.map((steps) => {
    if (sumOver([sampled], same, steps, 0) === 0) return 0;
    const reached = highest(gauges, steps, publishedColumn);
    const rise = Math.max(0, reached - (before ?? firstIn(gauges, steps, publishedColumn) ?? reached));
    before = Math.max(before ?? 0, reached);
    return rise;
  });
}

/** What the counter was before the first step; what is known by the minute only counts too. */
function lastBefore(gauges: Track, { from, tier }: Steps): number | undefined {
  const ring = gauges[tier];
  for (let step = from - 1; step > from - dayMinutes - 2; step--) {
    const value = ring.read(step, publishedColumn);
    if (value !== undefined) return value;
  }
  if (tier === 'minutes') return undefined;
  const minute = Math.floor((from * ring.stepMs) / minuteMs);
  return lastBefore(gauges, { from: minute, to: minute, tier: 'minutes' });
}

function settledOf(sums: Record<Outcome, number[]>): number[] {
  return sums.loaded.map(
    (loaded, at) => loaded + sums.repaired[at]! + sums.dead_letter[at]! + sums.duplicate[at]!,
  );
}
