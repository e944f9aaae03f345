import { mayHoldId } from './id-values.ts';

/** The letters of one group, counted as they come and go, so that asking needs no look at each. */
export interface GroupTally {
  /** Returns false when the letter was known. */
  add(id: string, receivedAt: number, ids: string): boolean;
  /** Returns false when there was no such letter. */
  remove(id: string): boolean;
  readonly size: number;
  /** How many were received in this time: milliseconds, both included. */
  within(from: number, to: number): number;
  span(): GroupSpan;
  /** Letters by the hour of their reception: the last 24 hours, oldest first, the last one is the hour of `now`. */
  trend(now: number): number[];
  /** Id → time of reception in milliseconds. */
  letters(): ReadonlyMap<string, number>;
  /** Those that may hold a value of this hash. */
  withId(hash: string): Iterable<[id: string, receivedAt: number]>;
}

/** Times in milliseconds since 1970. */
export interface GroupSpan {
  first: number;
  last: number;
  /** Id of the last one. */
  newest: string;
}

const hourMs = 3_600_000;
const trendHours = 24;

export function groupTally(): GroupTally {
  const ids = new Map<string, number>();
  const hashes = new Map<string, string>();
  const perHour = new Map<number, number>();
  let span: GroupSpan | undefined;

  function count(receivedAt: number, by: 1 | -1): void {
    const hour = Math.floor(receivedAt / hourMs);
    const now = (perHour.get(hour) ?? 0) + by;
    if (now === 0) perHour.delete(hour);
    else perHour.set(hour, now);
  }

  return {
    add(id, receivedAt, found) {
      const known = ids.get(id);
      if (known !== undefined) count(known, -1);
      ids.set(id, receivedAt);
      if (found !== '') hashes.set(id, found);
      count(receivedAt, 1);
      if (known !== undefined && known !== receivedAt) span = undefined;
      else if (span !== undefined) span = widened(span, id, receivedAt);
      return known === undefined;
    },
    remove(id) {
      const receivedAt = ids.get(id);
      if (receivedAt === undefined) return false;
      ids.delete(id);
      hashes.delete(id);
      count(receivedAt, -1);
      // Only who was at an end makes the ends unknown.
      if (span !== undefined && (id === span.newest || receivedAt <= span.first || receivedAt >= span.last))
        span = undefined;
      return true;
    },
    get size() {
      return ids.size;
    },
    within(from, to) {
      if (from === -Infinity && to === Infinity) return ids.size;
      let count = 0;
      for (const receivedAt of ids.values()) if (receivedAt >= from && receivedAt <= to) count++;
      return count;
    },
    span() {
      span ??= [...ids].reduce((so, [id, receivedAt]) => widened(so, id, receivedAt), nothing);
      return span;
    },
    trend(now) {
      const hour = Math.floor(now / hourMs);
      return Array.from({ length: trendHours }, (_, at) => perHour.get(hour - trendHours + 1 + at) ?? 0);
    },
    letters: () => ids,
    *withId(hash) {
      for (const [id, found] of hashes) if (mayHoldId(found, hash)) yield [id, ids.get(id)!];
    },
  };
}

const nothing: GroupSpan = { first: Infinity, last: -Infinity, newest: '' };

function widened(span: GroupSpan, id: string, receivedAt: number): GroupSpan {
  return {
    first: Math.min(span.first, receivedAt),
    ...(receivedAt >= span.last
      ? { last: receivedAt, newest: id }
      : { last: span.last, newest: span.newest }),
  };
}
