import type { StateStore } from '../engine/engine.ts';
import { SentinelError } from '../model/errors.ts';
import type { Logger } from '../support/log.ts';
import { sharedState, stateTopic } from './motia/shared-state.ts';
import type { Outlet } from './outlet.ts';
import { scopeState } from './scoped-state.ts';
import type { StepConfig, StepContext, StepContracts, Trigger } from './step.ts';

/** Makes the contexts of one step's runs. */
export type ContextFactory = (run: { trigger: Trigger; attempt: number; requestId?: string }) => StepContext;

export function contextFactory(
  config: StepConfig,
  deps: {
    engine: { state: StateStore };
    outlet: Outlet;
    log: Logger;
    contracts: StepContracts;
    signal: AbortSignal;
  },
): ContextFactory {
  const { engine, outlet, contracts, signal } = deps;
  const stepLog = deps.log.child({ step: config.name });
  const state = scopeState(engine.state, `steps/${config.name}/`);
  const shared = sharedState(engine.state, (change) => outlet(stateTopic, JSON.stringify(change)));
  const declared = new Set(config.enqueues);

  async function enqueue(topic: string, data: unknown, source: string | undefined): Promise<void> {
    if (!declared.has(topic)) {
      throw new SentinelError(
        'step_invalid',
        `Step ${config.name} enqueues ${topic}, which its config does not declare; add it to enqueues.`,
      );
    }
    const text = JSON.stringify(data) as string | undefined;
    if (text === undefined) {
      throw new SentinelError(
        'step_failed',
        `Step ${config.name} enqueues something on ${topic} that is not JSON.`,
        {
          retryable: false,
        },
      );
    }
    await outlet(topic, text, source);
  }

  return ({ trigger, attempt, requestId }) => ({
    step: config.name,
    trigger,
    attempt,
    requestId,
    enqueue: (topic, data, { source = sourceOf(trigger) } = {}) => enqueue(topic, data, source),
    logger: requestId === undefined ? stepLog : stepLog.child({ request_id: requestId }),
    state,
    shared,
    contracts,
    signal,
  });
}

const sourceOf = (trigger: Trigger): string | undefined =>
  trigger.type === 'http' ? trigger.source : undefined;
