import type { ConsumeOptions, Engine, Handler } from '../engine/engine.ts';
import { topics } from '../model/event.ts';
import { type StepActivity, createActivity } from './history/activity.ts';
import { DriftWatch } from './history/drift.ts';
import type { DriftField } from './history/drift-fields.ts';
import { keepDrift } from './history/drift-store.ts';
import type { HistorySeries } from './history/history.ts';
import { Recorder } from './history/recorder.ts';
import type { SourceInfo } from './history/sources.ts';
import type { Logger } from '../support/log.ts';
import type { StepReports } from '../steps/reports.ts';
import type { Validate } from '../validate/stage.ts';
import { groups } from '../flow/groups.ts';
import { type PipelineMetrics, createPipelineMetrics } from './metrics.ts';

/** What the pipeline can say of its past; see the API's routes of the same names. */
export interface InsightApi {
  /** The last minutes, a day's at most; all of it, or what came of a source or contract. */
  history(filter: { source?: string; contract?: string }, minutes: number): Promise<HistorySeries>;
  /** The last 24 hours, unstable ones first; all, or those that used a contract. */
  sources(contract?: string): Promise<SourceInfo[]>;
  /** Undeclared fields that were seen under a contract, the most frequent first. */
  drift(contract: string): Promise<DriftField[]>;
  /** Of the steps that have done something. */
  activity(): Promise<StepActivity[]>;
}

/** Watches the pipeline at work, at next to no cost for it. */
export interface Insight {
  readonly metrics: PipelineMetrics;
  readonly reports: StepReports;
  readonly api: InsightApi;
  /** The same check, whose verdicts are watched for undeclared fields. */
  watching(validate: Validate): Validate;
  /** The same consumption of a topic, counted as that of a step. */
  counting(step: string, options: ConsumeOptions, handle: Handler): [ConsumeOptions, Handler];
  close(): Promise<void>;
}

export async function openInsight(deps: { engine: Engine; log: Logger; record: boolean }): Promise<Insight> {
  const { engine, log, record } = deps;
  const drift = new DriftWatch();
  const driftStore = await keepDrift(engine.state, drift, { write: record, log });
  const activity = createActivity();
  const metrics = createPipelineMetrics({ onExtra: (row) => drift.extra(row) });
  const queue = { topic: topics.raw, group: groups.pipeline };
  const recorder = await Recorder.start({ engine, metrics, queue, record, log });

  return {
    metrics,
    reports: activity,
    api: {
      history: async (filter, minutes) => (await recorder.history()).series(filter, minutes),
      sources: async (contract) => (await recorder.history()).sources(contract),
      drift: async (contract) => drift.fields(contract),
      activity: async () => stepsWithLoader(activity.steps(), metrics),
    },
    watching: (validate) => (event, facts, again) => {
      const verdict = validate(event, facts, again);
      // It was looked at when it was sent.
      if (again === undefined) drift.look(verdict, event);
      return verdict;
    },
    counting: (step, options, handle) => [
      {
        ...options,
        onFailure(failure) {
          activity.failed(step, failure.error);
          options.onFailure?.(failure);
        },
      },
      async (batch) => {
        const unsettled = await handle(batch);
        const events = batch.reduce((sum, delivery) => sum + delivery.events, 0);
        activity.handled(step, events - (unsettled?.length ?? 0));
        return unsettled;
      },
    ],
    async close() {
      await recorder.close();
      await driftStore.close();
    },
  };
}

/** The loader works within the chain: what it has done is in the metrics. */
function stepsWithLoader(steps: StepActivity[], metrics: PipelineMetrics): StepActivity[] {
  let handled = 0;
  for (const { status, count } of metrics.counts())
    if (status === 'loaded' || status === 'repaired' || status === 'duplicate') handled += count;
  const known = steps.find(({ name }) => name === 'loader') ?? { errors: 0, last_errors: [] };
  return [...steps.filter(({ name }) => name !== 'loader'), { ...known, name: 'loader', handled }];
}
