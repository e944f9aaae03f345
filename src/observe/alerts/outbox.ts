import { messageOf } from '../../model/errors.ts';
import type { Logger } from '../../support/log.ts';
import { retryDelay } from '../../support/retry.ts';
import type { AlertTarget } from './alert.ts';
import { send } from './send.ts';
import type { AlertStore, Pending } from './store.ts';

/** Some 20 hours. */
const backoff = { maxAttempts: 30, initialDelayMs: 1000, maxDelayMs: 3_600_000, factor: 2, jitter: 0.2 };
const sentAtOnce = 8;

interface Parts {
  targets: readonly AlertTarget[];
  log: Logger;
}

/** Sends what is due; what a receiver does not take is due again later, and at last given up on. */
export async function sendPending(store: AlertStore, parts: Parts): Promise<void> {
  const due = (await store.pending()).filter(({ nextAt }) => nextAt <= Date.now());
  await Promise.all(due.slice(0, sentAtOnce).map((pending) => deliver(store, pending, parts)));
}

async function deliver(store: AlertStore, pending: Pending, { targets, log }: Parts): Promise<void> {
  const target = targets.find(({ name }) => name === pending.target);
  // The settings have changed meanwhile.
  if (target === undefined) return store.sent(pending);
  try {
    await send(target, pending.message);
  } catch (error) {
    const attempts = pending.attempts + 1;
    const fields = { code: 'alert_not_sent', to: target.to, receiver: target.name, attempt: attempts };
    if (attempts < backoff.maxAttempts) {
      log.warn(fields, `an alert is sent again later: ${messageOf(error)}`);
      const nextAt = Date.now() + retryDelay(backoff, attempts);
      return store.later({ ...pending, attempts, nextAt });
    }
    log.error(fields, `an alert is given up on: ${messageOf(error)}`);
  }
  await store.sent(pending);
}
