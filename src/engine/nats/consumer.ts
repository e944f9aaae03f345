import { defaultRetry, type ConsumeOptions, type Consumer, type Handler } from '../engine.ts';
import { pause as waitFor, settleInPlace, settleOnce, type SetAside } from '../settle.ts';
import { briefly } from './briefly.ts';
import type { Link } from './connection.ts';
import type { GroupNames } from './groups.ts';
import { holdBlock, holdRetry, Intake, remainderOf, type Held, type Item, type Limits } from './intake.ts';
import { type LargeBodies, largeHeader, readRef } from './large.ts';
import { encodeToken } from './names.ts';
import type { Pulled } from './pulled.ts';
import { startPuller } from './puller.ts';
import type { RetryArea, RetryGroup } from './retry-area.ts';

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

const defaultMaxEvents = 1000;
const defaultMaxBytes = 4 * 1024 * 1024;
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
  const { link, large, retries } = deps;
  const limits: Limits = {
    maxEvents: options.maxEvents ?? defaultMaxEvents,
    maxBytes: options.maxBytes ?? defaultMaxBytes,
  };
  const inFlight = Math.max(1, options.inFlight ?? 1);
  const retry = options.retry ?? defaultRetry;
  const names = await deps.ensure();
  const retryGroup: RetryGroup = { topic, group };

  const fresh = new Intake();
  const again = new Intake();
  const held = new Set<Held>();
  const arriving = new Set<Promise<void>>();
  const running = new Set<Promise<void>>();
  const stopping = new AbortController();
  let paused = options.paused === true;
  let holding = 0;
  let lastWasRetry = false;
  let pumping = false;
  let lingerTimer: NodeJS.Timeout | undefined;
  let lastStart = -Infinity;

  const mayTake = (): boolean => !stopping.signal.aborted && !paused;
  const mayStart = (): boolean => mayTake() && holding === 0 && running.size < inFlight;
  /** Twice a batch: one to hand over while the next arrives. */
  const roomIn = (intake: Intake): number =>
    mayTake() && intake.events < 2 * limits.maxEvents && intake.bytes < 2 * limits.maxBytes ? pullAtOnce : 0;
  const common = {
    maxBytes: Math.max(2 * limits.maxBytes, 2 * link.maxPayload()),
    onGone: async () => void (await deps.ensure()),
  };
  const pullers = [
    startPuller(
      link,
      { stream: names.stream, consumer: names.consumer },
      { ...common, room: () => roomIn(fresh), onMessage: (message) => arrive(message, takeBlock) },
    ),
    startPuller(
      link,
      { stream: names.retryStream, consumer: names.retryConsumer },
      { ...common, room: () => roomIn(again), onMessage: (message) => arrive(message, takeRetry) },
    ),
  ];

  /** In the order of arrival, also where a body has to be fetched. */
  let arrivals: Promise<void> = Promise.resolve();
  function arrive(message: Pulled, take: (message: Pulled) => Promise<void>): void {
    arrivals = arrivals.then(() =>
      take(message).catch(() => {
        // Its parts can't be read now. It stays in the stream, and comes again.
        message.giveBack(settlePauseMs);
      }),
    );
    const mine = arrivals;
    arriving.add(mine);
    void mine.finally(() => arriving.delete(mine));
  }

  async function takeBlock(message: Pulled): Promise<void> {
    const ref = readRef(message.header(largeHeader));
    const body = ref === undefined ? undefined : await large.load(encodeToken(topic), ref);
    accept(holdBlock(message, topic, body), fresh);
  }

  async function takeRetry(message: Pulled): Promise<void> {
    const { delivery, dueAt } = await retries.read(message);
    const early = dueAt - Date.now();
    if (early > 0) message.giveBack(early);
    else accept(holdRetry(message, delivery), again);
  }

  function accept(one: Held, intake: Intake): void {
    if (!mayTake()) return one.message.giveBack();
    held.add(one);
    intake.add(one);
    pump();
  }

  function pump(): void {
    if (pumping) return;
    pumping = true;
    try {
      while (mayStart()) {
        const batch = nextBatch();
        if (batch.length === 0) break;
        start(batch);
      }
      for (const puller of pullers) puller.pump();
    } finally {
      pumping = false;
    }
  }

  /** Due retries come first, but never twice in a row while there are new messages. */
  function nextBatch(): Item[] {
    const isRetry = again.length > 0 && (!lastWasRetry || fresh.length === 0);
    if (!isRetry && fresh.length > 0 && lingers()) return [];
    lastWasRetry = isRetry;
    if (!isRetry) lastStart = performance.now();
    return (isRetry ? again : fresh).take(limits);
  }

  /** True while more messages may still join the next batch; looks again when their time is up. */
  function lingers(): boolean {
    const left = lastStart + (options.lingerMs ?? 0) - performance.now();
    if (left <= 0 || fresh.isFull(limits)) return false;
    lingerTimer ??= setTimeout(() => {
      lingerTimer = undefined;
      pump();
    }, left);
    return true;
  }

  function start(batch: Item[]): void {
    const run = work(batch).finally(() => {
      running.delete(run);
      pump();
    });
    running.add(run);
  }

  async function work(batch: Item[]): Promise<void> {
    const deliveries = batch.map(({ delivery }) => delivery);
    const setAside = await settle(deliveries);
    if (setAside === undefined) return;
    const aside = new Map(setAside.map((one) => [one.delivery.position.offset, one]));
    const again: SetAside[] = [];
    for (const { delivery, held } of batch) {
      const one = aside.get(delivery.position.offset);
      // The same message under the same number of tries: it goes back as it is.
      if (one !== undefined && held.isRetry && one.failures === delivery.attempt - 1) {
        letGo(held);
        held.message.giveBack(Math.max(1, one.delayMs));
      } else if (one !== undefined) again.push(one);
    }
    if (!(await putAside(again))) return;
    for (const { delivery, held } of batch) settled(held, delivery);
    deps.onSettled();
  }

  /** Undefined when the consumer stops before the batch is settled. */
  async function settle(deliveries: Item['delivery'][]): Promise<readonly SetAside[] | undefined> {
    if (retry !== 'hold') return await settleOnce(deliveries, handle, retry, options);
    let hasHeld = false;
    const onHold = (): void => {
      if (!hasHeld) holding++;
      hasHeld = true;
    };
    const seen: Handler = async (rest) => {
      const unsettled = (await handle(rest)) ?? [];
      const open = new Set(unsettled.map(({ index }) => rest[index]?.position.offset));
      // So that a stop gives back only the others.
      if (unsettled.every(({ index }) => rest[index] !== undefined))
        for (const { position } of rest) if (!open.has(position.offset)) done.add(position.offset);
      return unsettled;
    };
    const done = new Set<number>();
    const finished = await settleInPlace(deliveries, seen, stopping.signal, {
      onHold,
      ...(options.onFailure && { onFailure: options.onFailure }),
    });
    if (hasHeld) holding--;
    if (finished) return [];
    for (const one of held)
      for (const delivery of one.open) if (done.has(delivery.position.offset)) one.open.delete(delivery);
    return undefined;
  }

  /** False when it stops before all of it is durable. */
  async function putAside(entries: readonly SetAside[]): Promise<boolean> {
    let rest = entries;
    while (rest.length > 0) {
      const results = await Promise.allSettled(rest.map((entry) => retries.put(retryGroup, entry)));
      const failed = rest.filter((_, index) => results[index]!.status === 'rejected');
      if (failed.length === 0) return true;
      rest = failed;
      if (!(await waitFor(settlePauseMs, stopping.signal))) return false;
    }
    return true;
  }

  function settled(one: Held, delivery: Item['delivery']): void {
    if (!held.has(one)) return;
    one.open.delete(delivery);
    if (one.open.size > 0) return;
    letGo(one);
    one.message.ack();
    // Left over, should this fail: the sweep of large bodies takes it.
    if (one.isRetry) void retries.release(one.message).catch(() => undefined);
  }

  function letGo(one: Held): void {
    held.delete(one);
  }

  /** Gives back what was not settled, so that it comes again at once and not after the acknowledgement wait. */
  async function release(one: Held): Promise<void> {
    letGo(one);
    if (one.open.size === one.deliveries.length) return one.message.giveBack();
    const put = await Promise.allSettled(remainderOf(one).map((entry) => retries.put(retryGroup, entry)));
    if (put.every(({ status }) => status === 'fulfilled')) one.message.ack();
    else one.message.giveBack();
  }

  const keepAlive = setInterval(() => {
    for (const one of held) one.message.extend();
  }, deps.ackWaitMs / 3).unref();
  pump();

  return {
    pause() {
      paused = true;
      for (const intake of [fresh, again])
        for (const one of intake.dropUntouched()) {
          letGo(one);
          one.message.giveBack();
        }
    },
    resume() {
      paused = false;
      pump();
    },
    async stop() {
      stopping.abort();
      clearTimeout(lingerTimer);
      await Promise.all(pullers.map((puller) => puller.stop()));
      await Promise.all(arriving);
      await Promise.all(running);
      clearInterval(keepAlive);
      await Promise.all([...held].map(release));
      if (!link.isClosed()) await briefly(link.nc.flush());
    },
  };
}
