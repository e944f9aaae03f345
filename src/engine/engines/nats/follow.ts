import { DeliverPolicy, type JsMsg } from '@nats-io/jetstream';
import type { Link } from './connection.ts';
import { patiently } from './patience.ts';

/** Reads a stream from some place on, in order and for as long as it is not stopped. */
export interface Follower {
  /** Resolves when everything that was there at the start has been seen. */
  readonly caughtUp: Promise<void>;
  stop(): void;
}

/**
 * `onMessage` is called for each message in order; a gap, as after a reconnect, is closed by reading again from the
 * last one seen.
 */
export async function follow(
  link: Link,
  stream: string,
  options: { filter?: string; startSeq?: number; headersOnly?: boolean },
  onMessage: (message: JsMsg) => void,
): Promise<Follower> {
  const consumer = await patiently(() =>
    link.js.consumers.get(stream, {
      ...(options.filter === undefined ? {} : { filter_subjects: options.filter }),
      ...(options.startSeq === undefined
        ? { deliver_policy: DeliverPolicy.All }
        : { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: options.startSeq }),
      ...(options.headersOnly === true ? { headers_only: true } : {}),
    }),
  );
  const { num_pending: before } = await patiently(() => consumer.info());
  let resolve: () => void = () => undefined;
  const caughtUp = new Promise<void>((done) => {
    resolve = done;
  });
  if (before === 0) resolve();
  let stopped = false;
  const messages = await consumer.consume({
    max_messages: 1000,
    callback(message) {
      if (stopped) return;
      onMessage(message);
      if (message.info.pending === 0) resolve();
    },
  });
  return {
    caughtUp,
    stop() {
      stopped = true;
      messages.stop();
      // The server forgets it by itself after a while; this only spares it the wait.
      if (!link.isClosed()) void consumer.delete().catch(() => undefined);
    },
  };
}
