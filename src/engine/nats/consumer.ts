import { Batches, type BatchSource, type Limits, limitsOf } from '../batches.ts';
import type { ConsumeOptions, Consumer, Delivery, Handler } from '../engine.ts';
import { pause } from '../../support/retry.ts';
import type { Deferred } from '../settle.ts';
import { briefly } from './briefly.ts';
import type { Link } from './connection.ts';
import type { GroupNames } from './groups.ts';
import { Holding } from './holding.ts';
import { holdBlock, holdRetry, type Held, type Intake, type Item } from './intake.ts';
import { type LargeBodies, largeHeader, readRef } from './large.ts';
import { encodeToken } from './names.ts';
import type { Pulled } from './pulled.ts';
import { startPuller } from './puller.ts';
import type { RetryArea, RetryGroup } from './retry-area.ts';
import { Mutex } from '../../support/mutex.ts';

export interface ConsumerDeps {
  link: Link;
  large: LargeBodies;
  retries: RetryArea;
  ackWaitMs: number;
  /** The group's consumers, made anew if somebody has deleted them. */
  ensure: () => Promise<GroupNames>;
  /** Something was settled. */
  onSettled: () => void;
}

interface Batch {
  readonly deliveries: readonly Delivery[];
  readonly items: readonly Item[];
}

/**
 * Messages that one request asks for; one holds up to 256 KiB. Servers serve a request to its end before the next one,
 * so a small number shares a quiet topic among the workers.
 */
const pullAtOnce = 16;
/** Between tries to settle while NATS does not answer. */
const settlePauseMs = 500;

/**
 * Runs a group's handler over what this worker pulls. Each message of JetStream is held until all deliveries in it
 * are settled, and acknowledged then; what failed goes to the retry stream first. A message that takes longer than
 * the acknowledgement wait is kept by saying so; a worker that falls silent loses it to another.
 */
export async function startConsumer(
  deps: ConsumerDeps,
  topic: string,
  group: string,
  options: ConsumeOptions,
  handle: Handler,
): Promise<Consumer> {
  const { link } = deps;
  const names = await deps.ensure();
  const holding = new Holding(deps.retries, { topic, group });
  const source: BatchSource<Batch> = {
    looking: () => undefined,
    fresh: (limits) => take(holding.fresh, limits),
    isFull: (limits) => holding.fresh.isFull(limits),
    due: (limits) => take(holding.again, limits),
    hasRoom: () => true,
    settled: async ({ items }, outcome) => {
      const again = giveBackUnchanged(holding, items, outcome.deferred);
      if (!(await putDeferred(deps.retries, { topic, group }, again, batches.stopping))) return;
      const unfinished = new Set(outcome.unfinished.map(({ position }) => position.offset));
      for (const item of items) if (!unfinished.has(item.delivery.position.offset)) holding.settled(item);
      deps.onSettled();
    },
    looked: () => pullers.forEach((puller) => puller.pump()),
  };
  const batches = new Batches(source, options, handle);

  /** In the order of arrival, also where a body has to be fetched. */
  const arrivals = new Mutex();
  const arrive = (hold: (message: Pulled) => Promise<Held | undefined>) => (message: Pulled) => {
    void arrivals.run(async () => {
      try {
        const one = await hold(message);
        if (one === undefined) return;
        if (!batches.mayTake()) return message.giveBack();
        holding.add(one);
        batches.pump();
      } catch {
        // Its parts can't be read now. It stays in the stream, and comes again.
        message.giveBack(settlePauseMs);
      }
    });
  };
  const limits = limitsOf(options);
  const pull = (
    from: { stream: string; consumer: string },
    intake: Intake,
    onMessage: (message: Pulled) => void,
  ) =>
    startPuller(link, from, {
      // Twice a batch: one to hand over while the next arrives.
      room: () => (batches.mayTake() && !intake.isFull(twice(limits)) ? pullAtOnce : 0),
      maxBytes: Math.max(2 * limits.maxBytes, 2 * link.maxPayload()),
      onMessage,
      onGone: async () => void (await deps.ensure()),
    });
  const pullers = [
    pull(
      { stream: names.stream, consumer: names.consumer },
      holding.fresh,
      arrive((message) => readBlock(deps.large, topic, message)),
    ),
    pull(
      { stream: names.retryStream, consumer: names.retryConsumer },
      holding.again,
      arrive((message) => readRetry(deps.retries, message)),
    ),
  ];
  const keepAlive = setInterval(() => holding.keepAlive(), deps.ackWaitMs / 3).unref();
  batches.pump();

  return {
    pause() {
      batches.pause();
      holding.giveBackUntouched();
    },
    resume: () => batches.resume(),
    async stop() {
      const stopped = batches.stop();
      await Promise.all(pullers.map((puller) => puller.stop()));
      await arrivals.idle();
      await stopped;
      clearInterval(keepAlive);
      await holding.giveBackAll();
      if (!link.isClosed()) await briefly(link.nc.flush());
    },
  };
}

const twice = ({ maxEvents, maxBytes }: Limits): Limits => ({
  maxEvents: 2 * maxEvents,
  maxBytes: 2 * maxBytes,
});

function take(intake: Intake, limits: Limits): Batch | undefined {
  const items = intake.take(limits);
  if (items.length === 0) return undefined;
  return { items, deliveries: items.map(({ delivery }) => delivery) };
}

async function readBlock(large: LargeBodies, topic: string, message: Pulled): Promise<Held> {
  const ref = readRef(message.header(largeHeader));
  const body = ref === undefined ? undefined : await large.load(encodeToken(topic), ref);
  return holdBlock(message, topic, body);
}

/** Undefined for one that is not due: it comes again when it is. */
async function readRetry(retries: RetryArea, message: Pulled): Promise<Held | undefined> {
  const { delivery, dueAt } = await retries.read(message);
  const early = dueAt - Date.now();
  if (early <= 0) return holdRetry(message, delivery);
  message.giveBack(early);
  return undefined;
}

/** A message that comes again under the same number of tries goes back as it is. Returns what must be deferred. */
function giveBackUnchanged(
  holding: Holding,
  items: readonly Item[],
  deferred: readonly Deferred[],
): Deferred[] {
  const byOffset = new Map(deferred.map((one) => [one.delivery.position.offset, one]));
  const again: Deferred[] = [];
  for (const { delivery, held } of items) {
    const one = byOffset.get(delivery.position.offset);
    if (one === undefined) continue;
    if (held.isRetry && one.failures === delivery.attempt - 1)
      holding.giveBack(held, Math.max(1, one.delayMs));
    else again.push(one);
  }
  return again;
}

/** False when the consumer stops before all of it is durable. */
async function putDeferred(
  retries: RetryArea,
  group: RetryGroup,
  entries: readonly Deferred[],
  stopping: AbortSignal,
): Promise<boolean> {
  let rest = entries;
  while (rest.length > 0) {
    const results = await Promise.allSettled(rest.map((entry) => retries.put(group, entry)));
    rest = rest.filter((_, index) => results[index]!.status === 'rejected');
    if (rest.length > 0 && !(await pause(settlePauseMs, stopping))) return false;
  }
  return true;
}
