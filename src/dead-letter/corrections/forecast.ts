import type { DeadLetter } from '../../model/dead-letter.ts';
import { parseExact } from '../../model/exact-json.ts';
import type { Json } from '../../model/json.ts';
import type { Correction } from './correct.ts';

/** What a correction would come to. */
export interface Forecast {
  /** Letters that the figures below are of: the first ones, of very many. */
  tried: number;
  would_load: number;
  would_fail: number;
  /** Why letters would be left alone, the most frequent reason first, each with the first such letter. */
  failures: { reason: string; count: number; id: string }[];
  /** Some that would be sent back. */
  samples: { id: string; before: Json; after: Json }[];
}

const mostSamples = 5;
const mostReasons = 10;
/** Reasons may name what differs from letter to letter. */
const mostDifferent = 1000;

/** Of very many letters the first ones are tried, so that the answer comes at once. */
const mostTried = 5_000;
const triedForMs = 5_000;

export class ForecastTally {
  readonly #until = Date.now() + triedForMs;
  readonly #reasons = new Map<string, { count: number; id: string }>();
  readonly #samples: Forecast['samples'] = [];
  #tried = 0;
  #wouldLoad = 0;

  /** Enough were tried. */
  get isFull(): boolean {
    return this.#tried >= mostTried || Date.now() > this.#until;
  }

  add({ id, raw }: DeadLetter, correction: Correction): void {
    this.#tried++;
    if (correction.kind === 'refused') return this.#refused(id, correction.reason);
    this.#wouldLoad++;
    if (this.#samples.length < mostSamples)
      this.#samples.push({ id, before: parseExact(raw), after: parseExact(correction.edited) });
  }

  leaveAlone(id: string, reason: string): void {
    this.#tried++;
    this.#refused(id, reason);
  }

  result(): Forecast {
    const failures = [...this.#reasons]
      .toSorted(([, a], [, b]) => b.count - a.count)
      .slice(0, mostReasons)
      .map(([reason, { count, id }]) => ({ reason, count, id }));
    return {
      tried: this.#tried,
      would_load: this.#wouldLoad,
      would_fail: this.#tried - this.#wouldLoad,
      failures,
      samples: this.#samples,
    };
  }

  #refused(id: string, reason: string): void {
    const known = this.#reasons.get(reason);
    if (known !== undefined) known.count++;
    else if (this.#reasons.size < mostDifferent) this.#reasons.set(reason, { count: 1, id });
  }
}
