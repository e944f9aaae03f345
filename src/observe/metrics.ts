import type { Row, Settled } from '../load/destination.ts';
import { createDelayHistogram } from './delay-histogram.ts';
import { type Sample, metricText } from './exposition.ts';

/** How an event ended in the pipeline. `invalid` ones are with the healers and are counted again when settled. */
export type Settlement = 'loaded' | 'repaired' | 'duplicate' | 'rejected' | 'invalid' | 'dead_letter';

export interface SettlementCount {
  source: string;
  contract: string;
  status: Settlement;
  count: number;
  /** Of these, replays of dead letters: their events were counted before, as they first ended. */
  replays: number;
}

export interface PipelineMetrics {
  settled(source: string, contract: string, settlement: Settlement): void;
  /** A batch that the destination has committed. */
  loaded(rows: readonly Row[], outcomes: readonly (Settled['rows'][number] | { status: 'waits' })[]): void;
  /** Since the process started. */
  counts(): Iterable<SettlementCount>;
  /** Events by their delay, as `DelayHistogram.counts`. */
  delays(): readonly number[];
  /** Prometheus text. */
  text(): string;
}

/**
 * Counting is on the hot path, so it is a map of numbers and an array; text is made of them only when somebody asks.
 */
export function createPipelineMetrics({
  now = Date.now,
  onExtra,
}: {
  now?: () => number;
  /** Is shown the rows with undeclared fields of events that came so, not from a repair or a replay. */
  onExtra?: (row: Row) => void;
} = {}): PipelineMetrics {
  const sources = new Set<string>();
  const counts = new Map<string, SettlementCount>();

  const delay = createDelayHistogram();
  let last: SettlementCount | undefined;

  function count(source: string, contract: string, status: Settlement, isReplay = false): void {
    // Neighbours in a batch are mostly of one kind.
    if (last?.status !== status || last.contract !== contract || last.source !== source) {
      const label = bounded(source, sources);
      const key = `${status}/${contract}/${label}`;
      last = counts.get(key);
      if (last === undefined)
        counts.set(key, (last = { source: label, contract, status, count: 0, replays: 0 }));
    }
    last.count++;
    if (isReplay) last.replays++;
  }

  return {
    settled: (source, contract, status) => count(source, contract, status),
    loaded(rows, outcomes) {
      const at = now();
      for (let index = 0; index < outcomes.length; index++) {
        const { status } = outcomes[index]!;
        // It was counted when it ended, or will be.
        if (status === 'already' || status === 'waits') continue;
        const row = rows[index]!;
        const { source, contract, repair, receivedAt, round = 0 } = row;
        const isReplay = round > 0;
        if (row.extra !== undefined && repair === undefined && !isReplay) onExtra?.(row);
        count(source, contract, status === 'loaded' && repair !== undefined ? 'repaired' : status, isReplay);
        // A dead letter waits for a person, which is no delay of the service's.
        if (status === 'loaded' && !isReplay) delay.observe(Math.max(0, at - receivedAt) / 1000);
      }
    },
    counts: () => counts.values(),
    delays: () => delay.counts(),
    text: () => metricText(events, samplesOf(counts.values())) + delay.text(),
  };
}

/** Sources are named by whoever sends: past a few hundred they share one label. */
function bounded(source: string, known: Set<string>): string {
  if (known.has(source)) return source;
  if (known.size >= maxSources) return 'other';
  known.add(source);
  return source;
}

const maxSources = 500;

const events = {
  name: 'sentinel_events_total',
  type: 'counter',
  help: 'Events by outcome, since the process started',
} as const;

function* samplesOf(counts: Iterable<SettlementCount>): Iterable<Sample> {
  for (const { source, contract, status, count } of counts) yield [{ source, contract, status }, count];
}
