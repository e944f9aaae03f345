import { delayBounds } from '../delay-histogram.ts';
import { type Pair, createPairs } from './pairs.ts';
import { type Track, minuteMs, track } from './ring.ts';
import { acceptedIn, frameOf, highest, publishedColumn, same, sumOver } from './steps.ts';
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

const pendingColumn = 1;

export function createHistory(now: () => number = Date.now): History {
  const pairs = createPairs();
  const delays = track(delayBounds.length + 1);
  const gauges = track(2, (size) => new Float64Array(size));
  /** Pending is known where this is set, 0 included. */
  const sampled = track(1);

  /** The end of the last minute that is known only as a whole, without its steps of ten seconds. */
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

const matches =
  ({ source, contract }: { source?: string; contract?: string }) =>
  (pair: Pair): boolean =>
    (source === undefined || pair.source === source) &&
    (contract === undefined || pair.contract === contract);

function settledOf(sums: Record<Outcome, number[]>): number[] {
  return sums.loaded.map(
    (loaded, at) => loaded + sums.repaired[at]! + sums.dead_letter[at]! + sums.duplicate[at]!,
  );
}

/**
 * The value below which a share of the counted ones lies, straight within its bucket; undefined when there are none.
 * `bounds` are the buckets' upper ends; the last count is of what lies beyond, of which only the lower end is known.
 */
function quantileOf(share: number, counts: readonly number[], bounds: readonly number[]): number | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  let before = 0;
  for (const [bucket, count] of counts.entries()) {
    if (count > 0 && before + count >= share * total) {
      const lower = bounds[bucket - 1] ?? 0;
      const upper = bounds[bucket] ?? lower;
      return lower + ((share * total - before) / count) * (upper - lower);
    }
    before += count;
  }
  return bounds.at(-1);
}
