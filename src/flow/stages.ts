import { marksFolder } from '../config/marks.ts';
import { withHeaders } from '../load/headers-column.ts';
import { Judge } from '../contracts/apart/judge.ts';
import { judgeApart } from '../contracts/apart/judged-apart.ts';
import { shareKillers } from '../contracts/apart/share-killers.ts';
import { Suspects } from '../contracts/apart/suspects.ts';
import { createDeadLetters } from '../dead-letter/store.ts';
import { leasesOf } from '../engine/lease.ts';
import { Exports } from '../load/exports.ts';
import { startCopies } from '../load/replicas/replicas.ts';
import { createCopyFeed, createTellWithdrawn } from '../load/replicas/feed.ts';
import { contractFolders, moduleCache } from '../config/project.ts';
import { healersFor } from '../repair/healing/healers.ts';
import { healingStage } from '../repair/healing/stage.ts';
import { recentEvents } from '../repair/rules/recent-events.ts';
import { openRuleStore } from '../repair/rules/store.ts';
import { auditWrite, rollbackEnd } from '../server/audit.ts';
import { Rollbacks } from '../repair/rollback/rollbacks.ts';
import { followOutsideReaders } from './outside-readers.ts';
import { subscribedTopics } from '../steps/runner.ts';
import { createValidate } from '../validate/stage.ts';
import { groups } from './groups.ts';
import { createJudge } from './judge.ts';
import { openInsight } from '../observe/insight.ts';
import { DeadLetterStage } from './dead-letter-stage.ts';
import { Outbox } from './outbox.ts';
import { Route } from './route.ts';
import { openStore } from './store.ts';
import type { PipelineParts } from './parts.ts';
import { createFaults } from '../runtime/stop-process.ts';

const ownGroups = new Set<string>(Object.values(groups));

export type Base = Awaited<ReturnType<typeof openBase>>;
export type Loading = Awaited<ReturnType<typeof openLoading>>;
export type Stages = Awaited<ReturnType<typeof openStages>>;

/** Contracts, steps, rules and letters: what every stage reads. */
export async function openBase({ config, engine, log, consume, project }: PipelineParts) {
  const { contracts, steps, setAside } = project;
  const cache = moduleCache(config);
  const { stallMs } = config.pipeline;
  const apart = judgeApart(contracts, () => {
    const suspects = new Suspects({ stallMs, marks: consume ? marksFolder(config) : undefined, log });
    if (consume && engine.cluster !== undefined) shareKillers(engine.state, suspects);
    return new Judge({ folders: contractFolders(config), cache, setAside }, { stallMs, suspects, log });
  });
  const insight = await openInsight({ engine, log, record: consume });
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
  return { contracts, apart, steps, insight, faults, letters, recent, leases, rules };
}

/** The main destination, the further ones, exports and rollbacks. */
export async function openLoading(parts: PipelineParts, base: Base) {
  const { config, engine, log } = parts;
  const { contracts, letters, insight, faults } = base;
  const store = await openStore(parts, { tables: withHeaders(contracts.tables()), letters, insight, faults });
  const exports = new Exports({ destination: store.destination, engine }, config.dataDir, log);
  if (parts.consume) await exports.removeLeftovers();
  const feed = createCopyFeed(config.destinations);
  const rollbacks = new Rollbacks({
    ...store,
    letters,
    rules: base.rules,
    contracts,
    tellWithdrawn: feed && createTellWithdrawn(engine, feed),
    state: engine.state,
    leases: base.leases,
    noteEnd: (record) => auditWrite(rollbackEnd(record), { days: config.retention.auditDays }),
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
  return { store, exports, feed, rollbacks, copies };
}

export async function openStages(
  { config, engine, log, recordSpan, project }: PipelineParts,
  base: Base,
  loading: Loading,
) {
  const { contracts, rules, recent, insight, letters } = base;
  const { metrics } = insight;
  const subscribed = subscribedTopics(base.steps);
  // What a step has read before it was broken waits until it is mended.
  if (project.brokenSteps.length > 0)
    for (const { topic, groups: readers } of await engine.stats())
      if (readers.some(({ group }) => !ownGroups.has(group))) subscribed.add(topic);
  const readers = config.bridge?.queue ? await followOutsideReaders(engine, subscribed) : undefined;
  const route = new Route({
    judge: createJudge({
      contracts,
      apart: base.apart,
      validate: insight.watching(createValidate({ contracts, rules, choice: config })),
      recent,
      metrics,
      recordSpan,
      log: log.child({ step: 'validator' }),
    }),
    outbox: () => new Outbox(engine, subscribed),
    loading: loading.store.loading,
    waiting: loading.store.waiting,
    letters,
    feed: loading.feed,
    metrics,
    onSettled: (rows) => loading.rollbacks.settled(rows),
    recordSpan,
    log: log.child({ step: 'loader' }),
  });
  const healing = healingStage({
    engine,
    contracts: (name, version) => contracts.get(name, version),
    rules,
    healers: await healersFor(config.healing, engine.state, recent, log),
    config: config.healing,
    hasFullLoad: () => route.hasFullLoad(),
    leases: base.leases,
    recordSpan,
    log: log.child({ step: 'healer' }),
  });
  const deadLetters = new DeadLetterStage({
    waiting: loading.store.waiting,
    letters,
    metrics,
    recordSpan,
    log: log.child({ step: 'dead-letters' }),
  });
  return { healing, subscribed, readers, route, deadLetters };
}
