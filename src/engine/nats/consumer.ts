import { Batches, type BatchSource, type Limits, limitsOf } from '../batches.ts';
import type { ConsumeOptions, Consumer, Delivery, Handler } from '../engine.ts';
import type { Outcome } from '../settle.ts';
import { briefly } from './briefly.ts';
import type { Link } from './connection.ts';
import type { GroupNames } from './groups.ts';
import { Holding } from './holding.ts';
import { holdBlock, holdRetry, type Held, type Intake, type Item } from './intake.ts';
import { type LargeBodies, largeHeader, readRef } from './large.ts';
import { giveBackUnchanged, putDeferred, settlePauseMs } from './deferring.ts';
import { encodeToken } from './names.ts';
import type { Pulled } from './pulled.ts';
import { Puller } from './puller.ts';
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

/**
 * Runs a group's handler over the messages that this worker pulls. Each message of JetStream is held until all deliveries
 * in it are settled, and acknowledged then; failed deliveries go to the retry stream first. A message that takes longer
 * than the acknowledgement wait is extended; a worker that falls silent loses it to another.
 */
export class NatsConsumer implements Consumer {
  readonly #deps: ConsumerDeps;
  readonly #of: RetryGroup;
  readonly #limits: Limits;
  readonly #holding: Holding;
  readonly #batches: Batches<Batch>;
  readonly #pullers: readonly Puller[];
  readonly #keepAlive: NodeJS.Timeout;
  /** In the order of arrival, also where a body has to be fetched. */
  readonly #arrivals = new Mutex();

  private constructor(
    deps: ConsumerDeps,
    of: RetryGroup,
    names: GroupNames,
    options: ConsumeOptions,
    handle: Handler,
  ) {
    this.#deps = deps;
    this.#of = of;
    this.#limits = limitsOf(options);
    const holding = new Holding(deps.retries, of);
    this.#holding = holding;
    this.#batches = new Batches(this.#source(), options, handle);
    this.#pullers = [
      this.#pull(names.stream, names.consumer, holding.fresh, (message) =>
        readBlock(deps.large, of.topic, message),
      ),
      this.#pull(names.retryStream, names.retryConsumer, holding.again, (message) =>
        readRetry(deps.retries, message),
      ),
    ];
    this.#keepAlive = setInterval(() => holding.keepAlive(), deps.ackWaitMs / 3).unref();
  }

  static async start(
    deps: ConsumerDeps,
    of: RetryGroup,
    options: ConsumeOptions,
    handle: Handler,
  ): Promise<NatsConsumer> {
    const consumer = new NatsConsumer(deps, of, await deps.ensure(), options, handle);
    consumer.#batches.pump();
    return consumer;
  }

  pause(): void {
    this.#batches.pause();
    this.#holding.giveBackUntouched();
  }

  resume(): void {
    this.#batches.resume();
  }

  async stop(): Promise<void> {
    const stopped = this.#batches.stop();
    await Promise.all(this.#pullers.map((puller) => puller.stop()));
    await this.#arrivals.idle();
    await stopped;
    clearInterval(this.#keepAlive);
    await this.#holding.giveBackAll();
    const { link } = this.#deps;
    if (!link.isClosed()) await briefly(link.nc.flush());
  }

  #source(): BatchSource<Batch> {
    const { fresh, again } = this.#holding;
    return {
      looking: () => undefined,
      fresh: (limits) => take(fresh, limits),
      isFull: (limits) => fresh.isFull(limits),
      due: (limits) => take(again, limits),
      hasRoom: () => true,
      settled: (batch, outcome) => this.#settled(batch, outcome),
      looked: () => this.#pullers.forEach((puller) => puller.pump()),
    };
  }

  async #settled({ items }: Batch, outcome: Outcome): Promise<void> {
    const again = giveBackUnchanged(this.#holding, items, outcome.deferred);
    if (!(await putDeferred(this.#deps.retries, this.#of, again, this.#batches.stopping))) return;
    const unfinished = new Set(outcome.unfinished.map(({ position }) => position.offset));
    for (const item of items) if (!unfinished.has(item.delivery.position.offset)) this.#holding.settled(item);
    this.#deps.onSettled();
  }

  #pull(
    stream: string,
    consumer: string,
    intake: Intake,
    read: (message: Pulled) => Promise<Held | undefined>,
  ): Puller {
    const { link, ensure } = this.#deps;
    // Twice a batch: one to hand over while the next arrives.
    const limits = { maxEvents: 2 * this.#limits.maxEvents, maxBytes: 2 * this.#limits.maxBytes };
    return new Puller(link, {
      stream,
      consumer,
      room: () => (this.#batches.mayTake() && !intake.isFull(limits) ? pullAtOnce : 0),
      maxBytes: Math.max(limits.maxBytes, 2 * link.maxPayload()),
      onMessage: (message) => this.#arrive(message, read),
      onGone: async () => void (await ensure()),
    });
  }

  #arrive(message: Pulled, read: (message: Pulled) => Promise<Held | undefined>): void {
    void this.#arrivals.run(async () => {
      try {
        const held = await read(message);
        if (held === undefined) return;
        if (!this.#batches.mayTake()) return message.giveBack();
        this.#holding.add(held);
        this.#batches.pump();
      } catch {
        // Its parts can't be read now. It stays in the stream, and is delivered again.
        message.giveBack(settlePauseMs);
      }
    });
  }
}

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
  const { delivery, dueAt, delayMs = Infinity } = await retries.read(message);
  const left = dueAt - Date.now();
  // No more is left than the whole delay, unless the clock of whoever deferred it was ahead: then it is waited for once.
  const early = left <= delayMs ? left : message.deliveries > 1 ? 0 : delayMs;
  if (early <= 0) return holdRetry(message, delivery);
  message.giveBack(early);
  return undefined;
}
