import { brokenBy } from '../../contracts/fence.ts';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Contract } from '../../contracts/contract.ts';
import type { Delivery, Engine, Unsettled } from '../../engine/engine.ts';
import { type Leases, freeLeases } from '../../engine/lease.ts';
import type { FailedEvent } from '../../model/event.ts';
import { type RecordSpan, stopwatch } from '../../observe/otel/span.ts';
import type { Logger } from '../../support/log.ts';
import { errorSignature, violationsKey } from '../../validate/signature.ts';
import { type Failure, type Healer, approvalFor, inTurn } from './healer.ts';
import { type PeerReader, type RefusalReader, oncePerSignature, peersAmong } from './batch.ts';
import type { HealingConfig } from './config.ts';
import { type Case, type Outcome, deadLetter, repaired, traceOutcome } from './outcome.ts';
import { HealingOutbox } from './outbox.ts';
import type { HealingStatus } from './status.ts';
import { startBackgroundHealing } from './background.ts';
import { readEvent } from './read-event.ts';
import { countRefusals, readRefusal } from './refusals.ts';
import { createWaitingNotes } from './waiting.ts';
import type { RuleStore } from '../rules/store.ts';
import type { StoredRule } from '../../model/rule.ts';
import { tryPlan } from '../plans/trial.ts';
import { validateWhole } from '../plans/whole.ts';

export interface HealingStage {
  /**
   * Settles a batch of `validation_error`. What is repaired or given up on is durable in its next topic when this
   * resolves; what waits for the model or for a person is returned as deferred.
   */
  handle(batch: readonly Delivery[]): Promise<Unsettled[]>;
  status(): Promise<HealingStatus>;
  /** Cancels the calls to the model. Events that waited for them stay in the queue. */
  stop(): Promise<void>;
}

/** Events after which other work of the thread gets its turn: trying plans takes time, and clean events go first. */
const eventsPerTurn = 16;

/**
 * Looks for a repair of each failed event: a rule that was learned since, the heuristics, the model. A plan that works
 * becomes a rule, so that the next such event never gets here. A recent refusal spares the call to the model, but not
 * the heuristics: they cost about a millisecond, and look at values, which the refused signature says nothing of.
 */
export function healingStage(deps: {
  engine: Pick<Engine, 'publish' | 'state'>;
  contracts: (name: string, version: string) => Contract | undefined;
  rules: RuleStore;
  /** Asked in this order; the LLM in the background and last. */
  healers: readonly Healer[];
  config: HealingConfig;
  /** Default: there are no other workers. */
  leases?: Leases;
  /** Undefined while traces are not exported. */
  recordSpan?: RecordSpan | undefined;
  log: Logger;
  /** Milliseconds since 1970. */
  now?: () => number;
}): HealingStage {
  const { engine, contracts, rules, config, log } = deps;
  const now = deps.now ?? Date.now;
  const inline = deps.healers.filter(({ mode }) => mode === 'inline');
  const backgroundHealer = inTurn(deps.healers.filter(({ mode }) => mode === 'background'));
  const background =
    backgroundHealer === undefined
      ? undefined
      : startBackgroundHealing({
          healer: backgroundHealer,
          rules,
          state: engine.state,
          config,
          leases: deps.leases ?? freeLeases,
          log,
          now,
        });
  const stopping = new AbortController();
  const waiting = createWaitingNotes({
    state: engine.state,
    onFailure: (err) => log.warn({ err }, 'what waits for a review could not be noted'),
    now,
  });

  async function settle(failed: FailedEvent, refusals: RefusalReader, peers: PeerReader): Promise<Outcome> {
    if (background?.isAsking(failed.signature))
      return { kind: 'wait', deferMs: background.waitFor(failed.signature) };
    const contract = contracts(failed.contract, failed.version);
    if (contract === undefined)
      return deadLetter(
        { failed, attempts: [] },
        'unknown_contract',
        `there is no contract ${failed.contract} ${failed.version} any more: add it again, then replay the event`,
      );

    const event = readEvent(failed, contract);
    const validation = validateWhole(contract, event);
    // The contract has changed since, and takes the event as it is.
    if (validation.ok)
      return repaired({ failed, attempts: [] }, { healer: 'rule', plan: { operations: [] }, event });

    const { violations } = validation;
    const current = { ...failed, violations, signature: signatureNow(failed, contract, event, violations) };
    const { source, signature } = current;
    const failure: Failure = { contract, source, event, violations, signature };
    const healing: Case = { failed: current, attempts: [] };
    const broken = brokenBy(violations);
    if (broken !== undefined) return deadLetter(healing, broken.code, 'no repair of the event can help');
    return (
      byKnownRule(failure, healing) ??
      (await byHeuristics({ ...failure, peers: peers(failed, contract) }, healing)) ??
      (await byRefusal(healing, refusals)) ??
      byModel(failure, healing)
    );
  }

  function byKnownRule(failure: Failure, healing: Case): Outcome | undefined {
    const { contract, source, violations, event, signature } = failure;
    const { name, version } = contract;
    const found = rules.find(name, version, source, violations, event);
    if (found.kind === 'ambiguous') {
      const ids = found.rules.map((rule) => rule.id).join(', ');
      return deadLetter(
        healing,
        'ambiguous_rules',
        `rules ${ids} repair it in different ways: disable all but one`,
      );
    }
    if (found.kind === 'rule') {
      const { id: rule_id, plan } = found.rule;
      const result = found.apply(event, violations);
      if (result.ok) {
        const healer = background?.healedBy(healing.failed.request_id) ?? 'rule';
        return repaired(healing, { healer, rule_id, plan, event: result.value.event });
      }
      // One that steps back for a field that was not there when it was learned has not failed.
      if (result.error.leaves === undefined) healing.failedRule = rule_id;
      healing.attempts.push({ healer: 'rule', at: isoNow(), reason: result.error.reason, rule_id, plan });
      return undefined;
    }
    const { candidates, disabled } = rules.inactive({ contract: name, version, source, violations, event });
    if (candidates[0] !== undefined) return awaitReview(candidates[0], failure, healing);
    const barred = disabled.find((rule) => rule.signature === signature);
    if (barred === undefined) return undefined;
    if (barred.disabled_by === 'person') return ruleDisabled(healing, barred);
    healing.demotedRule = barred;
    return undefined;
  }

  async function byHeuristics(failure: Failure, healing: Case): Promise<Outcome | undefined> {
    const { targetFields } = config;
    for (const healer of inline) {
      const attempt = { healer: healer.name, at: isoNow() };
      const proposal = await healer.propose(failure, stopping.signal);
      if (proposal.kind === 'refused') {
        healing.attempts.push({ ...attempt, reason: proposal.reason });
        continue;
      }
      const { plan, evidence, confidence } = proposal;
      const approval = approvalFor(confidence, config.approval);
      const trial = tryPlan(failure, plan, { targetFields });
      if (!trial.ok) {
        healing.attempts.push({ ...attempt, reason: trial.error.reason, plan });
        continue;
      }
      const learned = await rules.learn({ failure, plan, origin: 'heuristic', evidence, approval });
      if (learned.kind === 'disabled' && learned.rule.disabled_by === 'person')
        return ruleDisabled(healing, learned.rule);
      if (learned.kind === 'turned_down')
        return deadLetter(healing, 'repair_turned_down', 'a person turned its repair down');
      if (learned.kind === 'contradicted') {
        healing.contradicted = learned.reason;
        healing.attempts.push({ ...attempt, reason: learned.reason, plan });
        continue;
      }
      const repair = { healer: healer.name, plan, event: trial.value.event };
      if (learned.kind === 'learned' || learned.kind === 'known') {
        if (learned.rule.status === 'candidate') return awaitReview(learned.rule, failure, healing);
        if (healing.failedRule !== undefined) rules.outdone(healing.failedRule);
        return repaired(healing, { ...repair, rule_id: learned.rule.id });
      }
      if (learned.kind === 'unproven' && !learned.alike) {
        healing.attempts.push({ ...attempt, reason: learned.reason, plan });
        continue;
      }
      // No rule came of it, but of this event the plan is proven; only a person's word stands against that.
      if (approval === 'auto') return repaired(healing, repair);
      healing.attempts.push({
        ...attempt,
        reason: 'works, but could not be put up for review as a rule',
        plan,
      });
    }
    return undefined;
  }

  async function byRefusal(healing: Case, refusals: RefusalReader): Promise<Outcome | undefined> {
    const refusal = await refusals(healing.failed.signature);
    if (refusal === undefined) return undefined;
    const healer = refusal.code === 'refused_by_llm' ? 'llm' : 'rule';
    healing.attempts.push({ healer, at: refusal.at, reason: refusal.reason });
    return deadLetter(healing, refusal.code, refusal.reason);
  }

  function byModel(failure: Failure, healing: Case): Outcome {
    // The model is shown what the rule was made for: it would say the same, or contradict the rule.
    if (healing.failedRule !== undefined)
      return deadLetter(
        healing,
        'rule_failed',
        `rule ${healing.failedRule} is for such events but does not repair it`,
      );
    if (healing.demotedRule !== undefined) return ruleDisabled(healing, healing.demotedRule);
    if (background === undefined) {
      if (healing.contradicted !== undefined)
        return deadLetter(healing, 'repair_contradicted', healing.contradicted);
      const reason = healing.attempts.at(-1)?.reason ?? 'no healer is configured';
      return deadLetter(healing, 'no_repair_found', reason);
    }
    const asked = background.ask(failure, healing.failed.request_id);
    if (asked.kind !== 'given_up') return asked;
    healing.attempts.push({ healer: 'llm', at: isoNow(), reason: asked.reason });
    return deadLetter(
      healing,
      'llm_unavailable',
      `the model could not be asked: ${asked.reason}; replay it later`,
    );
  }

  /** A person may take days: the longer the rule has waited, the more rarely its events ask. */
  function awaitReview(rule: StoredRule, failure: Failure, { failed }: Case): Outcome {
    waiting.saw(rule, failure, failed.request_id);
    const age = now() - Date.parse(rule.created_at);
    return { kind: 'wait', deferMs: Math.round(Math.min(15_000, Math.max(500, age / 20))) };
  }

  const isoNow = (): string => new Date(now()).toISOString();

  return {
    async handle(batch) {
      const outbox = new HealingOutbox(engine, log);
      const unsettled: Unsettled[] = [];
      const refusals = oncePerSignature((signature) => readRefusal(engine.state, signature));
      const events = batch.map(({ body }) => JSON.parse(Buffer.from(body).toString()) as FailedEvent);
      const peers = peersAmong(events);
      for (const [index, failed] of events.entries()) {
        if (index % eventsPerTurn === eventsPerTurn - 1) await nextTurn();
        const measured = stopwatch();
        const outcome = await settle(failed, refusals, peers);
        traceOutcome(deps.recordSpan, outcome, measured);
        if (outcome.kind === 'wait') unsettled.push({ index, deferMs: outcome.deferMs });
        else if (outcome.kind === 'broken') unsettled.push({ index, error: outcome.error });
        else outbox.add(outcome);
      }
      await outbox.flush();
      for (const requestId of outbox.requestIds) background?.settled(requestId);
      return unsettled;
    },
    async status() {
      const llmStatus = deps.healers.find(({ status }) => status !== undefined)?.status?.();
      const { asking = 0, waiting = 0 } = background?.counts() ?? {};
      return {
        healers: ['rule', ...deps.healers.map(({ name }) => name)],
        approval: config.approval,
        ...(llmStatus && { llm: { ...llmStatus, calls_in_flight: asking, waiting } }),
        refused_signatures: await countRefusals(engine.state),
      };
    },
    async stop() {
      stopping.abort();
      await waiting.flush().catch(() => undefined);
      await background?.stop();
    },
  };
}

function ruleDisabled(healing: Case, rule: StoredRule): Outcome {
  return deadLetter(
    healing,
    'rule_disabled',
    `rule ${rule.id} would repair it, but is disabled: approve or delete it`,
  );
}

/** The signature that came with the event, unless the contract finds other faults with it now. */
function signatureNow(
  failed: FailedEvent,
  contract: Contract,
  event: Failure['event'],
  violations: FailedEvent['violations'],
): string {
  if (failed.violations.length > 0 && violationsKey(failed.violations) === violationsKey(violations))
    return failed.signature;
  const { name, version, jsonSchema } = contract;
  return errorSignature({ contract: name, version, source: failed.source, violations, event, jsonSchema });
}
