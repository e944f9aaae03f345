import { Counter, Histogram, Registry } from 'prom-client';

/** What became of an event in the pipeline. `invalid` ones are with the healers and are counted again when settled. */
export type Settlement = 'loaded' | 'repaired' | 'duplicate' | 'rejected' | 'invalid' | 'dead_letter';

export interface PipelineMetrics {
  /** `receivedAt`: milliseconds since 1970. */
  settled(source: string, contract: string, settlement: Settlement, receivedAt: number): void;
  /** Prometheus text. */
  text(): Promise<string>;
}

/**
 * Counting is on the hot path, so it is a map of numbers and an array; the Prometheus library sees them only when
 * somebody asks.
 */
export function createPipelineMetrics(now: () => number = Date.now): PipelineMetrics {
  const registry = new Registry();
  const sources = new Set<string>();
  const counts = new Map<string, Count>();

  registry.registerMetric(
    new Counter({
      name: 'sentinel_events_total',
      help: 'Events by what became of them, since the process started',
      labelNames: ['source', 'contract', 'status'] as const,
      registers: [],
      collect() {
        this.reset();
        for (const { source, contract, status, count } of counts.values())
          this.inc({ source, contract, status }, count);
      },
    }),
  );
  const delay = new Histogram({
    name: 'sentinel_event_delay_seconds',
    help: 'From accepted (202) to queryable in the destination',
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 300],
    registers: [registry],
  });

  return {
    settled(source, contract, status, receivedAt) {
      const label = bounded(source, sources);
      const key = `${status}/${contract}/${label}`;
      const known = counts.get(key);
      if (known === undefined) counts.set(key, { source: label, contract, status, count: 1 });
      else known.count++;
      if (status === 'loaded' || status === 'repaired') delay.observe(Math.max(0, now() - receivedAt) / 1000);
    },
    text: () => registry.metrics(),
  };
}

interface Count {
  source: string;
  contract: string;
  status: Settlement;
  count: number;
}

/** Sources are named by whoever sends: past a few hundred they share one label. */
function bounded(source: string, known: Set<string>): string {
  if (known.has(source)) return source;
  if (known.size >= maxSources) return 'other';
  known.add(source);
  return source;
}

const maxSources = 500;
