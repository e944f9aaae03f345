const name = 'sentinel_event_delay_seconds';
/** Seconds; the upper ends of all buckets but the last, which has none. */
export const delayBounds: readonly number[] = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 300];

export interface DelayHistogram {
  observe(seconds: number): void;
  /** Events in each bucket since the process started. */
  counts(): readonly number[];
  /** In Prometheus' text format. */
  text(): string;
}

/** Counted for every event, so it is an array of numbers; one of the Prometheus library costs 0.24 µs an event. */
export function createDelayHistogram(): DelayHistogram {
  const counts = Array.from({ length: delayBounds.length + 1 }, () => 0);
  let sum = 0;
  return {
    observe(seconds) {
      let bucket = 0;
      while (bucket < delayBounds.length && seconds > delayBounds[bucket]!) bucket++;
      counts[bucket]!++;
      sum += seconds;
    },
    counts: () => [...counts],
    text() {
      let count = 0;
      const buckets = counts.map((inBucket, index) => {
        count += inBucket;
        return `${name}_bucket{le="${delayBounds[index] ?? '+Inf'}"} ${count}`;
      });
      const help = [
        `# HELP ${name} From accepted (202) to queryable in the destination`,
        `# TYPE ${name} histogram`,
      ];
      return [...help, ...buckets, `${name}_sum ${sum}`, `${name}_count ${count}`, ''].join('\n');
    },
  };
}
