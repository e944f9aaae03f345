/** What is counted for each source and contract, in the order of storage. */
export const outcomes = ['loaded', 'repaired', 'healing', 'dead_letter', 'duplicate'] as const;
export type Outcome = (typeof outcomes)[number];

export const columnOf = Object.fromEntries(outcomes.map((name, column) => [name, column])) as Record<
  Outcome,
  number
>;

/** How many events of a source and contract came to each outcome; in the order of `outcomes`. */
export type PairCounts = [source: string, contract: string, ...counts: number[]];

/**
 * What happened since the sample before. Also what is stored of a minute, as JSON; a minute may have several, of
 * several processes, which add up.
 */
export interface Sample {
  pairs: PairCounts[];
  /** Events by their delay from accepted to queryable, a number for each bucket of `delayBounds`. */
  delays: number[];
  /** Events published since the data folder began; does not add up. */
  published?: number;
  /** Events in the queue; neither. */
  pending?: number;
}

export function isEmpty({ pairs, delays }: Sample): boolean {
  return pairs.length === 0 && delays.every((count) => count === 0);
}

export function addSample(into: Sample, sample: Sample): Sample {
  const pairs = new Map(into.pairs.map((pair) => [keyOf(pair), pair]));
  for (const pair of sample.pairs) {
    const known = pairs.get(keyOf(pair));
    pairs.set(keyOf(pair), known === undefined ? pair : sumOf(known, pair));
  }
  const { published = into.published, pending = into.pending } = sample;
  return {
    pairs: [...pairs.values()],
    delays: Array.from(
      { length: Math.max(into.delays.length, sample.delays.length) },
      (_, at) => (into.delays[at] ?? 0) + (sample.delays[at] ?? 0),
    ),
    ...(published === undefined ? undefined : { published }),
    ...(pending === undefined ? undefined : { pending }),
  };
}

const keyOf = ([source, contract]: PairCounts): string => `${contract}\n${source}`;

function sumOf([source, contract, ...a]: PairCounts, [, , ...b]: PairCounts): PairCounts {
  return [source, contract, ...outcomes.map((_, at) => (a[at] ?? 0) + (b[at] ?? 0))];
}
