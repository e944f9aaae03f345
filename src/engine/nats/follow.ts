import { setTimeout as sleep } from 'node:timers/promises';
import { AckPolicy, type ConsumerConfig, DeliverPolicy } from '@nats-io/jetstream';
import { createInbox, type Msg, type Subscription } from '@nats-io/transport-node';
import { briefly } from './briefly.ts';
import type { Link } from './connection.ts';
import { patiently } from './patience.ts';
import { type Pulled, isDelivery, toPulled } from './pulled.ts';

/** Reads a stream from some place on, in order and for as long as it is not stopped. */
export interface Follower {
  /** Resolves when everything that was there at the start has been seen. */
  readonly caughtUp: Promise<void>;
  stop(): void;
}

export type Followed = Pick<Pulled, 'data' | 'header' | 'subject' | 'seq' | 'at'>;

/** Shorter than the mark of a deletion is kept (sweeper.ts). */
const maxGapMs = 300_000;
const batch = 1000;
const expiresMs = 30_000;
const heartbeatMs = 1000;
const pauseMs = 250;
/** The server forgets a reader that asks for nothing so long. */
const forgottenAfterMs = 60_000;

/**
 * `onMessage` is called for each message in order. The reader is a consumer on one server, which may die: then, and
 * when a message got lost on its way, another is made that goes on behind the last one seen. (NATS' own ordered consumer
 * asks the dead one for its state, for ever.)
 */
export async function follow(
  link: Link,
  stream: string,
  options: {
    filter?: string;
    startSeq?: number;
    headersOnly?: boolean;
    /** Called, in place of going on, when there was no contact for `maxGapMs`: what came and went meanwhile is unknown. */
    onGap?: () => void;
  },
  onMessage: (message: Followed) => void,
): Promise<Follower> {
  const { nc, jsm, api } = link;
  let next = options.startSeq ?? 1;
  let reader: { name: string; inbox: string; delivery: number; subscription: Subscription } | undefined;
  let heardAt = 0;
  const stopping = new AbortController();
  let beginning: Promise<void> | undefined;
  let resolve: () => void = () => undefined;
  const caughtUp = new Promise<void>((done) => {
    resolve = done;
  });

  async function begin(): Promise<void> {
    forgetConsumer();
    const config: Partial<ConsumerConfig> = {
      ack_policy: AckPolicy.None,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: Math.max(1, next),
      inactive_threshold: forgottenAfterMs * 1e6,
      num_replicas: 1,
      mem_storage: true,
      ...(options.filter === undefined ? {} : { filter_subject: options.filter }),
      ...(options.headersOnly === true ? { headers_only: true } : {}),
    };
    const { name, num_pending: behind } = await patiently(() => jsm.consumers.add(stream, config));
    if (stopping.signal.aborted) return;
    if (options.onGap !== undefined && heardAt > 0 && performance.now() - heardAt > maxGapMs) {
      stop();
      return options.onGap();
    }
    if (behind === 0) resolve();
    const inbox = createInbox();
    const mine = { name, inbox, delivery: 0, subscription: nc.subscribe(inbox, { callback: receive }) };
    reader = mine;
    ask();

    function receive(error: Error | null, message: Msg): void {
      if (error !== null || reader !== mine) return;
      heardAt = performance.now();
      if (!isDelivery(message)) {
        const code = message.headers?.code ?? 0;
        const hasNothing = code === 100 || code === 404 || code === 408;
        // Also where what was there at the start has been deleted before it came.
        if (hasNothing) resolve();
        if (!hasNothing) again();
        else if (code !== 100) ask();
        return;
      }
      const pulled = toPulled(message);
      if (pulled.delivery !== mine.delivery + 1) return again();
      mine.delivery = pulled.delivery;
      next = pulled.seq + 1;
      onMessage(pulled);
      if (pulled.behind === 0) resolve();
      if (mine.delivery % batch === 0) ask();
    }
  }

  function ask(): void {
    if (reader === undefined || nc.isClosed()) return;
    heardAt = performance.now();
    const request = { batch, expires: expiresMs * 1e6, idle_heartbeat: heartbeatMs * 1e6 };
    nc.publish(`${api}.CONSUMER.MSG.NEXT.${stream}.${reader.name}`, JSON.stringify(request), {
      reply: reader.inbox,
    });
  }

  /** Until there is one that answers. */
  function again(): void {
    beginning ??= (async () => {
      while (!stopping.signal.aborted && !nc.isClosed())
        try {
          return await begin();
        } catch {
          // NATS does not answer; those who need it report that.
          await sleep(pauseMs);
        }
    })().finally(() => (beginning = undefined));
  }

  function forgetConsumer(): void {
    const old = reader;
    reader = undefined;
    old?.subscription.unsubscribe();
    // The server forgets it by itself after a while; this only spares it the wait.
    if (old !== undefined && !nc.isClosed()) void briefly(jsm.consumers.delete(stream, old.name));
  }

  await begin();
  const watchdog = setInterval(() => {
    if (reader !== undefined && performance.now() - heardAt > 2.5 * heartbeatMs) again();
  }, heartbeatMs / 2).unref();
  const forgetReconnect = link.onReconnect(again);
  return {
    caughtUp,
    stop,
  };

  function stop(): void {
    stopping.abort();
    clearInterval(watchdog);
    forgetReconnect();
    forgetConsumer();
  }
}
