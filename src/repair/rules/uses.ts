import { setTimeout as sleep } from 'node:timers/promises';
import type { StateStore } from '../../engine/engine.ts';
import { type Leases, createLeases } from '../../engine/lease.ts';

/** What is stored of a rule's use, at `rule-uses/<id>`. */
export type RuleUses = { hits: number; failures: number; last_used_at?: string };

export const usesPrefix = 'rule-uses/';

/** A rule is demoted at this many recent failures… */
const failuresToDemote = 5;
/** …when they are more than this share of its recent uses. */
const shareToDemote = 0.2;
/** Uses after which the older half of the memory fades, so that an old rule that breaks today is noticed today. */
const recentUses = 200;

/** Adding takes milliseconds; a worker that dies in the midst of it keeps the others from it for so long. */
const leaseMs = 5000;
const leasePauseMs = 50;

interface Counter {
  /** Not yet in the state. */
  pending: { hits: number; failures: number; lastUsedAt: number };
  recent: { hits: number; failures: number };
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
  #flushing: Promise<void> = Promise.resolve();

  /** `leases`: so that of several workers one adds at a time; by default there are no others. */
  constructor(
    state: StateStore,
    onFlushFailure: (error: unknown) => void,
    leases: Leases = createLeases({ ordered: true, state }),
  ) {
    this.#state = state;
    this.#leases = leases;
    this.#onFlushFailure = onFlushFailure;
  }

  /** Returns true when the rule fails so often that it should be demoted. */
  count(id: string, repaired: boolean, at: number): boolean {
    const counter = this.#counter(id);
    const { pending, recent } = counter;
    pending.lastUsedAt = at;
    if (repaired) {
      pending.hits++;
      recent.hits++;
    } else {
      pending.failures++;
      recent.failures++;
    }
    const total = recent.hits + recent.failures;
    const failing = recent.failures >= failuresToDemote && recent.failures > shareToDemote * total;
    if (total >= recentUses) counter.recent = { hits: recent.hits / 2, failures: recent.failures / 2 };
    this.#dirty.add(id);
    this.#timer ??= setTimeout(() => void this.flush().catch(this.#onFlushFailure), 1000).unref();
    return !repaired && failing;
  }

  /** Begins the judgement of a rule anew; its counts stay. */
  forgive(id: string): void {
    const counter = this.#counters.get(id);
    if (counter !== undefined) counter.recent = { hits: 0, failures: 0 };
  }

  /** Resolves when all counts so far are in the state. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#flushing = this.#flushing.then(
      () => this.#write(),
      () => this.#write(),
    );
    return this.#flushing;
  }

  #counter(id: string): Counter {
    let counter = this.#counters.get(id);
    if (counter === undefined) {
      counter = { pending: { hits: 0, failures: 0, lastUsedAt: 0 }, recent: { hits: 0, failures: 0 } };
      this.#counters.set(id, counter);
    }
    return counter;
  }

  async #write(): Promise<void> {
    if (this.#dirty.size === 0) return;
    const deadline = Date.now() + leaseMs;
    let lease = await this.#leases.take('rule-uses', leaseMs);
    while (lease === undefined && Date.now() < deadline) {
      await sleep(leasePauseMs);
      lease = await this.#leases.take('rule-uses', leaseMs);
    }
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

const keepUsesMs = 90 * 86_400_000;
