import { type Track, dayMinutes, minuteMs, track } from './ring.ts';
import { columnOf, outcomes, type PairCounts } from './sample.ts';

/** What came of the events of one source under one contract. */
export interface Pair {
  source: string;
  contract: string;
  counts: Track;
  /** Milliseconds since 1970; 0 when never. */
  lastSeenAt: number;
  /** When an event last broke its contract or needed a repair. */
  lastDriftAt: number;
}

export interface Pairs {
  add(counts: PairCounts, at: number, known: 'whole' | 'by the minute'): void;
  all(): Iterable<Pair>;
}

/** A pair takes 35 kB. */
const maxPairs = 256;

/** Sources are named by whoever sends: past a few hundred pairs, those that were not heard of for a day make room, and the rest is one. */
export function createPairs(): Pairs {
  const pairs = new Map<string, Pair>();

  function pairOf(source: string, contract: string, at: number): Pair {
    const key = `${contract}\n${source}`;
    const known = pairs.get(key);
    if (known !== undefined) return known;
    if (pairs.size >= maxPairs && source !== other && !forgetOne(at)) return pairOf(other, other, at);
    const pair = { source, contract, counts: track(outcomes.length), lastSeenAt: 0, lastDriftAt: 0 };
    pairs.set(key, pair);
    return pair;
  }

  function forgetOne(at: number): boolean {
    for (const [key, { lastSeenAt }] of pairs)
      if (lastSeenAt < at - dayMinutes * minuteMs) return pairs.delete(key);
    return false;
  }

  return {
    add([source, contract, ...counts], at, known) {
      const pair = pairOf(source, contract, at);
      const add = known === 'whole' ? pair.counts.add : pair.counts.addMinute;
      for (const [column, count] of counts.entries()) if (count > 0) add(at, column, count);
      pair.lastSeenAt = Math.max(pair.lastSeenAt, at);
      const drifted = (counts[columnOf.repaired] ?? 0) + (counts[columnOf.healing] ?? 0);
      if (drifted + (counts[columnOf.dead_letter] ?? 0) > 0)
        pair.lastDriftAt = Math.max(pair.lastDriftAt, at);
    },
    all: () => pairs.values(),
  };
}

const other = 'other';
