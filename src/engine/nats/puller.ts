import { createInbox, type Msg, type Subscription } from '@nats-io/transport-node';
import { briefly } from './briefly.ts';
import type { Link } from './connection.ts';
import { type Pulled, isDelivery, toPulled } from './pulled.ts';

export interface PullerOptions {
  stream: string;
  consumer: string;
  /** How many messages there is room for; 0 for none. */
  room: () => number;
  maxBytes: number;
  onMessage: (message: Pulled) => void;
  /** The server no longer knows the consumer. */
  onGone: () => Promise<void>;
}

const expiresMs = 30_000;
const heartbeatMs = 1_000;
/** After an answer that says no, such as while a leader is elected. */
const pauseMs = 250;

/**
 * Pulls for a durable consumer: one request is open at a time, for as many messages as there is room for. The server
 * sends a heartbeat while it has nothing, so that a request which got lost is noticed and made again.
 */
export class Puller {
  readonly #link: Link;
  readonly #options: PullerOptions;
  readonly #inbox = createInbox();
  readonly #subscription: Subscription;
  readonly #watchdog: NodeJS.Timeout;
  readonly #forgetReconnect: () => void;
  /** Messages of the open request that have not arrived; 0 when no request is open. */
  #open = 0;
  #heardAt = 0;
  #requests = 0;
  #stopped = false;
  #waiting: NodeJS.Timeout | undefined;

  constructor(link: Link, options: PullerOptions) {
    this.#link = link;
    this.#options = options;
    // One subscription for all requests, so that messages for one that was given up on still count.
    this.#subscription = link.nc.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => {
        // The connection's events report it: the server does not let us listen to our own inbox.
        if (error === null) this.#receive(message);
      },
    });
    this.#watchdog = setInterval(() => this.#watch(), heartbeatMs / 2).unref();
    this.#forgetReconnect = link.onReconnect(() => {
      this.#open = 0;
      this.pump();
    });
  }

  /** Asks for more when there is room. */
  pump(): void {
    if (this.#stopped || this.#open > 0 || this.#waiting !== undefined) return;
    const { room, maxBytes, stream, consumer } = this.#options;
    const batch = room();
    if (batch <= 0) return;
    this.#open = batch;
    this.#requests++;
    this.#heardAt = performance.now();
    const request = {
      batch,
      max_bytes: maxBytes,
      expires: expiresMs * 1e6,
      idle_heartbeat: heartbeatMs * 1e6,
    };
    try {
      const subject = `${this.#link.api}.CONSUMER.MSG.NEXT.${stream}.${consumer}`;
      this.#link.nc.publish(subject, JSON.stringify(request), { reply: this.#replyTo() });
    } catch {
      // The connection is closed for good; whoever closed it stops us too.
      this.#open = 0;
    }
  }

  /** Asks for nothing more; resolves when the messages on their way have been handed over. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    clearInterval(this.#watchdog);
    clearTimeout(this.#waiting);
    this.#forgetReconnect();
    if (!this.#link.nc.isClosed()) await briefly(this.#subscription.drain());
  }

  #watch(): void {
    if (this.#open > 0 && performance.now() - this.#heardAt > 2.5 * heartbeatMs) {
      this.#open = 0;
      // Nobody answers for a consumer that is gone with the storage of its server.
      if (this.#link.isConnected()) return this.#makeAgain();
    }
    this.pump();
  }

  /** Where the server answers the request that is open. */
  #replyTo(): string {
    return `${this.#inbox}.${this.#requests}`;
  }

  #receive(message: Msg): void {
    this.#heardAt = performance.now();
    const code = message.headers?.code ?? 0;
    if (isDelivery(message)) {
      this.#open = Math.max(0, this.#open - 1);
      this.#options.onMessage(toPulled(message));
      if (this.#open === 0) this.pump();
      return;
    }
    if (code === 100 || message.subject !== this.#replyTo()) return;
    this.#open = 0;
    const isGone = code === 409 && /consumer deleted/i.test(message.headers?.description ?? '');
    if ((isGone || code === 503) && !this.#stopped) {
      return this.#makeAgain();
    }
    if (code === 408 || code === 404 || (code === 409 && isServed(message))) this.pump();
    else this.#later();
  }

  #makeAgain(): void {
    const again = (): void => this.#later();
    void this.#options.onGone().then(again, again);
  }

  #later(): void {
    if (this.#stopped) return;
    this.#waiting ??= setTimeout(() => {
      this.#waiting = undefined;
      this.pump();
    }, pauseMs);
  }
}

/**
 * The request got all it asked for, or the next message is too large for what is left of it. Newer servers say the
 * former of each request with a limit of bytes.
 */
function isServed(message: Msg): boolean {
  return /batch completed|maxbytes/i.test(message.headers?.description ?? '');
}
