import type { StateStore } from '../../engine/engine.ts';
import type { Leases } from '../../engine/lease.ts';
import { SentinelError, messageOf } from '../../model/errors.ts';
import { outageLog } from './outage-log.ts';
import type { Logger } from '../../support/log.ts';
import { type Failure, type Healer, approvalFor } from './healer.ts';
import type { HealingConfig } from './config.ts';
import { type Refusal, readRefusal, writeRefusal } from './refusals.ts';
import type { RuleStore } from '../rules/store.ts';
import { tryPlan } from '../plans/trial.ts';

/** Where an error signature stands with the model. */
export type BackgroundState =
  /** A call is on its way, or will be: look again after so many milliseconds. */
  | { kind: 'wait'; deferMs: number }
  /** The model could not be asked, and the event has waited as long as it may. */
  | { kind: 'given_up'; reason: string }
  /** Something else broke while the plan was tried or stored. */
  | { kind: 'broken'; error: unknown };

export interface BackgroundHealing {
  /** True while a call about the signature is running: its events need no second look until then. */
  isAsking(signature: string): boolean;
  /** Milliseconds until an event of a signature that is being asked about should be looked at again. */
  waitFor(signature: string): number;
  /**
   * Sees to it that the model is asked about this failure, once for all events of its signature. The answer comes as
   * a rule in the store, or as a refusal in the state; until one is there the event waits.
   */
  ask(failure: Failure, requestId: string): BackgroundState;
  /** The healer that was shown this event, when its plan has repaired it. */
  healedBy(requestId: string): string | undefined;
  /** Forgets an event that is settled. */
  settled(requestId: string): void;
  /** Signatures that the model is being asked about, and those that wait because it can not be. */
  counts(): { asking: number; waiting: number };
  /** Cancels what runs and waits for its end. */
  stop(): Promise<void>;
}

/** Calls at the same time. Signatures beyond wait for their turn in the queue. */
const maxCalls = 4;
/** Longest pause before a waiting event is looked at again. */
const longestWaitMs = 2_000;
/** How long a failed call speaks for its signature; longer than any event's pause, so that all of them hear of it. */
const freshMs = 15_000;
/** A refusal is kept at least so long, however short the negative cache: the events that wait must hear of it. */
const shortestRefusalMs = 60_000;
/** Signatures whose outages or plans are remembered; the oldest are forgotten. */
const maxRemembered = 10_000;
/**
 * Plans for one signature. Its events may differ in types, or in digits within a name, and so need a rule each; but
 * where every event brings a new name, a rule for each would cost a call for each.
 */
const maxPlans = 3;

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

export function startBackgroundHealing(deps: {
  healer: Healer;
  rules: Pick<RuleStore, 'learn'>;
  state: StateStore;
  config: HealingConfig;
  /** So that of several workers one asks about a signature. */
  leases: Leases;
  log: Logger;
  now: () => number;
}): BackgroundHealing {
  const { healer, rules, state, config, leases, log, now } = deps;
  const stopping = new AbortController();
  const calls = new Map<string, { startedAt: number; done: Promise<void> }>();
  const outages = new Map<string, Outage>();
  const faults = new Map<string, unknown>();
  const plans = new Map<string, number>();
  const healed = new Map<string, string>();
  /** Signatures that another worker asks about: when that was seen, and since when. */
  const elsewhere = new Map<string, { since: number; seenAt: number }>();
  const outageLines = outageLog(log, now);

  const refuse = (signature: string, code: string, reason: string): Promise<void> => {
    const refusal: Refusal = { code, reason, at: new Date(now()).toISOString() };
    const ttlMs = Math.max(shortestRefusalMs, config.negativeCacheMinutes * 60_000);
    return writeRefusal(state, signature, refusal, ttlMs);
  };

  /** Alone in the cluster; others are asked again when its answer has reached them. */
  async function healAlone(failure: Failure, requestId: string): Promise<void> {
    const { signature } = failure;
    const lease = await leases.take(`llm/${signature}`, leaseMs);
    if (lease === undefined) {
      const since = elsewhere.get(signature)?.since ?? now();
      return remember(elsewhere, signature, { since, seenAt: now() });
    }
    elsewhere.delete(signature);
    const renewing = setInterval(() => void lease.renew().catch(() => undefined), leaseMs / 3).unref();
    try {
      await heal(failure, requestId);
    } finally {
      clearInterval(renewing);
      await lease.release(settleMs).catch(() => undefined); // it ends by itself
    }
  }

  async function heal(failure: Failure, requestId: string): Promise<void> {
    const { signature } = failure;
    // The event may have been on its way here when the last call about its signature ended.
    if ((await readRefusal(state, signature)) !== undefined) return;
    const planned = plans.get(signature) ?? 0;
    if (planned >= maxPlans) {
      plans.delete(signature);
      return refuse(
        signature,
        'no_repair_found',
        `${planned} rules were learned for such events, and none is for this one`,
      );
    }
    const proposal = await healer.propose(failure, stopping.signal);
    outages.delete(signature);
    outageLines.over();
    if (proposal.kind === 'refused') return refuse(signature, 'refused_by_llm', proposal.reason);

    const { plan, evidence, model, confidence } = proposal;
    const { targetFields } = config;
    const approval = approvalFor(confidence, config.approval);
    const trial = tryPlan(failure, plan, { targetFields });
    if (!trial.ok)
      return refuse(signature, 'refused_by_llm', `its plan does not work: ${trial.error.reason}`);
    const learned = await rules.learn({ failure, plan, origin: 'llm', evidence, approval, model });
    switch (learned.kind) {
      case 'learned':
      case 'known':
        healed.set(requestId, proposal.healer ?? healer.name);
        remember(plans, signature, planned + 1);
        await proposal.becameRule?.(learned.rule.id);
        return;
      case 'disabled':
        return refuse(signature, 'rule_disabled', `rule ${learned.rule.id} would repair it, but is disabled`);
      case 'turned_down':
        return refuse(signature, 'repair_turned_down', 'a person turned its repair down');
      case 'conflicting':
        return refuse(signature, 'ambiguous_rules', `its repair contradicts rule ${learned.rule.id}`);
      case 'contradicted':
        return refuse(signature, 'repair_contradicted', `its repair can't be right: ${learned.reason}`);
      case 'unproven':
        return refuse(signature, 'no_repair_found', `its plan works, but ${learned.reason}`);
      case 'full':
        return refuse(signature, 'no_repair_found', 'there are too many rules to learn another; delete some');
    }
  }

  async function call(failure: Failure, requestId: string): Promise<void> {
    const { signature, source } = failure;
    try {
      await healAlone(failure, requestId);
    } catch (error) {
      if (stopping.signal.aborted) return;
      if (!isOutage(error)) {
        remember(faults, signature, error);
        return;
      }
      const at = now();
      const since = outages.get(signature)?.since ?? at;
      remember(outages, signature, { since, lastAt: at, reason: messageOf(error) });
      outageLines.failed(error, { source, contract: failure.contract.name, signature });
    } finally {
      calls.delete(signature);
    }
  }

  function waitFor(signature: string): number {
    const startedAt =
      calls.get(signature)?.startedAt ??
      elsewhere.get(signature)?.since ??
      outages.get(signature)?.since ??
      now();
    return Math.round(Math.min(longestWaitMs, Math.max(100, (now() - startedAt) / 2)));
  }

  return {
    isAsking: (signature) => calls.has(signature),
    waitFor,
    ask(failure, requestId) {
      const { signature } = failure;
      if (faults.has(signature)) {
        const error = faults.get(signature);
        faults.delete(signature);
        return { kind: 'broken', error };
      }
      const outage = outages.get(signature);
      if (outage !== undefined && now() - outage.lastAt < freshMs) {
        const waited = now() - outage.since;
        if (config.onLlmUnavailable === 'dead_letter' || waited >= config.maxWaitMinutes * 60_000)
          return { kind: 'given_up', reason: outage.reason };
        if (now() - outage.lastAt < longestWaitMs) return { kind: 'wait', deferMs: longestWaitMs };
      }
      const other = elsewhere.get(signature);
      if (other !== undefined && now() - other.seenAt < askElsewhereMs)
        return { kind: 'wait', deferMs: waitFor(signature) };
      if (!calls.has(signature) && calls.size < maxCalls && !stopping.signal.aborted)
        calls.set(signature, { startedAt: now(), done: call(failure, requestId) });
      return { kind: 'wait', deferMs: waitFor(signature) };
    },
    healedBy: (requestId) => healed.get(requestId),
    settled: (requestId) => void healed.delete(requestId),
    counts: () => ({
      asking: calls.size,
      waiting: [...outages].filter(
        ([signature, { lastAt }]) => !calls.has(signature) && now() - lastAt < freshMs,
      ).length,
    }),
    async stop() {
      stopping.abort();
      await Promise.all([...calls.values()].map(({ done }) => done));
    },
  };
}

function isOutage(error: unknown): error is SentinelError {
  return (
    error instanceof SentinelError &&
    (error.code === 'llm_unavailable' || error.code === 'llm_budget_exhausted')
  );
}

function remember<T>(memory: Map<string, T>, signature: string, what: T): void {
  memory.set(signature, what);
  const oldest = memory.size > maxRemembered ? memory.keys().next().value : undefined;
  if (oldest !== undefined) memory.delete(oldest);
}
