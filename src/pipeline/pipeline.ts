import type { Config } from '../config.ts';
import { loadContracts } from '../contracts/discover.ts';
import type { DeadLetter } from '../dead-letter/dead-letter.ts';
import { type EditDryRun, dryRunEdit } from '../dead-letter/dry-run.ts';
import { type EditReview, reviewEdit } from '../dead-letter/edit.ts';
import { learnFromPerson } from '../dead-letter/learn.ts';
import { withoutStale } from '../dead-letter/stale-replays.ts';
import { createDeadLetters } from '../dead-letter/store.ts';
import type { ConsumeOptions, Consumer, Engine, Handler } from '../engine/engine.ts';
import { createLeases } from '../engine/lease.ts';
import { SentinelError } from '../errors.ts';
import { topics } from '../event.ts';
import { parseExact } from '../ingest/exact-json.ts';
import type { JsonObject } from '../json.ts';
import { checkCopied } from '../load/copies/check.ts';
import { type CopyOutcome, startCopies } from '../load/copies/copies.ts';
import { createCopyFeed } from '../load/copies/feed.ts';
import type { CopyStatus } from '../load/copies/reader.ts';
import { loadPace, openMain } from '../load/destinations.ts';
import type { LoadedEvent, QueryResult, Table } from '../load/destination.ts';
import type { EventSearch, FoundEvent } from '../load/event-search.ts';
import { type KnownCounts, createKnownCounts } from '../load/known-counts.ts';
import type { RepairAudit, TouchedByRule } from '../load/repair-audit.ts';
import { createQueueCheck } from '../load/queue-check.ts';
import { createLoadStage } from '../load/stage.ts';
import type { Logger } from '../log.ts';
import { contractFolders, stepFolders } from '../project.ts';
import { healersFor } from '../repair/healers.ts';
import type { HealingStatus } from '../repair/healing-status.ts';
import { llmMetrics } from './llm-metrics.ts';
import { healingStage } from '../repair/healing-stage.ts';
import { recentEvents } from '../repair/recent-events.ts';
import type { RollbackRecord } from '../repair/rollback-record.ts';
import { openRuleStore } from '../repair/rule-store.ts';
import { createRollbacks } from '../rollback/rollbacks.ts';
import { builtinSteps } from '../steps/builtin.ts';
import { discoverSteps } from '../steps/discover.ts';
import { type FlowGraph, flowGraph } from '../steps/flow-graph.ts';
import { contractsForSteps } from '../steps/contracts.ts';
import { originsOf } from '../steps/origin.ts';
import { startSteps, subscribedTopics } from '../steps/runner.ts';
import type { HttpInput, HttpReply } from '../steps/step.ts';
import type { Result } from '../result.ts';
import { fillEnvelope } from '../validate/envelope.ts';
import { createValidate } from '../validate/stage.ts';
import type { Violation } from '../validate/violation.ts';
import { createChain } from './chain.ts';
import { type ContractInfo, toContractInfo } from './contract-info.ts';
import { groups } from './groups.ts';
import { type InsightApi, openInsight } from './insight.ts';
import { createKeeper } from './keeper.ts';
import { createOneWay } from './one-way.ts';
import { createParking, parkedEvents } from './parking.ts';
import { createFaults, unlessStopped } from './stop-process.ts';

export type { ContractInfo };

/** What the rest of the service asks the running pipeline; every argument and answer is plain data. */
export interface Pipeline extends InsightApi {
  find(requestId: string): Promise<LoadedEvent | undefined>;
  query(sql: string, maxRows?: number): Promise<QueryResult>;
  /** Undefined where the destination can't be looked through. */
  searchEvents(...args: Parameters<EventSearch['events']>): Promise<FoundEvent[] | undefined>;
  /** As the destination has it; undefined where it can't say. */
  storedRow(...args: Parameters<EventSearch['row']>): ReturnType<EventSearch['row']>;
  /** What a contract says of an event as it was received; empty when there is no such contract any more. */
  violations(of: ReceivedEvent): Promise<Violation[]>;
  counts(): Promise<KnownCounts>;
  contracts(): Promise<ContractInfo[]>;
  flow(): Promise<FlowGraph>;
  routes(): Promise<{ method: string; path: string }[]>;
  callRoute(route: { method: string; path: string }, input: HttpInput): Promise<HttpReply>;
  /**
   * Makes the destination ready for the tables of other contracts beside those that run. Throws
   * `destination_schema_conflict`, and changes nothing, when they do not fit.
   */
  prepare(tables: Table[]): Promise<void>;
  /** What the validator would say of these events now; nothing is changed. */
  trial(events: { raw: string; source: string; receivedAt: number; id: string }[]): Promise<TrialVerdict[]>;
  /** What a person's edit of a dead letter amounts to; nothing is changed. */
  reviewEdit(letter: DeadLetter, edited: JsonObject): Promise<EditReview>;
  /** The same, and what else it would repair; nothing is changed or counted. */
  dryRunEdit(letter: DeadLetter, edited: JsonObject): Promise<EditDryRun>;
  /** Makes a rule of a person's edit of a dead letter, or says why the edit makes none. */
  learn(letter: DeadLetter, edited: JsonObject): Promise<Result<{ ruleId: string; review: EditReview }>>;
  healing(): Promise<HealingStatus>;
  /** Of the destination; newest first. */
  repairs(...args: Parameters<RepairAudit['list']>): ReturnType<RepairAudit['list']>;
  touchedByRule(ruleId: string): Promise<TouchedByRule>;
  /** Disables a rule and begins to take its rows out of the destination; goes on in the background. `not_found`. */
  rollBack(ruleId: string, reason: string): Promise<RollbackRecord>;
  /** Prometheus text. */
  metrics(): Promise<string>;
  status(): Promise<{ destinationWaiting: boolean }>;
  /** The further ones; counts are those of this process. */
  destinations(): Promise<CopyStatus[]>;
  /** What became of a loaded event in the further destinations, by name. */
  copies(event: {
    requestId: string;
    contract: string;
    source: string;
  }): Promise<Record<string, CopyOutcome>>;
  close(): Promise<void>;
}

export interface ReceivedEvent {
  contract: string;
  version: string;
  source: string;
  event: JsonObject;
  requestId: string;
  receivedAt: number;
}

export type TrialVerdict =
  { kind: 'valid' } | { kind: 'repaired'; ruleId: string } | { kind: 'invalid'; violations: Violation[] };

export interface StartedPipeline extends Pipeline {
  /** Names of the steps that this process runs. */
  readonly runs: readonly string[];
}

/** Of what failed: under load it waits a moment, to be looked at together; clean events share the thread with it. */
const aside: ConsumeOptions = { lingerMs: 100, maxEvents: 5000 };

/**
 * Composes the way of an event, from the queue to the destination, and starts it.
 *
 *   raw_event, replay_event ─► validate ─► load
 *                                 └─► validation_error ─► heal ─► schema_fixed ─► load
 *                                                           └─► validation_unrecoverable ─► keep
 */
export async function startPipeline(deps: {
  config: Config;
  engine: Engine;
  log: Logger;
  /** False: answer questions only. */
  consume: boolean;
}): Promise<StartedPipeline> {
  const { config, engine, log } = deps;
  const contracts = await loadContracts(contractFolders(config), { override: true });
  const steps = await discoverSteps(stepFolders(config));
  const { destination, isOpen } = await openMain(config, contracts.tables(), {
    mustBeThere: !deps.consume,
    queueCheck: deps.consume ? await createQueueCheck(engine, log) : undefined,
    log,
  });
  const recent = recentEvents();
  const leases = createLeases(engine);
  const rules = await openRuleStore(engine.state, {
    leases,
    ttlDays: config.state.ruleTtlDays,
    contracts,
    recent,
    ...(config.healing.targetFields === undefined ? {} : { targetFields: config.healing.targetFields }),
    log,
  });
  const letters = createDeadLetters(engine.state);
  const insight = await openInsight({ engine, log, record: deps.consume });
  const { metrics } = insight;

  const contractTopics = contracts.all().flatMap((contract) => contract.topic ?? []);
  const ownSteps = builtinSteps(
    contractTopics,
    config.destinations.map(({ name }) => name),
  );
  const subscribed = subscribedTopics(steps);

  const feed = createCopyFeed(config.destinations);
  checkCopied(config.destinations, contracts);

  const validate = insight.watching(createValidate({ contracts, rules, choice: config }));
  const preview = createValidate({
    contracts,
    rules: { find: rules.peek, repairExpected: () => undefined },
    choice: config,
  });
  const { targetFields } = config.healing;
  const permissions = targetFields === undefined ? {} : { targetFields };
  const editing = { contracts, rules, letters, preview, permissions };
  const logOf = (step: string) => log.child({ step });
  const faults = createFaults(log);
  const loading = createLoadStage({
    destination,
    log: logOf('loader'),
    onFailure: (error) => insight.reports.failed('loader', error),
  });
  const rollbacks = createRollbacks({
    repairs: destination.repairs,
    loading,
    letters,
    rules,
    contracts,
    state: engine.state,
    leases,
    log,
    onBroken: faults.onBroken,
    onTaken: (source, contract) => metrics.settled(source, contract, 'dead_letter'),
  });
  const resume = () => rollbacks.resume(deps.consume);
  if (isOpen) await resume();
  // Nothing is loaded before it.
  else loading.inTurn('the rest of a rollback', resume).catch(unlessStopped(faults.onBroken));
  // Without positions nothing is passed over: what is there already is found by its request id.
  const committed = new Map(isOpen ? await destination.positions() : []);
  // What was parked when there were further destinations is still to be loaded when there are none any more.
  const mayPark = deps.consume && (feed !== undefined || (await parkedEvents(engine)) > 0);
  const parking = mayPark
    ? await createParking({
        engine,
        refuses: () => loading.waiting(),
        restEvents: config.pipeline.maxBatchEvents,
        log: logOf('loader'),
        onBroken: faults.onBroken,
      })
    : undefined;
  const oneWay = engine.ordered
    ? createOneWay({ letters, state: engine.state, startedAt: Date.now() })
    : undefined;
  const chain = createChain({
    engine,
    contracts,
    validate,
    loading: rollbacks.guarding(loading),
    letters,
    committed,
    oneWay,
    recent,
    copies: feed,
    parking,
    subscribed,
    metrics,
    log: logOf('validator'),
  });
  const healing = healingStage({
    engine,
    contracts: (name, version) => contracts.get(name, version),
    rules,
    healers: await healersFor(config.healing, engine.state, log),
    config: config.healing,
    leases,
    log: logOf('healer'),
  });
  const keeper = createKeeper({ letters, oneWay, metrics, log: logOf('dead-letter-keeper') });
  const copies = await startCopies(feed, {
    config: deps.consume ? config : { ...config, destinations: [] },
    engine,
    contracts,
    letters,
    log,
    onFailure: faults.onFailure,
    onBroken: faults.onBroken,
  });

  const { lingerMs, maxEvents, maxBytes } = loadPace(config.destination, config.pipeline);
  const inOrder: ConsumeOptions = { maxEvents, maxBytes, retry: 'hold', onFailure: faults.onFailure };
  const consumers: Consumer[] = [];
  /** `step`: as the flow names the stage that reads the topic. */
  const consume = async (
    topic: string,
    { group, step }: { group: string; step: string },
    options: ConsumeOptions,
    handle: Handler,
  ) => {
    if (!deps.consume) return;
    consumers.push(await engine.consume(topic, group, ...insight.counting(step, options, handle)));
  };
  // Two batches in flight: one is validated while the other loads.
  await consume(
    topics.raw,
    { group: groups.pipeline, step: 'validator' },
    { ...inOrder, inFlight: 2, lingerMs },
    chain.fromIngest,
  );
  await consume(topics.replay, { group: groups.pipeline, step: 'validator' }, inOrder, async (batch) =>
    chain.fromIngest(await withoutStale(batch, letters)),
  );
  await consume(topics.fixed, { group: groups.loader, step: 'loader' }, inOrder, chain.fromHealers);
  if (parking !== undefined)
    await consume(
      topics.parked,
      { group: groups.loader, step: 'loader' },
      { ...inOrder, lingerMs },
      chain.fromParked,
    );
  await consume(
    topics.failed,
    { group: groups.healer, step: 'healer' },
    {
      ...aside,
      retry: config.retry,
      onFailure: faults.onFailure,
      // What keeps failing is not the event's fault: it is never given up, and comes back under the same number.
      onExhausted: (_, error) => Promise.reject(error),
    },
    healing.handle,
  );
  await consume(
    topics.unrecoverable,
    { group: groups.keeper, step: 'dead-letter-keeper' },
    { ...inOrder, ...aside },
    keeper.handle,
  );
  const mine = deps.consume ? steps.filter(({ config: { name } }) => runsHere(name, config)) : [];
  const running = await startSteps(mine, {
    engine,
    subscribed,
    log,
    retry: config.retry,
    stepRetry: config.stepRetry,
    contracts: contractsForSteps(contracts),
    onExhausted: keeper.keepFailedStep,
    onReplayed: (id) => letters.settleReplayed([id]),
    activity: insight.reports,
  });

  return {
    runs: mine.map(({ config: { name } }) => name),
    find: (requestId) => destination.find(requestId),
    async query(sql, maxRows) {
      if (destination.query === undefined)
        throw new SentinelError(
          'query_refused',
          `query refused: a ${config.destination.type} destination answers none here; ask it directly`,
        );
      return destination.query(sql, maxRows === undefined ? {} : { maxRows });
    },
    searchEvents: async (...args) => destination.search?.events(...args),
    storedRow: async (...args) => destination.search?.row(...args),
    async violations({ contract: name, version, source, event, ...facts }) {
      const contract = contracts.get(name, version);
      if (contract === undefined) return [];
      fillEnvelope(event, contract, { ...facts, source: source === 'unknown' ? undefined : source });
      const validation = contract.validate(event);
      return validation.ok ? [] : validation.violations;
    },
    counts: createKnownCounts(() => destination.counts()),
    contracts: async () => contracts.all().map(toContractInfo),
    flow: async () => flowGraph([...ownSteps, ...steps.map((step) => step.config)], originsOf(steps, config)),
    routes: async () => running.routes.map(({ method, path }) => ({ method, path })),
    async callRoute({ method, path }, input) {
      const route = running.routes.find((each) => each.method === method && each.path === path);
      if (route === undefined) throw new SentinelError('not_found', 'no step takes this route any more');
      return route.handle(input);
    },
    // Together, so that a column which the new ones dropped is there until the old ones have stopped.
    prepare: (tables) => destination.prepare([...contracts.tables(), ...tables]),
    trial: async (events) =>
      events.map(({ raw, source, receivedAt, id }) => {
        const event = parseExact(raw) as JsonObject;
        const from = source === 'unknown' ? undefined : source;
        const verdict = preview(event, { requestId: id, receivedAt, source: from });
        if (verdict.kind === 'valid') return { kind: 'valid' };
        if (verdict.kind === 'repaired') return { kind: 'repaired', ruleId: verdict.rule.id };
        return {
          kind: 'invalid',
          violations: verdict.kind === 'invalid' ? verdict.violations : [verdict.violation],
        };
      }),
    reviewEdit: async (letter, edited) => reviewEdit(editing, letter, edited).review,
    dryRunEdit: (letter, edited) => dryRunEdit(editing, letter, edited),
    learn: (letter, edited) => learnFromPerson(editing, letter, edited),
    healing: () => healing.status(),
    ...insight.api,
    metrics: async () =>
      (await metrics.text()) + (await copies.metrics()) + (await llmMetrics(await healing.status())),
    repairs: (filter, page) => destination.repairs.list(filter, page),
    touchedByRule: (ruleId) => destination.repairs.touched(ruleId),
    rollBack: (ruleId, reason) => rollbacks.start(ruleId, reason),
    status: async () => ({ destinationWaiting: loading.waiting() }),
    destinations: async () => copies.status(),
    copies: (event) => copies.find(event),
    /** In the order of the flow: take nothing more, finish what runs, then let go of the stores. */
    async close() {
      faults.expectEnd();
      loading.stop();
      chain.stop();
      parking?.stop();
      await healing.stop();
      await Promise.all([
        ...consumers.map((consumer) => consumer.stop()),
        running.stop(),
        rollbacks.close(),
        copies.stop(),
      ]);
      await insight.close();
      await rules.close();
      await destination.close();
    },
  };
}

/** A step that is bound to a label runs where the label is; the others run on every worker. */
function runsHere(step: string, { engine, stepRunOn, workerLabels }: Config): boolean {
  const label = Object.hasOwn(stepRunOn, step) ? stepRunOn[step] : undefined;
  return label === undefined || engine.type === 'embedded' || workerLabels.includes(label);
}
