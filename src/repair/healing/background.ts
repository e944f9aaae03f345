import type { StateStore } from '../../engine/engine.ts';
import type { Leases } from '../../engine/lease.ts';
import { SentinelError, messageOf } from '../../model/errors.ts';
import { outageLog } from './outage-log.ts';
import type { Logger } from '../../support/log.ts';
import type { Failure, Healer } from './healer.ts';
import type { HealingConfig } from './config.ts';
import { Inquiry, remember } from './inquiry.ts';
import type { RuleStore } from '../rules/store.ts';

/** Where an error signature stands with the model. */
export type BackgroundState =
  /** A call is on its way, or will be: look again after so many milliseconds. */
  | { kind: 'wait'; deferMs: number }
  /** The model could not be asked, and the event has waited as long as it may. */
  | { kind: 'given_up'; reason: string }
  /** Something else broke while the plan was tried or stored. */
  | { kind: 'broken'; error: unknown };

/** Calls at the same time. Signatures beyond wait for their turn in the queue. */
const maxCalls = 4;
/** Longest pause before a waiting event is looked at again. */
const longestWaitMs = 2_000;
/** How long a failed call speaks for its signature; longer than any event's pause, so that all of them hear of it. */
const freshMs = 15_000;
/** A worker that dies while it asks holds a signature up for so long. */
const leaseMs = 15_000;
/** How long an answer may take to reach the other workers, as a rule or a refusal. */
const settleMs = 3_000;
/** Between looks at whether another worker still asks. */
const askElsewhereMs = 500;

interface Outage {
  since: number;
  lastAt: number;
  reason: string;
}

interface Deps {
  healer: Healer;
  rules: Pick<RuleStore, 'learn'>;
  state: StateStore;
  config: HealingConfig;
  /** So that of several workers one asks about a signature. */
  leases: Leases;
  log: Logger;
  now: () => number;
}

export class BackgroundHealing {
  readonly #deps: Deps;
  readonly #inquiry: Inquiry;
  readonly #stopping = new AbortController();
  readonly #calls = new Map<string, { startedAt: number; done: Promise<void> }>();
  readonly #outages = new Map<string, Outage>();
  readonly #faults = new Map<string, unknown>();
  readonly #healed = new Map<string, string>();
  /** Signatures that another worker asks about: when that was seen, and since when. */
  readonly #elsewhere = new Map<string, { since: number; seenAt: number }>();
  readonly #outageLines: ReturnType<typeof outageLog>;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#inquiry = new Inquiry(deps);
    this.#outageLines = outageLog(deps.log, deps.now);
  }

  /** True while a call about the signature is running: its events need no second look until then. */
  isAsking(signature: string): boolean {
    return this.#calls.has(signature);
  }

  /** Milliseconds until an event of a signature that is being asked about should be looked at again. */
  waitFor(signature: string): number {
    const now = this.#deps.now();
    const startedAt =
      this.#calls.get(signature)?.startedAt ??
      this.#elsewhere.get(signature)?.since ??
      this.#outages.get(signature)?.since ??
      now;
    return Math.round(Math.min(longestWaitMs, Math.max(100, (now - startedAt) / 2)));
  }

  /**
   * Sees to it that the model is asked about this failure, once for all events of its signature. The answer comes as
   * a rule in the store, or as a refusal in the state; until one is there the event waits.
   */
  ask(failure: Failure, requestId: string): BackgroundState {
    const { signature } = failure;
    const { now, config } = this.#deps;
    if (this.#faults.has(signature)) {
      const error = this.#faults.get(signature);
      this.#faults.delete(signature);
      return { kind: 'broken', error };
    }
    const outage = this.#outages.get(signature);
    if (outage !== undefined && now() - outage.lastAt < freshMs) {
      const waited = now() - outage.since;
      if (config.onLlmUnavailable === 'dead_letter' || waited >= config.maxWaitMinutes * 60_000)
        return { kind: 'given_up', reason: outage.reason };
      if (now() - outage.lastAt < longestWaitMs) return { kind: 'wait', deferMs: longestWaitMs };
    }
    const other = this.#elsewhere.get(signature);
    if (other !== undefined && now() - other.seenAt < askElsewhereMs)
      return { kind: 'wait', deferMs: this.waitFor(signature) };
    const calls = this.#calls;
    if (!calls.has(signature) && calls.size < maxCalls && !this.#stopping.signal.aborted)
      calls.set(signature, { startedAt: now(), done: this.#call(failure, requestId) });
    return { kind: 'wait', deferMs: this.waitFor(signature) };
  }

  /** The healer that was shown this event, when its plan has repaired it. */
  healedBy(requestId: string): string | undefined {
    return this.#healed.get(requestId);
  }

  /** Forgets an event that is settled. */
  settled(requestId: string): void {
    this.#healed.delete(requestId);
  }

  /** Signatures that the model is being asked about, and those that wait because it cannot be. */
  counts(): { asking: number; waiting: number } {
    const now = this.#deps.now();
    const waiting = [...this.#outages].filter(
      ([signature, { lastAt }]) => !this.#calls.has(signature) && now - lastAt < freshMs,
    );
    return { asking: this.#calls.size, waiting: waiting.length };
  }

  /** Cancels what runs and waits for its end. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.#calls.values()].map(({ done }) => done));
  }

  async #call(failure: Failure, requestId: string): Promise<void> {
    const { signature, source } = failure;
    try {
      await this.#askAlone(failure, requestId);
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      if (!isOutage(error)) {
        remember(this.#faults, signature, error);
        return;
      }
      const at = this.#deps.now();
      const since = this.#outages.get(signature)?.since ?? at;
      remember(this.#outages, signature, { since, lastAt: at, reason: messageOf(error) });
      this.#outageLines.failed(error, { source, contract: failure.contract.name, signature });
    } finally {
      this.#calls.delete(signature);
    }
  }

  /** Alone in the cluster; others are asked again when its answer has reached them. */
  async #askAlone(failure: Failure, requestId: string): Promise<void> {
    const { signature } = failure;
    const { leases, now } = this.#deps;
    const lease = await leases.take(`llm/${signature}`, leaseMs);
    if (lease === undefined) {
      const since = this.#elsewhere.get(signature)?.since ?? now();
      return remember(this.#elsewhere, signature, { since, seenAt: now() });
    }
    this.#elsewhere.delete(signature);
    const renewing = setInterval(() => void lease.renew().catch(() => undefined), leaseMs / 3).unref();
    try {
      const healer = await this.#inquiry.ask(failure, this.#stopping.signal, () => {
        this.#outages.delete(signature);
        this.#outageLines.over();
      });
      if (healer !== undefined) this.#healed.set(requestId, healer);
    } finally {
      clearInterval(renewing);
      await lease.release(settleMs).catch(() => undefined); // it ends by itself
    }
  }
}

function isOutage(error: unknown): error is SentinelError {
  return (
    error instanceof SentinelError &&
    (error.code === 'llm_unavailable' || error.code === 'llm_budget_exhausted')
  );
}
