import type { Link } from './connection.ts';

/**
 * Notices when the server may have heard nothing of this process for longer than the acknowledgement wait, so that
 * others may have been given what is under way here: when the process stood still, or its connection was away.
 */
export interface Standstill {
  /** How often it has happened. Looks first: after a standstill, timers are not the first to go on. */
  count(): number;
  stop(): void;
}

export function watchStandstill(link: Pick<Link, 'onReconnect'>, ackWaitMs: number): Standstill {
  let count = 0;
  let aliveAt = performance.now();

  function look(): void {
    const now = performance.now();
    if (now - aliveAt < ackWaitMs) return;
    count++;
    aliveAt = now;
  }

  const timer = setInterval(() => {
    look();
    aliveAt = performance.now();
  }, ackWaitMs / 3).unref();
  const forgetReconnect = link.onReconnect(() => count++);
  return {
    count() {
      look();
      return count;
    },
    stop() {
      clearInterval(timer);
      forgetReconnect();
    },
  };
}
