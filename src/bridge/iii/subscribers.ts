import { stepReplayTopic } from '../../dead-letter/replay.ts';
import type { DeadLetterStore } from '../../dead-letter/store.ts';
import type { Engine } from '../../engine/engine.ts';
import { readerKey } from '../../flow/outside-readers.ts';
import { failedStep } from '../../flow/dead-letter-stage.ts';
import { messageOf, SentinelError } from '../../model/errors.ts';
import { topics } from '../../model/event.ts';
import { isObject, type Json, type JsonObject } from '../../model/json.ts';
import { type RunningSteps, startSteps } from '../../steps/runner.ts';
import { defineStep, type StepModule } from '../../steps/step.ts';
import type { Logger } from '../../support/log.ts';
import type { RetryPolicy } from '../../support/retry.ts';
import { createCaller } from './call-function.ts';
import type { Connection } from './connection.ts';

/** As the engine hands a `durable:subscriber` trigger on. */
export interface SubscriberTrigger {
  id: string;
  function_id: string;
  config: unknown;
  metadata?: unknown;
}

export interface Subscribers {
  /** That a function of the engine reads. */
  readonly topics: ReadonlySet<string>;
  register(trigger: SubscriberTrigger): Promise<void>;
  unregister(trigger: Pick<SubscriberTrigger, 'id'>): Promise<void>;
  /** Goes on with what waits for functions that were enqueued. */
  openFunctionQueue(queue: string): Promise<void>;
  /** Ends a subscription for good, so that its topic keeps nothing for it. */
  forget(topic: string, function_id: string): Promise<void>;
  close(): Promise<void>;
}

interface Deps {
  engine: Engine;
  letters: DeadLetterStore;
  connection: Connection;
  retry: RetryPolicy;
  log: Logger;
}

export const functionQueueOf = (queue: string): string => `iii_calls.${queue}`;
export const isFunctionQueue = (topic: string): boolean => topic.startsWith(functionQueueOf(''));

/** Their messages have a form of our own; what is in them is read elsewhere. */
const internal: ReadonlySet<string> = new Set([
  topics.raw,
  topics.replay,
  topics.late,
  topics.slow,
  topics.parked,
]);

/**
 * Functions of the engine as readers of our topics: each is a step to the queue, with its position, tries and dead letters.
 * A function whose worker is away costs its message no try.
 */
export function createSubscribers(deps: Deps): Subscribers {
  const { engine, letters, connection, log } = deps;
  const subscribed = new Set<string>();
  const running = new Map<string, { ids: Set<string>; steps: Promise<RunningSteps> }>();

  const call = createCaller(connection);
  const start = (step: StepModule): Promise<RunningSteps> =>
    startSteps([step], {
      engine,
      log,
      retry: deps.retry,
      contracts: { validate: () => ({ ok: true, value: {} }) },
      onReplayed: (id) => letters.settleReplayed([{ id }]),
      async onExhausted(message) {
        await letters.keep([await failedStep(letters, message)]);
        log.warn(
          { status: 'failed', step: message.step, topic: message.topic, code: 'step_failed' },
          `dead letter: ${message.step} gave up: ${messageOf(message.error)}`,
        );
      },
    });

  function run(key: string, id: string, step: StepModule): Promise<RunningSteps> {
    const known = running.get(key);
    known?.ids.add(id);
    if (known) return known.steps;
    const steps = start(step);
    running.set(key, { ids: new Set([id]), steps });
    steps.catch(() => running.delete(key));
    return steps;
  }

  return {
    topics: subscribed,
    async register({ id, function_id, config, metadata }) {
      const { topic, condition, settings } = settingsOf(config, function_id);
      const module = stepOf(`iii.${function_id}`, topic, settings, async (input) => {
        if (condition !== undefined && (await call(condition, input)) === false) return;
        await call(function_id, input, metadata);
      });
      await run(`${topic}/${function_id}`, id, module);
      subscribed.add(topic);
      await engine.state.put(readerKey(topic), true);
    },
    async unregister({ id }) {
      for (const [key, { ids, steps }] of running) {
        if (!ids.delete(id) || ids.size > 0) continue;
        running.delete(key);
        await (await steps).stop();
      }
    },
    async openFunctionQueue(queue) {
      const module = stepOf(`iii-queue.${queue}`, functionQueueOf(queue), {}, async (input) => {
        const { function_id, data = null } = input as JsonObject;
        await call(function_id as string, data);
      });
      await run(functionQueueOf(queue), queue, module);
    },
    async forget(topic, function_id) {
      const key = `${topic}/${function_id}`;
      const steps = running.get(key)?.steps;
      running.delete(key);
      await (await steps)?.stop();
      const name = `iii.${function_id}`;
      await engine.removeGroup(topic, name);
      await engine.removeGroup(stepReplayTopic(name), name);
      if ([...running.keys()].some((other) => other.startsWith(`${topic}/`))) return;
      subscribed.delete(topic);
      await engine.state.delete(readerKey(topic));
    },
    async close() {
      const all = [...running.values()].map(async ({ steps }) => (await steps).stop());
      running.clear();
      await Promise.allSettled(all);
    },
  };
}

type Tries = Pick<StepModule['config'], 'retry' | 'batch'>;

function stepOf(
  name: string,
  topic: string,
  tries: Tries,
  handle: (input: Json) => Promise<void>,
): StepModule {
  if (!/^[\w:.-]{1,150}$/.test(name) || !/^[\w:.-]{1,150}$/.test(topic))
    throw new SentinelError('step_invalid', `${name}: names have letters, digits, "_", ":", "." and "-"`);
  const triggers = [{ type: 'queue' as const, topic }];
  const config = { name, description: '', triggers, enqueues: [], flows: [], ...tries };
  return { ...defineStep(config, handle as (input: unknown) => Promise<void>), file: '' };
}

function settingsOf(config: unknown, function_id: string) {
  const given = isObject(config) ? config : {};
  const nested = isObject(given['queue_config']) ? given['queue_config'] : {};
  const topic = given['topic'] ?? given['queue'];
  if (typeof topic !== 'string') throw new SentinelError('step_invalid', `${function_id}: topic is required`);
  if (internal.has(topic))
    throw new SentinelError(
      'step_invalid',
      `${topic} is read by Data Sentinel alone; read ${topics.validated}`,
    );
  const whole = (value: unknown): number | undefined =>
    typeof value === 'number' && value >= 0 ? Math.floor(value) : undefined;
  const tries = whole(given['max_retries'] ?? given['maxRetries'] ?? nested['maxRetries']);
  const initialDelayMs = whole(given['backoff_ms'] ?? given['backoffDelayMs'] ?? nested['backoffDelayMs']);
  const condition = given['condition_function_id'];
  const retry: Partial<RetryPolicy> = {};
  if (tries !== undefined) retry.maxAttempts = Math.max(1, tries);
  if (initialDelayMs !== undefined) retry.initialDelayMs = initialDelayMs;
  return {
    topic,
    condition: typeof condition === 'string' ? condition : undefined,
    settings: { retry, batch: { concurrency: whole(nested['concurrency']) || 1 } },
  };
}
