import type { Config } from '../config/load.ts';
import { SentinelError } from '../model/errors.ts';
import { contractsForSteps } from '../steps/contracts.ts';
import { wholeFlow } from '../steps/whole-flow.ts';
import { type RunningSteps, startSteps } from '../steps/runner.ts';
import type { StepRequest } from '../steps/http-trigger.ts';
import type { HttpReply } from '../steps/step.ts';
import { erase } from '../erase/eraser.ts';
import type { Where } from '../erase/meant.ts';
import { createAnswers } from '../runtime/answers.ts';
import { startConsumers } from './consumers.ts';
import { LetterMirror } from './letter-mirror.ts';
import { Retention } from './retention.ts';
import type { PipelineParts } from './parts.ts';
import { llmMetrics } from '../observe/llm-metrics.ts';
import type { StartedPipeline } from '../runtime/pipeline-api.ts';
import { type Base, type Loading, type Stages, openBase, openLoading, openStages } from './stages.ts';

/**
 * Composes the path of an event, from the queue to the destination, and starts it.
 *
 *   raw_event, replay_event ─► judge ─► settle
 *                                ├─► late_event ─► judge ─► settle
 *                                │      └─► slow_event ─► judge, one by one ─► settle
 *                                └─► validation_error ─► heal ─► schema_fixed ─► settle
 *                                                          └─► validation_unrecoverable ─► settle, keep
 */
export async function startPipeline(parts: PipelineParts): Promise<StartedPipeline> {
  const base = await openBase(parts);
  const loading = await openLoading(parts, base);
  const stages = await openStages(parts, base, loading);
  const { route, healing, deadLetters } = stages;
  const consumers = parts.consume
    ? await startConsumers(parts, {
        route,
        waiting: loading.store.waiting,
        healing,
        deadLetters,
        insight: base.insight,
        faults: base.faults,
      })
    : [];
  const mine = parts.consume ? base.steps.filter(({ config: { name } }) => runsHere(name, parts.config)) : [];
  const { mirror, background } = startBackground(parts, base, loading);
  const running = await startOwnSteps(parts, base, stages, mine);
  return {
    runs: mine.map(({ config: { name } }) => name),
    ...answersOf(parts, base, loading, stages),
    status: async () => ({
      trouble: loading.store.loading.trouble(),
      tables: [...loading.store.waiting.list(), mirror?.trouble()].filter((table) => table !== undefined),
    }),
    routes: async () => running.routes.map(({ method, path, source }) => ({ method, path, source })),
    callRoute: (route, request) => callRoute(running, route, request),
    /** Takes no more events, finishes what is running, then releases the stores. */
    async close() {
      base.faults.expectEnd();
      loading.store.loading.stop();
      route.stop();
      stages.readers?.();
      await healing.stop();
      await Promise.all([
        ...consumers.map((consumer) => consumer.stop()),
        running.stop(),
        loading.rollbacks.close(),
        loading.copies.stop(),
        ...background.map((work) => work.stop()),
      ]);
      await Promise.all(base.steps.map(async (step) => step.close?.()));
      await loading.exports.close();
      await loading.store.check.close();
      await base.insight.close();
      await base.rules.close();
      await loading.store.destination.close();
      base.apart.close();
    },
  };
}

/** Work in the background, where events are consumed. */
function startBackground(
  { config, engine, log, consume }: PipelineParts,
  base: Base,
  { store, copies }: Loading,
): { mirror?: LetterMirror; background: { stop(): Promise<void> }[] } {
  if (!consume) return { background: [] };
  const parts = { ...base, state: engine.state, log };
  const { letterTable } = store.destination;
  const places = () => [
    { name: 'main', originals: store.destination.originals },
    ...copies
      .reached()
      .map(({ name, reached }) => ({ name: `to.${name}`, originals: reached?.destination.originals })),
  ];
  const retention = new Retention({ ...parts, places, days: config.retention });
  if (letterTable === undefined) return { background: [retention] };
  const mirror = new LetterMirror({ ...parts, table: letterTable });
  return { mirror, background: [mirror, retention] };
}

async function startOwnSteps(
  { config, engine, log }: PipelineParts,
  { contracts, apart, letters, insight }: Base,
  { subscribed, deadLetters }: Stages,
  mine: Base['steps'],
): Promise<RunningSteps> {
  return await startSteps(mine, {
    engine,
    subscribed,
    log,
    retry: config.retry,
    stepRetry: config.stepRetry,
    contracts: contractsForSteps(contracts, apart),
    onExhausted: (message) => deadLetters.keepFailedStep(message),
    onReplayed: (id) => letters.settleReplayed([{ id }]),
    limits: { maxBytes: config.http.maxBodyBytes, maxDepth: config.http.maxDepth },
    activity: insight.reports,
  });
}

/** The answers that the rest of the service asks for. */
function answersOf({ config, engine }: PipelineParts, base: Base, loading: Loading, { healing }: Stages) {
  const { contracts, steps, insight, rules, letters } = base;
  const { store, exports, rollbacks, copies } = loading;
  return {
    ...createAnswers({
      config,
      contracts,
      destination: store.destination,
      rules,
      letters,
      state: engine.state,
      forecast: (events) => healing.forecast(events),
    }),
    flow: async () => wholeFlow(steps, contracts, config),
    ...exports.api,
    healing: () => healing.status(),
    ...insight.api,
    metrics: async () => insight.metrics.text() + copies.metrics() + llmMetrics(await healing.status()),
    rollBack: rollbacks.start.bind(rollbacks),
    erase: (where: Where, dryRun: boolean) =>
      erase(
        {
          state: engine.state,
          tables: () => contracts.tables(),
          destinations: () => [
            {
              name: config.destination.type,
              reached: store,
            },
            ...copies.reached(),
          ],
          stats: () => engine.stats(),
        },
        where,
        dryRun,
      ),
    destinations: async () => copies.status(),
    copies: (event: Parameters<typeof copies.find>[0]) => copies.find(event),
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
