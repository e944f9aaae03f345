import { setImmediate as nextTurn } from 'node:timers/promises';
import { brokenBy } from '../../contracts/fence.ts';
import type { Contract } from '../../contracts/contract.ts';
import type { Delivery, Engine, Unsettled } from '../../engine/engine.ts';
import { type Leases, freeLeases } from '../../engine/lease.ts';
import type { FailedEvent } from '../../model/event.ts';
import { type RecordSpan, stopwatch } from '../../observe/otel/span.ts';
import type { Logger } from '../../support/log.ts';
import { errorSignature, violationsKey } from '../../validate/signature.ts';
import { type Failure, type Healer, inTurn } from './healer.ts';
import { type PeerReader, type RefusalReader, oncePerSignature, peersAmong } from './batch.ts';
import type { HealingConfig } from './config.ts';
import { type Case, type Outcome, deadLetter, failedAs, repaired, traceOutcome } from './outcome.ts';
import { HealingOutbox } from './outbox.ts';
import type { HealingStatus } from './status.ts';
import { BackgroundHealing } from './background.ts';
import { type HealingForecast, dryTools } from './forecast.ts';
import { readEvent } from './read-event.ts';
import { countRefusals, readRefusal } from './refusals.ts';
import { createTurns } from './turns.ts';
import { createWaitingNotes } from './waiting.ts';
import { type Tools, byHeuristics, byKnownRule, byModel, byRefusal } from './ways.ts';
import type { RuleStore } from '../rules/store.ts';
import { validateWhole } from '../plans/whole.ts';

export interface HealingStage {
  /**
   * Settles a batch of `validation_error`. What is repaired or given up on is durable in its next topic when this
   * resolves; what waits for the model or for a person is returned as deferred.
   */
  handle(batch: readonly Delivery[]): Promise<Unsettled[]>;
  /** What would become of events that failed together, if they came now; nothing is changed, counted or asked. */
  forecast(events: readonly FailedEvent[]): Promise<HealingForecast[]>;
  status(): Promise<HealingStatus>;
  /** Cancels the calls to the model. Events that waited for them stay in the queue. */
  stop(): Promise<void>;
}

interface HealingDeps {
  engine: Pick<Engine, 'publish' | 'state'>;
  contracts: (name: string, version: string) => Contract | undefined;
  rules: RuleStore;
  /** Asked in this order; the LLM in the background and last. */
  healers: readonly Healer[];
  config: HealingConfig;
  /** Whether as many clean events wait as the thread can do. Default: never. */
  hasFullLoad?: () => boolean;
  /** Default: there are no other workers. */
  leases?: Leases;
  /** Undefined while traces are not exported. */
  recordSpan?: RecordSpan | undefined;
  log: Logger;
  /** Milliseconds since 1970. */
  now?: () => number;
}

/**
 * Looks for a repair of each failed event: a rule that was learned since, the heuristics, the model. A plan that works
 * becomes a rule, so that the next such event never gets here. A recent refusal spares the call to the model, but not
 * the heuristics: they cost about a millisecond, and look at values, which the refused signature says nothing of.
 */
export function healingStage(deps: HealingDeps): HealingStage {
  const { engine, contracts, config, log } = deps;
  const stopping = new AbortController();
  const { tools, background, waiting } = toolsFor(deps, stopping.signal);
  const readerOfRefusals = () => oncePerSignature((signature) => readRefusal(engine.state, signature));

  return {
    async handle(batch) {
      const outbox = new HealingOutbox(engine, log);
      const unsettled: Unsettled[] = [];
      const refusals = readerOfRefusals();
      const events = batch.map(({ body }) => JSON.parse(Buffer.from(body).toString()) as FailedEvent);
      const peers = peersAmong(events);
      const turn = createTurns(deps.hasFullLoad ?? (() => false));
      for (const [index, failed] of events.entries()) {
        const pause = turn();
        if (pause !== undefined) await pause;
        const measured = stopwatch();
        const outcome = await settle(tools, contracts, failed, { refusals, peers });
        traceOutcome(deps.recordSpan, outcome, measured);
        if (outcome.kind === 'wait') unsettled.push({ index, deferMs: outcome.deferMs });
        else if (outcome.kind === 'broken') unsettled.push({ index, error: outcome.error });
        else outbox.add(outcome);
      }
      await outbox.flush();
      for (const requestId of outbox.requestIds) background?.settled(requestId);
      return unsettled;
    },
    async forecast(events) {
      const [refusals, peers, dry] = [readerOfRefusals(), peersAmong(events), dryTools(tools)];
      const forecasts: HealingForecast[] = [];
      for (const failed of events) {
        const { kind } = await settle(dry, contracts, failed, { refusals, peers });
        forecasts.push(kind === 'repaired' || kind === 'dead_letter' ? kind : 'waits');
        await nextTurn();
      }
      return forecasts;
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

function toolsFor(deps: HealingDeps, stopping: AbortSignal) {
  const { engine, rules, healers, config, log, now = Date.now } = deps;
  const { state } = engine;
  const leases = deps.leases ?? freeLeases;
  const healer = inTurn(healers.filter(({ mode }) => mode === 'background'));
  const inline = healers.filter(({ mode }) => mode === 'inline');
  const background = healer && new BackgroundHealing({ healer, rules, state, config, leases, log, now });
  const waiting = createWaitingNotes({
    state,
    onFailure: (err) => log.warn({ err }, 'what waits for a review could not be noted'),
    now,
  });
  const tools: Tools = { rules, config, stopping, now, inline, background, waiting };
  return { tools, background, waiting };
}

async function settle(
  tools: Tools,
  contracts: HealingDeps['contracts'],
  failed: FailedEvent,
  { refusals, peers }: { refusals: RefusalReader; peers: PeerReader },
): Promise<Outcome> {
  const { background } = tools;
  if (background?.isAsking(failed.signature))
    return { kind: 'wait', deferMs: background.waitFor(failed.signature) };
  const contract = contracts(failed.contract, failed.version);
  if (contract === undefined)
    return deadLetter(
      { failed, attempts: [] },
      'unknown_contract',
      `there is no contract ${failed.contract} ${failed.version} any more: add it again, then replay the event`,
    );

  await contract.ready?.();
  const event = readEvent(failed, contract);
  const validation = validateWhole(contract, event);
  // The contract has changed since, and takes the event as it is.
  if (validation.ok)
    return repaired({ failed, attempts: [] }, { healer: 'rule', plan: { operations: [] }, event });

  const { violations } = validation;
  const current = failedAs(failed, violations, signatureNow(failed, contract, event, violations));
  const { source, signature } = current;
  const failure: Failure = { contract, source, event, violations, signature };
  const healing: Case = { failed: current, attempts: [] };
  const broken = brokenBy(violations);
  if (broken !== undefined) return deadLetter(healing, broken.code, 'no repair of the event can help');
  return (
    byKnownRule(tools, failure, healing) ??
    (await byHeuristics(tools, { ...failure, peers: peers(failed, contract) }, healing)) ??
    (await byRefusal(healing, refusals)) ??
    byModel(tools, failure, healing)
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
