import type { StateStore } from '../../engine/engine.ts';
import { type Leases, freeLeases } from '../../engine/lease.ts';
import { Mutex } from '../../support/mutex.ts';

/** What is stored of a rule's use, at `rule-uses/<id>`. */
export type RuleUses = { hits: number; failures: number; last_used_at?: string };

export const usesPrefix = 'rule-uses/';

/** A rule is demoted when so many of its recent events were repaired by another plan… */
const blamesToDemote = 5;
/** …which are more than this share of its recent uses. */
const shareToDemote = 0.2;
/** Uses after which the older half of the memory fades, so that an old rule that breaks today is noticed today. */
const recentUses = 200;

/** Adding takes milliseconds; a worker that dies in the midst of it keeps the others from it for so long. */
const leaseMs = 5000;
const leasePauseMs = 50;

interface Counter {
  /** Not yet in the state. */
  pending: { hits: number; failures: number; lastUsedAt: number };
  recent: { hits: number; blames: number };
}

/**
 * Counts each use of a rule in memory, because it happens on the hot path, and adds the counts to the state at
 * most once a second. A crash loses at most that second's counts; a batch that is delivered twice counts twice.
 */
export class RuleUseCounter {
  readonly #state: StateStore;
  readonly #leases: Leases;
  readonly #onFlushFailure: (error: unknown) => void;
  readonly #counters = new Map<string, Counter>();
  readonly #dirty = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  readonly #flushing = new Mutex();

  /** `leases`: so that of several workers one adds at a time; by default there are no others. */
  constructor(state: StateStore, onFlushFailure: (error: unknown) => void, leases: Leases = freeLeases) {
    this.#state = state;
    this.#leases = leases;
    this.#onFlushFailure = onFlushFailure;
  }

  count(id: string, repaired: boolean, at: number): void {
    const { pending, recent } = this.#counter(id);
    pending.lastUsedAt = at;
    if (repaired) {
      pending.hits++;
      recent.hits++;
      fade(recent);
    } else pending.failures++;
    this.#dirty.add(id);
    this.#timer ??= setTimeout(() => void this.flush().catch(this.#onFlushFailure), 1000).unref();
  }

  /** Another plan repaired what the rule should have. True when that happens so often that it should be demoted. */
  blame(id: string): boolean {
    const { recent } = this.#counter(id);
    recent.blames++;
    const isFailing =
      recent.blames >= blamesToDemote && recent.blames > shareToDemote * (recent.hits + recent.blames);
    fade(recent);
    return isFailing;
  }

  /** Begins the judgement of a rule anew; its counts stay. */
  forgive(id: string): void {
    const counter = this.#counters.get(id);
    if (counter !== undefined) counter.recent = { hits: 0, blames: 0 };
  }

  /** Resolves when all counts so far are in the state. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return this.#flushing.run(() => this.#write());
  }

  #counter(id: string): Counter {
    let counter = this.#counters.get(id);
    if (counter === undefined) {
      counter = { pending: { hits: 0, failures: 0, lastUsedAt: 0 }, recent: { hits: 0, blames: 0 } };
      this.#counters.set(id, counter);
    }
    return counter;
  }

  async #write(): Promise<void> {
    if (this.#dirty.size === 0) return;
    const signal = AbortSignal.timeout(leaseMs);
    const lease = await this.#leases.waitFor('rule-uses', leaseMs, { everyMs: leasePauseMs, signal });
    try {
      await this.#add();
    } finally {
      await lease?.release();
    }
  }

  async #add(): Promise<void> {
    for (const id of Array.from(this.#dirty)) {
      const { pending } = this.#counter(id);
      const { hits, failures, lastUsedAt } = pending;
      const stored = await this.#state.get<RuleUses>(usesPrefix + id);
      const uses: RuleUses = {
        hits: (stored?.hits ?? 0) + hits,
        failures: (stored?.failures ?? 0) + failures,
        last_used_at: new Date(lastUsedAt).toISOString(),
      };
      await this.#state.put(usesPrefix + id, uses, { ttlMs: keepUsesMs });
      pending.hits -= hits;
      pending.failures -= failures;
      if (pending.hits === 0 && pending.failures === 0) this.#dirty.delete(id);
    }
  }
}

function fade(recent: Counter['recent']): void {
  if (recent.hits + recent.blames < recentUses) return;
  recent.hits /= 2;
  recent.blames /= 2;
}

const keepUsesMs = 90 * 86_400_000;
