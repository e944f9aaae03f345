import { pause } from '../../support/retry.ts';
import type { Deferred } from '../settle.ts';
import type { Holding } from './holding.ts';
import type { Item } from './intake.ts';
import type { RetryArea, RetryGroup } from './retry-area.ts';

/** Between tries to settle while NATS does not answer. */
export const settlePauseMs = 500;

/**
 * Gives back, as they are, the messages that come again under the same number of tries. Returns the deliveries that must
 * be deferred.
 */
export function giveBackUnchanged(
  holding: Holding,
  items: readonly Item[],
  deferred: readonly Deferred[],
): Deferred[] {
  const byOffset = new Map(deferred.map((one) => [one.delivery.position.offset, one]));
  const again: Deferred[] = [];
  for (const { delivery, held } of items) {
    const one = byOffset.get(delivery.position.offset);
    if (one === undefined) continue;
    if (held.isRetry && one.failures === delivery.attempt - 1)
      holding.giveBack(held, Math.max(1, one.delayMs));
    else again.push(one);
  }
  return again;
}

/** False when the consumer stops before all of it is durable. */
export async function putDeferred(
  retries: RetryArea,
  group: RetryGroup,
  entries: readonly Deferred[],
  stopping: AbortSignal,
): Promise<boolean> {
  let rest = entries;
  while (rest.length > 0) {
    const results = await Promise.allSettled(rest.map((entry) => retries.put(group, entry)));
    rest = rest.filter((_, index) => results[index]!.status === 'rejected');
    if (rest.length > 0 && !(await pause(settlePauseMs, stopping))) return false;
  }
  return true;
}
