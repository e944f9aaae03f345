import { withHeaders } from '../load/headers-column.ts';
import type { Config } from '../config/load.ts';
import { serviceContracts } from '../contracts/for-service.ts';
import { createDeadLetters } from '../dead-letter/store.ts';
import type { ConsumeOptions, Consumer, Engine, Handler } from '../engine/engine.ts';
import { createLeases } from '../engine/lease.ts';
import { SentinelError, isRetryable } from '../model/errors.ts';
import { topics } from '../model/event.ts';
import { checkCopied } from '../load/replicas/check.ts';
import { startCopies } from '../load/replicas/replicas.ts';
import { createCopyAgain, createCopyFeed, createRetract } from '../load/replicas/feed.ts';
import { loadPace, openMain } from '../load/open.ts';
import { createQueueCheck } from '../load/queue-check.ts';
import { createLoadStage } from '../load/stage.ts';
import type { Logger } from '../support/log.ts';
import { stepFolders } from '../config/project.ts';
import { healersFor } from '../repair/healing/healers.ts';
import { healingStage } from '../repair/healing/stage.ts';
import { recentEvents } from '../repair/rules/recent-events.ts';
import { openRuleStore } from '../repair/rules/store.ts';
import { createRollbacks } from '../repair/rollback/rollbacks.ts';
import { builtinSteps } from '../steps/builtin.ts';
import { contractsForSteps } from '../steps/contracts.ts';
import { discoverSteps } from '../steps/discover.ts';
import { flowGraph } from '../steps/flow-graph.ts';
import { originsOf } from '../steps/origin.ts';
import { startSteps, subscribedTopics } from '../steps/runner.ts';
import { createValidate } from '../validate/stage.ts';
import { createAnswers } from '../runtime/answers.ts';
import { createChain } from './chain.ts';
import { groups } from './groups.ts';
import { openInsight } from '../observe/insight.ts';
import { createKeeper } from './keeper.ts';
import { llmMetrics } from '../observe/llm-metrics.ts';
import { createInOnePlace } from './one-place.ts';
import { createOneWay } from './one-way.ts';
import { createParking, parkedEvents } from './parking.ts';
import type { StartedPipeline } from '../runtime/pipeline-api.ts';
import { createFaults, unlessStopped } from '../runtime/stop-process.ts';

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
  const contracts = await serviceContracts(config, log);
  const steps = await discoverSteps(stepFolders(config));
  const { destination, isOpen } = await openMain(config, withHeaders(contracts.tables()), {
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
    targetFields: config.healing.targetFields,
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
  const logOf = (step: string) => log.child({ step });
  const faults = createFaults(log);
  const loading = createLoadStage({
    destination,
    log: logOf('loader'),
    onFailure: (error) => insight.reports.failed('loader', error),
  });
  const retract = feed && createRetract(engine, feed);
  const rollbacks = createRollbacks({
    repairs: destination.repairs,
    loading,
    letters,
    rules,
    contracts,
    retract,
    state: engine.state,
    leases,
    log,
    onBroken: faults.onBroken,
    onTaken: (source, contract) => metrics.settled(source, contract, 'dead_letter'),
  });
  const resume = () => rollbacks.resume(deps.consume);
  // Nothing is loaded before it.
  const resumeInTurn = (): void =>
    void loading.inTurn('the rest of a rollback', resume).catch(unlessStopped(faults.onBroken));
  if (!isOpen) resumeInTurn();
  else
    await resume().catch((error: unknown) => {
      // Such as a full topic of a further destination, whose reader is yet to start.
      if (!(error instanceof SentinelError && isRetryable(error))) throw error;
      resumeInTurn();
    });
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
  const startedAt = Date.now();
  const copyAgain = feed && createCopyAgain(engine, feed);
  const oneWay = createOneWay({
    letters,
    holds: (...args) => destination.holds(...args),
    state: engine.state,
    retract,
    receivedUntil: engine.ordered ? startedAt : Infinity,
    ...(engine.ordered
      ? undefined
      : { inOnePlace: createInOnePlace({ letters, destination, leases, copyAgain }) }),
  });
  const chain = createChain({
    engine,
    contracts,
    validate,
    loading: rollbacks.guarding(loading),
    letters,
    committed,
    oneWay,
    startedAt,
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
    healers: await healersFor(config.healing, engine.state, recent, log),
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
  await consume(topics.replay, { group: groups.pipeline, step: 'validator' }, inOrder, chain.fromReplay);
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
    ...createAnswers({ config, contracts, destination, rules, letters }),
    flow: async () => flowGraph([...ownSteps, ...steps.map((step) => step.config)], originsOf(steps, config)),
    routes: async () => running.routes.map(({ method, path }) => ({ method, path })),
    async callRoute({ method, path }, input) {
      const route = running.routes.find((each) => each.method === method && each.path === path);
      if (route === undefined) throw new SentinelError('not_found', 'no step takes this route any more');
      return route.handle(input);
    },
    healing: () => healing.status(),
    ...insight.api,
    metrics: async () =>
      (await metrics.text()) + (await copies.metrics()) + (await llmMetrics(await healing.status())),
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
