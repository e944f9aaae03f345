import { LetterColumns, type LetterFacts } from './letter-columns.ts';

/** The letters of one group, counted as they come and go, so that asking needs no look at each. */
export interface GroupTally {
  /** Returns false when the letter was known. */
  add(id: string, facts: LetterFacts): boolean;
  /** Returns false when there was no such letter. */
  remove(id: string): boolean;
  readonly size: number;
  /** How many were received in this time: milliseconds, both included. */
  within(from: number, to: number): number;
  span(): GroupSpan;
  /** Letters by the hour of their reception: the last 24 hours, oldest first, the last one is the hour of `now`. */
  trend(now: number): number[];
  /** To be read only. */
  readonly letters: LetterColumns;
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
  const letters = new LetterColumns();
  const perHour = new Map<number, number>();
  let span: GroupSpan | undefined;

  function count(receivedAt: number, by: 1 | -1): void {
    const hour = Math.floor(receivedAt / hourMs);
    const now = (perHour.get(hour) ?? 0) + by;
    if (now === 0) perHour.delete(hour);
    else perHour.set(hour, now);
  }

  return {
    add(id, facts) {
      const { receivedAt } = facts;
      const slot = letters.find(id);
      count(receivedAt, 1);
      if (slot === -1) letters.add(id, facts);
      else {
        const known = letters.receivedAt(slot);
        count(known, -1);
        letters.set(slot, facts);
        if (known !== receivedAt) span = undefined;
      }
      if (span !== undefined) span = widened(span, id, receivedAt);
      return slot === -1;
    },
    remove(id) {
      const slot = letters.find(id);
      if (slot === -1) return false;
      const receivedAt = letters.receivedAt(slot);
      letters.remove(slot);
      count(receivedAt, -1);
      // Only who was at an end makes the ends unknown.
      if (span !== undefined && (id === span.newest || receivedAt <= span.first || receivedAt >= span.last))
        span = undefined;
      return true;
    },
    get size() {
      return letters.size;
    },
    within(from, to) {
      if (from === -Infinity && to === Infinity) return letters.size;
      let found = 0;
      for (let slot = 0; slot < letters.size; slot++) {
        const at = letters.receivedAt(slot);
        if (at >= from && at <= to) found++;
      }
      return found;
    },
    span() {
      span ??= spanOf(letters);
      return span;
    },
    trend(now) {
      const hour = Math.floor(now / hourMs);
      return Array.from({ length: trendHours }, (_, at) => perHour.get(hour - trendHours + 1 + at) ?? 0);
    },
    letters,
  };
}

function spanOf(letters: LetterColumns): GroupSpan {
  let [first, last, newest] = [Infinity, -Infinity, -1];
  for (let slot = 0; slot < letters.size; slot++) {
    const at = letters.receivedAt(slot);
    if (at < first) first = at;
    if (at >= last) [last, newest] = [at, slot];
  }
  return { first, last, newest: newest === -1 ? '' : letters.id(newest) };
}

function widened(span: GroupSpan, id: string, receivedAt: number): GroupSpan {
  return {
    first: Math.min(span.first, receivedAt),
    ...(receivedAt >= span.last
      ? { last: receivedAt, newest: id }
      : { last: span.last, newest: span.newest }),
  };
}
