import type { Link } from './connection.ts';
import type { Streams } from './streams.ts';

const everyMs = 5000;
/** So that what is lost together is told together. */
const gatherMs = 500;

/** Notices that NATS has lost its storage while it is used: makes the streams again, and tells which. */
export function watchStorage(
  link: Link,
  streams: Pick<Streams, 'check'>,
  onLost: (streams: string[]) => void,
): { stop(): void } {
  let lost: string[] = [];
  let checking: Promise<void> | undefined;
  const check = (): void => {
    if (!link.isConnected()) return;
    // A server that does not answer is told of elsewhere; the next look is soon.
    checking ??= streams
      .check()
      .catch(() => undefined)
      .finally(() => (checking = undefined));
  };
  const forgetLost = link.onLost((stream) => {
    if (lost.length === 0)
      setTimeout(() => {
        onLost(lost);
        lost = [];
      }, gatherMs).unref();
    lost.push(stream);
  });
  const forgetReconnect = link.onReconnect(check);
  const timer = setInterval(check, everyMs).unref();
  return {
    stop() {
      clearInterval(timer);
      forgetLost();
      forgetReconnect();
    },
  };
}
