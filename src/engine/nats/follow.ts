import { AckPolicy, type ConsumerConfig, DeliverPolicy } from '@nats-io/jetstream';
import { createInbox, type Msg, type Subscription } from '@nats-io/transport-node';
import { pause } from '../../support/retry.ts';
import { briefly } from './briefly.ts';
import type { Link } from './connection.ts';
import { patiently } from './patience.ts';
import { type Pulled, isDelivery, toPulled } from './pulled.ts';

export type Followed = Pick<Pulled, 'data' | 'header' | 'subject' | 'seq' | 'at'>;

/** Shorter than the mark of a deletion is kept (sweeper.ts). */
const maxGapMs = 300_000;
const batch = 1000;
const expiresMs = 30_000;
const heartbeatMs = 1000;
const pauseMs = 250;
/** The server forgets a reader that asks for nothing so long. */
const forgottenAfterMs = 60_000;

export interface FollowOptions {
  filter?: string;
  startSeq?: number;
  headersOnly?: boolean;
  /** Called, in place of going on, when there was no contact for `maxGapMs`: what came and went meanwhile is unknown. */
  onGap?: () => void;
  /** Called, in place of going on, when the stream has lost what it held and was made again. */
  onLost?: () => void;
}

/** A consumer on the server. */
interface Reader {
  name: string;
  inbox: string;
  /** The last one that was seen. */
  delivery: number;
  subscription?: Subscription;
}

/** `onMessage` is called for each message in order. */
export async function follow(
  link: Link,
  stream: string,
  options: FollowOptions,
  onMessage: (message: Followed) => void,
): Promise<Follower> {
  const follower = new Follower(link, stream, options, onMessage);
  await follower.begin();
  return follower;
}

/**
 * Reads a stream from some place on, in order and for as long as it is not stopped. The reader is a consumer on one server,
 * which may die: then, and when a message got lost on its way, another is made that goes on behind the last one seen. (NATS'
 * own ordered consumer asks the dead one for its state, for ever.)
 */
export class Follower {
  /** Resolves when everything that was there at the start has been seen. */
  readonly caughtUp: Promise<void>;
  #resolveCaughtUp: () => void = () => undefined;
  readonly #link: Link;
  readonly #stream: string;
  readonly #options: FollowOptions;
  readonly #onMessage: (message: Followed) => void;
  readonly #stopping = new AbortController();
  #next: number;
  #reader: Reader | undefined;
  #heardAt = 0;
  #beginning: Promise<void> | undefined;
  #watchdog: NodeJS.Timeout | undefined;
  #forgetReconnect: () => void = () => undefined;
  #forgetLost: () => void = () => undefined;

  constructor(link: Link, stream: string, options: FollowOptions, onMessage: (message: Followed) => void) {
    this.#link = link;
    this.#stream = stream;
    this.#options = options;
    this.#onMessage = onMessage;
    this.#next = options.startSeq ?? 1;
    this.caughtUp = new Promise((resolve) => (this.#resolveCaughtUp = resolve));
  }

  async begin(): Promise<void> {
    await this.#makeReader();
    if (this.#stopping.signal.aborted) return;
    this.#watchdog = setInterval(() => {
      const silentMs = performance.now() - this.#heardAt;
      if (this.#reader !== undefined && silentMs > 2.5 * heartbeatMs) this.#again();
    }, heartbeatMs / 2).unref();
    this.#forgetReconnect = this.#link.onReconnect(() => this.#again());
    this.#forgetLost = this.#link.onLost((stream) => {
      if (stream === this.#stream) this.#fromTheStart();
    });
  }

  stop(): void {
    this.#stopping.abort();
    clearInterval(this.#watchdog);
    this.#forgetReconnect();
    this.#forgetLost();
    this.#forgetReader();
  }

  /** The numbers of its messages begin again. */
  #fromTheStart(): void {
    const { onLost } = this.#options;
    if (onLost !== undefined) {
      this.stop();
      return onLost();
    }
    this.#next = 1;
    this.#again();
  }

  async #makeReader(): Promise<void> {
    this.#forgetReader();
    const { filter, headersOnly, onGap } = this.#options;
    const config: Partial<ConsumerConfig> = {
      ack_policy: AckPolicy.None,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: Math.max(1, this.#next),
      inactive_threshold: forgottenAfterMs * 1e6,
      num_replicas: 1,
      mem_storage: true,
      ...(filter === undefined ? {} : { filter_subject: filter }),
      ...(headersOnly === true ? { headers_only: true } : {}),
    };
    const { jsm, nc } = this.#link;
    const { name, num_pending: behind } = await patiently(() => jsm.consumers.add(this.#stream, config));
    if (this.#stopping.signal.aborted) return;
    if (onGap !== undefined && this.#heardAt > 0 && performance.now() - this.#heardAt > maxGapMs) {
      this.stop();
      return onGap();
    }
    if (behind === 0) this.#resolveCaughtUp();
    const inbox = createInbox();
    const reader: Reader = { name, inbox, delivery: 0 };
    reader.subscription = nc.subscribe(inbox, {
      callback: (error, message) => {
        if (error === null && this.#reader === reader) this.#receive(reader, message);
      },
    });
    this.#reader = reader;
    this.#ask();
  }

  #receive(reader: Reader, message: Msg): void {
    this.#heardAt = performance.now();
    if (!isDelivery(message)) return this.#receiveStatus(message.headers?.code ?? 0);
    const pulled = toPulled(message);
    if (pulled.delivery !== reader.delivery + 1) return this.#again();
    reader.delivery = pulled.delivery;
    this.#next = pulled.seq + 1;
    this.#onMessage(pulled);
    if (pulled.behind === 0) this.#resolveCaughtUp();
    if (reader.delivery % batch === 0) this.#ask();
  }

  #receiveStatus(code: number): void {
    const hasNothing = code === 100 || code === 404 || code === 408;
    if (!hasNothing) return this.#again();
    // Also where what was there at the start has been deleted before it came.
    this.#resolveCaughtUp();
    if (code !== 100) this.#ask();
  }

  #ask(): void {
    const { nc, api } = this.#link;
    if (this.#reader === undefined || nc.isClosed()) return;
    this.#heardAt = performance.now();
    const request = { batch, expires: expiresMs * 1e6, idle_heartbeat: heartbeatMs * 1e6 };
    nc.publish(`${api}.CONSUMER.MSG.NEXT.${this.#stream}.${this.#reader.name}`, JSON.stringify(request), {
      reply: this.#reader.inbox,
    });
  }

  /** Until there is one that answers. */
  #again(): void {
    if (this.#beginning !== undefined) return;
    this.#beginning = (async () => {
      while (!this.#stopping.signal.aborted && !this.#link.nc.isClosed())
        try {
          return await this.#makeReader();
        } catch {
          // NATS does not answer; those who need it report that.
          await pause(pauseMs, this.#stopping.signal);
        }
    })().finally(() => (this.#beginning = undefined));
  }

  #forgetReader(): void {
    const { jsm, nc } = this.#link;
    const old = this.#reader;
    this.#reader = undefined;
    old?.subscription?.unsubscribe();
    // The server forgets it by itself after a while; this only spares it the wait.
    if (old !== undefined && !nc.isClosed()) void briefly(jsm.consumers.delete(this.#stream, old.name));
  }
}
