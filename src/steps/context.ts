import type { StateStore, StateWrite } from '../engine/engine.ts';
import { SentinelError } from '../model/errors.ts';
import type { Logger } from '../support/log.ts';
import { sharedState, stateTopic } from './motia/shared-state.ts';
import type { Outlet } from './outlet.ts';
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

/** A view of the state in which every key starts with `prefix`; whoever holds it can't reach beyond. */
function scopeState(state: StateStore, prefix: string): StateStore {
  const inside = (key: string): string => prefix + key;
  const scoped = (write: StateWrite): StateWrite =>
    'put' in write ? { ...write, put: inside(write.put) } : { delete: inside(write.delete) };
  return {
    get: (key) => state.get(inside(key)),
    put: (key, value, options) => state.put(inside(key), value, options),
    putIfAbsent: (key, value, options) => state.putIfAbsent(inside(key), value, options),
    replace: (key, from, to) => state.replace(inside(key), from, to),
    delete: (key) => state.delete(inside(key)),
    write: (operations) => state.write(operations.map(scoped)),
    list: async (below, { after, ...options } = {}) => {
      const page = after === undefined ? options : { ...options, after: inside(after) };
      const entries = await state.list(inside(below), page);
      // Typed by the caller, as the store's own list is.
      return entries.map(({ key, value }) => ({ key: key.slice(prefix.length), value })) as never;
    },
    watch: (below, listener) =>
      state.watch(inside(below), ({ key, value }) => listener({ key: key.slice(prefix.length), value })),
  };
}
