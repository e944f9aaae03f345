import { createInbox, type Msg, type Subscription } from '@nats-io/transport-node';
import { briefly } from './briefly.ts';
import type { Link } from './connection.ts';
import { type Pulled, isDelivery, toPulled } from './pulled.ts';

export interface Puller {
  /** Asks for more when there is room. */
  pump(): void;
  /** Asks for nothing more; resolves when what was on its way has been handed over. */
  stop(): Promise<void>;
}

const expiresMs = 30_000;
const heartbeatMs = 1_000;
/** After an answer that says no, such as while a leader is elected. */
const pauseMs = 250;

/**
 * Pulls for a durable consumer: one request is open at a time, for as many messages as there is room for. The server
 * sends a heartbeat while it has nothing, so that a request which got lost is noticed and made again.
 */
export function startPuller(
  link: Link,
  { stream, consumer }: { stream: string; consumer: string },
  options: {
    /** How many messages there is room for; 0 for none. */
    room: () => number;
    maxBytes: number;
    onMessage: (message: Pulled) => void;
    /** The server no longer knows the consumer. */
    onGone: () => Promise<void>;
  },
): Puller {
  const { nc, api } = link;
  let open = 0;
  let heardAt = 0;
  let stopped = false;
  let waiting: NodeJS.Timeout | undefined;
  const inbox = createInbox();
  let requests = 0;
  // One subscription for all requests, so that messages for one that was given up on still count.
  const subscription: Subscription = nc.subscribe(`${inbox}.*`, {
    callback: (error, message) => {
      // Told of with the connection's events: the server does not let us listen to our own inbox.
      if (error === null) receive(message);
    },
  });
  /** Where the server answers the request that is open. */
  const replyTo = (): string => `${inbox}.${requests}`;

  function receive(message: Msg): void {
    heardAt = performance.now();
    const code = message.headers?.code ?? 0;
    if (isDelivery(message)) {
      open = Math.max(0, open - 1);
      options.onMessage(toPulled(message));
      if (open === 0) pump();
      return;
    }
    if (code === 100 || message.subject !== replyTo()) return;
    open = 0;
    const isGone = code === 409 && /consumer deleted/i.test(message.headers?.description ?? '');
    if ((isGone || code === 503) && !stopped) {
      void options.onGone().then(later, later);
      return;
    }
    if (code === 408 || code === 404 || (code === 409 && isServed(message))) pump();
    else later();
  }

  function later(): void {
    if (stopped) return;
    waiting ??= setTimeout(() => {
      waiting = undefined;
      pump();
    }, pauseMs);
  }

  function pump(): void {
    if (stopped || open > 0 || waiting !== undefined) return;
    const batch = options.room();
    if (batch <= 0) return;
    open = batch;
    requests++;
    heardAt = performance.now();
    const request = {
      batch,
      max_bytes: options.maxBytes,
      expires: expiresMs * 1e6,
      idle_heartbeat: heartbeatMs * 1e6,
    };
    try {
      nc.publish(`${api}.CONSUMER.MSG.NEXT.${stream}.${consumer}`, JSON.stringify(request), {
        reply: replyTo(),
      });
    } catch {
      // The connection is closed for good; whoever closed it stops us too.
      open = 0;
    }
  }

  const watchdog = setInterval(() => {
    if (open > 0 && performance.now() - heardAt > 2.5 * heartbeatMs) open = 0;
    pump();
  }, heartbeatMs / 2).unref();
  const forgetReconnect = link.onReconnect(() => {
    open = 0;
    pump();
  });

  return {
    pump,
    async stop() {
      if (stopped) return;
      stopped = true;
      clearInterval(watchdog);
      clearTimeout(waiting);
      forgetReconnect();
      if (!nc.isClosed()) await briefly(subscription.drain());
    },
  };
}

/**
 * The request got all it asked for, or the next message is too large for what is left of it. Newer servers say the
 * former of each request with a limit of bytes.
 */
function isServed(message: Msg): boolean {
  return /batch completed|maxbytes/i.test(message.headers?.description ?? '');
}
