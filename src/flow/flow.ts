import { withHeaders } from '../load/headers-column.ts';
import type { Config } from '../config/load.ts';
import { Judge } from '../contracts/apart/judge.ts';
import { judgeApart } from '../contracts/apart/judged-apart.ts';
import { serviceContracts } from '../contracts/for-service.ts';
import { createDeadLetters } from '../dead-letter/store.ts';
import { leasesOf } from '../engine/lease.ts';
import { SentinelError } from '../model/errors.ts';
import { checkCopied } from '../load/replicas/check.ts';
import { startCopies } from '../load/replicas/replicas.ts';
import { createCopyFeed, createTellWithdrawn } from '../load/replicas/feed.ts';
import { contractFolders, stepFolders } from '../config/project.ts';
import { healersFor } from '../repair/healing/healers.ts';
import { healingStage } from '../repair/healing/stage.ts';
import { recentEvents } from '../repair/rules/recent-events.ts';
import { openRuleStore } from '../repair/rules/store.ts';
import { Rollbacks } from '../repair/rollback/rollbacks.ts';
import { builtinSteps } from '../steps/builtin.ts';
import { contractsForSteps } from '../steps/contracts.ts';
import { IsolatedStep } from '../steps/apart/isolated-step.ts';
import { discoverSteps } from '../steps/discover.ts';
import { flowGraph } from '../steps/flow-graph.ts';
import { originsOf } from '../steps/origin.ts';
import { type RunningSteps, startSteps, subscribedTopics } from '../steps/runner.ts';
import type { StepRequest } from '../steps/http-trigger.ts';
import type { HttpReply } from '../steps/step.ts';
import { createValidate } from '../validate/stage.ts';
import { createAnswers } from '../runtime/answers.ts';
import { createJudge } from './judge.ts';
import { startConsumers } from './consumers.ts';
import { openInsight } from '../observe/insight.ts';
import { Keeper } from './keeper.ts';
import { Outbox } from './outbox.ts';
import { Route } from './route.ts';
import { openStore } from './store.ts';
import type { PipelineParts } from './parts.ts';
import { llmMetrics } from '../observe/llm-metrics.ts';
import type { StartedPipeline } from '../runtime/pipeline-api.ts';
import { createFaults } from '../runtime/stop-process.ts';

/**
 * Composes the way of an event, from the queue to the destination, and starts it.
 *
 *   raw_event, replay_event ─► judge ─► settle
 *                                └─► validation_error ─► heal ─► schema_fixed ─► settle
 *                                                          └─► validation_unrecoverable ─► settle, keep
 */
export async function startPipeline(parts: PipelineParts): Promise<StartedPipeline> {
  const { config, engine, log } = parts;
  const contracts = await serviceContracts(config, log);
  const stopJudge = judgeApart(
    contracts,
    () => new Judge(contractFolders(config), { stallMs: config.pipeline.stallMs, log }),
  );
  checkCopied(config.destinations, contracts);
  const steps = await discoverSteps(stepFolders(config), {
    isolate: (file) => new IsolatedStep(file, config.pipeline),
  });
  const insight = await openInsight({ engine, log, record: parts.consume });
  const faults = createFaults(log);
  const letters = createDeadLetters(engine.state);
  const recent = recentEvents();
  const leases = leasesOf(engine);
  const rules = await openRuleStore(engine.state, {
    leases,
    ttlDays: config.state.ruleTtlDays,
    contracts,
    recent,
    targetFields: config.healing.targetFields,
    log,
  });
  const store = await openStore(parts, { tables: withHeaders(contracts.tables()), letters, insight, faults });
  const feed = createCopyFeed(config.destinations);
  const rollbacks = new Rollbacks({
    ...store,
    letters,
    rules,
    contracts,
    tellWithdrawn: feed && createTellWithdrawn(engine, feed),
    state: engine.state,
    leases,
    log,
    onBroken: faults.onBroken,
    onTaken: (source, contract) => insight.metrics.settled(source, contract, 'dead_letter'),
  });
  if (parts.consume) await rollbacks.resume();
  const copies = await startCopies(feed, {
    config: parts.consume ? config : { ...config, destinations: [] },
    engine,
    contracts,
    letters,
    log,
    onFailure: faults.onFailure,
    onBroken: faults.onBroken,
  });
  const healing = healingStage({
    engine,
    contracts: (name, version) => contracts.get(name, version),
    rules,
    healers: await healersFor(config.healing, engine.state, recent, log),
    config: config.healing,
    leases,
    log: log.child({ step: 'healer' }),
  });
  const subscribed = subscribedTopics(steps);
  const route = new Route({
    judge: createJudge({
      contracts,
      validate: insight.watching(createValidate({ contracts, rules, choice: config })),
      recent,
      metrics: insight.metrics,
      log: log.child({ step: 'validator' }),
    }),
    outbox: () => new Outbox(engine, subscribed),
    loading: store.loading,
    letters,
    feed,
    metrics: insight.metrics,
    onSettled: (rows) => rollbacks.settled(rows),
    log: log.child({ step: 'loader' }),
  });
  const keeper = new Keeper({
    loading: store.loading,
    letters,
    metrics: insight.metrics,
    log: log.child({ step: 'dead-letter-keeper' }),
  });
  const consumers = parts.consume
    ? await startConsumers(parts, { route, healing, keeper, insight, faults })
    : [];
  const mine = parts.consume ? steps.filter(({ config: { name } }) => runsHere(name, config)) : [];
  const running = await startSteps(mine, {
    engine,
    subscribed,
    log,
    retry: config.retry,
    stepRetry: config.stepRetry,
    contracts: contractsForSteps(contracts),
    onExhausted: (message) => keeper.keepFailedStep(message),
    onReplayed: (id) => letters.settleReplayed([{ id }]),
    activity: insight.reports,
  });
  const contractTopics = contracts.all().flatMap((contract) => contract.topic ?? []);
  const ownSteps = builtinSteps(
    contractTopics,
    config.destinations.map(({ name }) => name),
  );
  return {
    runs: mine.map(({ config: { name } }) => name),
    ...createAnswers({ config, contracts, destination: store.destination, rules, letters }),
    flow: async () => flowGraph([...ownSteps, ...steps.map((step) => step.config)], originsOf(steps, config)),
    routes: async () => running.routes.map(({ method, path, source }) => ({ method, path, source })),
    callRoute: (route, request) => callRoute(running, route, request),
    healing: () => healing.status(),
    ...insight.api,
    metrics: async () =>
      (await insight.metrics.text()) + (await copies.metrics()) + (await llmMetrics(await healing.status())),
    rollBack: (ruleId, reason) => rollbacks.start(ruleId, reason),
    status: async () => ({ trouble: store.loading.trouble() }),
    destinations: async () => copies.status(),
    copies: (event) => copies.find(event),
    /** In the order of the flow: take nothing more, finish what runs, then release the stores. */
    async close() {
      faults.expectEnd();
      store.loading.stop();
      route.stop();
      await healing.stop();
      await Promise.all([
        ...consumers.map((consumer) => consumer.stop()),
        running.stop(),
        rollbacks.close(),
        copies.stop(),
      ]);
      await Promise.all(steps.map(async (step) => step.close?.()));
      await store.check.close();
      await insight.close();
      await rules.close();
      await store.destination.close();
      stopJudge();
    },
  };
}

async function callRoute(
  { routes }: RunningSteps,
  { method, path }: { method: string; path: string },
  request: StepRequest,
): Promise<HttpReply> {
  const route = routes.find((each) => each.method === method && each.path === path);
  if (route === undefined) throw new SentinelError('not_found', 'no step takes this route any more');
  return route.handle(request);
}

/** A step that is bound to a label runs where the label is; the others run on every worker. */
function runsHere(step: string, { engine, stepRunOn, workerLabels }: Config): boolean {
  const label = Object.hasOwn(stepRunOn, step) ? stepRunOn[step] : undefined;
  return label === undefined || engine.type === 'embedded' || workerLabels.includes(label);
}
