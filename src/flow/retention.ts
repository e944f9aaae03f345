import { ageOutLetters } from '../dead-letter/age-out.ts';
import type { Config } from '../config/load.ts';
import type { EngineState } from '../engine/engine.ts';
import type { Lease, Leases } from '../engine/lease.ts';
import type { KeptOriginals } from '../load/kept-originals.ts';
import { isRetryable } from '../model/errors.ts';
import type { Logger } from '../support/log.ts';
import { pause } from '../support/retry.ts';

interface Place {
  /** Of the destination. */
  name: string;
  /** Undefined while it is out of reach. */
  originals: KeptOriginals | undefined;
}

export interface RetentionParts {
  state: EngineState;
  leases: Leases;
  places: () => readonly Place[];
  days: Pick<Config['retention'], 'deadLettersDays' | 'originalsDays'>;
  log: Logger;
  now?: () => number;
  /** Until the first run, and between two. */
  startMs?: number;
  everyMs?: number;
}

const dayMs = 86_400_000;
const leaseMs = 60_000;
const originalsAtOnce = 500;
/** After a batch, others have the store for so many times as long as it took. */
const restFactor = 2;
const shortestRestMs = 20;

/**
 * Deletes settled dead letters, and originals in the destinations, when their time is up. In small batches with pauses between
 * them; the next run continues what a stop has interrupted. In a cluster one worker does it.
 */
export class Retention {
  readonly #parts: RetentionParts;
  readonly #now: () => number;
  readonly #closing = new AbortController();
  /** By destination: how many more runs give space back. */
  readonly #unreclaimed = new Map<string, number>();
  readonly #running: Promise<void>;

  constructor(parts: RetentionParts) {
    this.#parts = parts;
    this.#now = parts.now ?? Date.now;
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { leases, startMs = 60_000, everyMs = 3_600_000 } = this.#parts;
    const { signal } = this.#closing;
    for (let waitMs = startMs; await pause(waitMs, signal); waitMs = everyMs) {
      await this.#unlessAway(async () => {
        const lease = await leases.take('retention', leaseMs);
        if (lease === undefined) return;
        try {
          await this.#once(lease);
        } finally {
          await lease.release().catch(() => undefined);
        }
      });
    }
  }

  async #once(lease: Lease): Promise<void> {
    const began = performance.now();
    const letters = await this.#letters(lease);
    this.#say(
      { dead_letters: letters },
      began,
      `${letters} settled dead letters were deleted: they have aged out`,
    );
    for (const place of this.#parts.places())
      await this.#unlessAway(() => this.#inPlace(place, letters, lease));
  }

  async #inPlace(place: Place, letters: number, lease: Lease): Promise<void> {
    const began = performance.now();
    const originals = await this.#originals(place, lease);
    const destination = place.name;
    this.#say({ originals, destination }, began, `${originals} originals were emptied: they have aged out`);
    // The table of letters follows them by a moment, so the space of its rows comes back with the next run.
    if (letters + originals > 0) this.#unreclaimed.set(destination, 2);
    const left = this.#unreclaimed.get(destination) ?? 0;
    if (left === 0) return;
    await place.originals?.reclaim?.();
    this.#unreclaimed.set(destination, left - 1);
  }

  #say(
    counts: { dead_letters: number } | { originals: number; destination: string },
    began: number,
    text: string,
  ) {
    const [count] = Object.values(counts) as [number];
    if (count === 0) return;
    this.#parts.log.info(
      { status: 'aged_out', ...counts, duration_ms: Math.round(performance.now() - began) },
      text,
    );
  }

  async #unlessAway(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      // The loader reports a destination that is unavailable.
      this.#parts.log[isRetryable(error) ? 'debug' : 'warn'](
        { err: error, code: 'retention_waits' },
        'what has aged out cannot be deleted now; it is tried again',
      );
    }
  }

  async #letters(lease: Lease): Promise<number> {
    const { state, days } = this.#parts;
    const pages = ageOutLetters(state, this.#now() - days.deadLettersDays * dayMs);
    let deleted = 0;
    for (let page = await timed(pages.next()); !page.value.done; page = await timed(pages.next())) {
      deleted += page.value.value;
      if (page.value.value > 0 && !(await this.#rest(page.ms, lease))) break;
    }
    return deleted;
  }

  async #originals({ name, originals }: Place, lease: Lease): Promise<number> {
    const { state, days } = this.#parts;
    const key = `retention/originals/${name}`;
    if (originals === undefined) return 0;
    const before = this.#now() - days.originalsDays * dayMs;
    const from = Math.min(before, (await state.get<number>(key)) ?? 0);
    let emptied = 0;
    for (;;) {
      const batch = await timed(originals.forget({ from, before, limit: originalsAtOnce }));
      emptied += batch.value;
      if (batch.value === 0) break;
      if (!(await this.#rest(batch.ms, lease))) return emptied;
    }
    await state.put(key, before);
    return emptied;
  }

  /** False when this run has to end. */
  async #rest(tookMs: number, lease: Lease): Promise<boolean> {
    const ms = Math.max(shortestRestMs, tookMs * restFactor);
    return (await pause(ms, this.#closing.signal)) && (await lease.renew());
  }
}

async function timed<T>(work: Promise<T>): Promise<{ value: T; ms: number }> {
  const began = performance.now();
  const value = await work;
  return { value, ms: performance.now() - began };
}
