import { setMaxListeners } from 'node:events';
import type { Consumer, Engine } from '../engine/engine.ts';
import type { RetryPolicy } from '../support/retry.ts';
import type { Logger } from '../support/log.ts';
import { contextFactory } from './context.ts';
import { startCronTriggers } from './cron-trigger.ts';
import { httpRoutes, type StepRoute } from './http-trigger.ts';
import { type OutletLimits, createOutlet } from './outlet.ts';
import { startQueueTriggers, type ExhaustedMessage } from './queue-trigger.ts';
import type { StepReports } from './reports.ts';
import type { StepContracts, StepModule } from './step.ts';

export type { ExhaustedMessage, StepRoute };

export interface StepDeps {
  engine: Engine;
  log: Logger;
  /** Topics that steps consume, also those that run elsewhere. Default: those of the steps that are started. */
  subscribed?: ReadonlySet<string>;
  contracts: StepContracts;
  /** For steps that say nothing else. */
  retry: RetryPolicy;
  /** Per step name, from the config file; wins over the step's own. */
  stepRetry?: Readonly<Record<string, Partial<RetryPolicy>>>;
  /** Keeps a message that its step gave up on; it is settled when this resolves, and offered again when it throws. */
  onExhausted: (message: ExhaustedMessage) => Promise<void>;
  /** Settles the dead letter of a message that the step has processed after all. */
  onReplayed: (deadLetterId: string) => Promise<void>;
  /** What a handler has to end in after its signal, in milliseconds. */
  stopGraceMs?: number | undefined;
  /** Of what they enqueue. Default: those of a request. */
  limits?: OutletLimits;
  /** Is told what the steps do. */
  activity?: StepReports;
}

export interface RunningSteps {
  /** For the server to mount. */
  routes: StepRoute[];
  /** Resolves when the handlers that run are done, or have gone on for too long: they see their signal aborted. */
  stop: () => Promise<void>;
}

/** The config file wins over the step's own words, and these over the default. */
export function retryOf({ config }: StepModule, deps: Pick<StepDeps, 'retry' | 'stepRetry'>): RetryPolicy {
  return { ...deps.retry, ...config.retry, ...ownEntry(deps.stepRetry, config.name) };
}

/** Starts all triggers of all steps. When one can't be started, the ones before it are stopped again. */
export async function startSteps(steps: readonly StepModule[], deps: StepDeps): Promise<RunningSteps> {
  const abort = new AbortController();
  const { signal } = abort;
  // Each run listens to it.
  setMaxListeners(0, signal);
  const outlet = createOutlet(deps.engine, deps.subscribed ?? subscribedTopics(steps), deps.limits);
  const routes: StepRoute[] = [];
  const running: Pick<Consumer, 'stop'>[] = [];

  async function stop(): Promise<void> {
    abort.abort();
    await Promise.all(running.map((consumer) => consumer.stop()));
  }

  try {
    for (const step of steps) {
      const context = contextFactory(step.config, { ...deps, outlet, signal });
      const retry = retryOf(step, deps);
      routes.push(...httpRoutes(step, { ...deps, context }));
      running.push(...(await startQueueTriggers(step, { ...deps, context, retry, signal })));
      for (const job of startCronTriggers(step, { ...deps, context })) {
        running.push({ stop: async () => job.stop() });
      }
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { routes, stop };
}

/** The topics that some step consumes: the pipeline publishes copies only for these. */
export function subscribedTopics(steps: readonly StepModule[]): Set<string> {
  return new Set(
    steps.flatMap(({ config }) =>
      config.triggers.flatMap((trigger) => (trigger.type === 'queue' ? [trigger.topic] : [])),
    ),
  );
}

function ownEntry<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return record && Object.hasOwn(record, key) ? record[key] : undefined;
}
