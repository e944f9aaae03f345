import { parseJson } from '../model/exact-json.ts';
import { defaultRetry, type Consumer, type Delivery, type Engine, type Unsettled } from '../engine/engine.ts';
import { SentinelError } from '../model/errors.ts';
import { isObject, type Json } from '../model/json.ts';
import type { Logger } from '../support/log.ts';
import type { RetryPolicy } from '../support/retry.ts';
import { deadLetterId } from '../model/dead-letter.ts';
import { stepReplayTopic } from '../dead-letter/replay.ts';
import { contentId } from './content-id.ts';
import type { ContextFactory } from './context.ts';
import type { StepReports } from './reports.ts';
import type { StepContext, StepModule, Trigger } from './step.ts';
import { withinGrace } from './stop-grace.ts';

type QueueTrigger = Extract<Trigger, { type: 'queue' }>;

/** A message that a step gave up on; `body` is the caller's to keep. */
export interface ExhaustedMessage {
  step: string;
  topic: string;
  body: Uint8Array;
  attempts: number;
  error: unknown;
}

interface QueueDeps {
  engine: Engine;
  log: Logger;
  context: ContextFactory;
  retry: Partial<RetryPolicy>;
  signal: AbortSignal;
  stopGraceMs?: number | undefined;
  onExhausted: (message: ExhaustedMessage) => Promise<void>;
  /** A message that the step once gave up on is done; by the id of its dead letter. */
  onReplayed: (deadLetterId: string) => Promise<void>;
  activity?: StepReports;
}

/** Consumes each of the step's topics as the group named like the step; each message fails and is retried alone. */
export async function startQueueTriggers(step: StepModule, deps: QueueDeps): Promise<Consumer[]> {
  const consumers: Consumer[] = [];
  for (const [topic, triggers] of queueTriggersByTopic(step)) {
    consumers.push(await consumeTopic(step, topic, triggers, deps));
  }
  return consumers;
}

/** The step's own topics, and the one on which it gets again what it once gave up on. */
function queueTriggersByTopic(step: StepModule): Map<string, QueueTrigger[]> {
  const byTopic = new Map<string, QueueTrigger[]>();
  for (const trigger of step.config.triggers) {
    if (trigger.type !== 'queue') continue;
    byTopic.set(trigger.topic, [...(byTopic.get(trigger.topic) ?? []), trigger]);
  }
  const all = [...byTopic.values()].flat();
  if (all.length > 0) byTopic.set(stepReplayTopic(step.config.name), all);
  return byTopic;
}

async function consumeTopic(
  step: StepModule,
  topic: string,
  triggers: readonly QueueTrigger[],
  { engine, log, context, retry, signal, stopGraceMs, onExhausted, onReplayed, activity }: QueueDeps,
): Promise<Consumer> {
  const { name, batch } = step.config;
  const concurrency = batch?.concurrency ?? 1;

  const runHandler = async (input: Json, about: StepContext): Promise<unknown> => step.handler(input, about);

  async function handleOne(delivery: Delivery): Promise<void> {
    const input = parse(delivery.body, name, topic);
    const trigger = triggers.find(
      ({ contract }) => contract === undefined || contract === textAt(input, 'contract'),
    );
    if (!trigger) return;
    const requestId = textAt(input, 'request_id');
    const { attempt } = delivery;
    const facts = requestId === undefined ? { trigger, attempt } : { trigger, attempt, requestId };
    await withinGrace(runHandler(input, context(facts)), signal, stopGraceMs);
    activity?.handled(name, 1);
    if (topic === stepReplayTopic(name)) {
      const id = requestId ?? contentId(Buffer.from(delivery.body).toString());
      await onReplayed(deadLetterId({ request_id: id, step: name }));
    }
  }

  async function handleBatch(deliveries: readonly Delivery[]): Promise<Unsettled[]> {
    const unsettled: Unsettled[] = [];
    const queue = deliveries.entries();
    const lane = async (): Promise<void> => {
      for (const [index, delivery] of queue) {
        try {
          await handleOne(delivery);
        } catch (error) {
          if (isAbandoned(error))
            log.warn(
              { status: 'stopping', code: 'step_abandoned', step: name, topic },
              'the step goes on long after its signal; it is not waited for, and its message comes again',
            );
          // A handler that obeyed the signal has not failed: its message comes again after the next start.
          if (signal.aborted) unsettled.push({ index, deferMs: 0 });
          else if (error instanceof Postponed) unsettled.push({ index, deferMs: error.delayMs });
          else unsettled.push({ index, error });
        }
      }
    };
    await Promise.all(Array.from({ length: concurrency }, lane));
    return unsettled;
  }

  return engine.consume(
    topic,
    name,
    {
      maxEvents: batch?.maxEvents ?? 100,
      retry: { ...defaultRetry, ...retry },
      onExhausted: ({ body, attempt }, error) =>
        onExhausted({ step: name, topic, body: body.slice(), attempts: attempt, error }),
      onFailure: ({ error, attempt, nextDelayMs }) => {
        activity?.failed(name, error);
        log.warn(
          { status: 'failed', step: name, topic, attempt, retry_in_ms: nextDelayMs, err: error },
          'step failed',
        );
      },
    },
    handleBatch,
  );
}

/** What a handler throws that can't work now: its message comes again, and the try does not count. */
export class Postponed extends Error {
  override readonly name = 'Postponed';
  readonly delayMs: number;

  constructor(delayMs: number) {
    super('postponed');
    this.delayMs = delayMs;
  }
}

const isAbandoned = (error: unknown): boolean =>
  error instanceof SentinelError && error.code === 'pipeline_stopped';

const decoder = new TextDecoder('utf-8', { fatal: true });

function parse(body: Uint8Array, step: string, topic: string): Json {
  try {
    return parseJson(decoder.decode(body));
  } catch (error) {
    throw new SentinelError('step_failed', `A message on ${topic} for step ${step} is not JSON.`, {
      cause: error,
      retryable: false,
    });
  }
}

function textAt(input: Json, key: string): string | undefined {
  if (!isObject(input) || !Object.hasOwn(input, key)) return undefined;
  const value = input[key];
  return typeof value === 'string' ? value : undefined;
}
