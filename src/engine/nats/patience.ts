import { setTimeout as sleep } from 'node:timers/promises';
import { type RetryPolicy, retryDelay } from '../engine.ts';
import { isRetryable } from '../../model/errors.ts';
import { isNotFound, isWrongSequence, toEngineError } from './errors.ts';

const policy: RetryPolicy = {
  maxAttempts: Infinity,
  initialDelayMs: 50,
  maxDelayMs: 1000,
  factor: 2,
  jitter: 0.5,
};

/** Longer than a stream takes to elect another leader; a caller who waits longer does better to hear that it fails. */
export const patienceMs = 12_000;

/**
 * Does it again while NATS does not answer, as when a leader is being elected, until the time is over. `work` must be
 * harmless to repeat, and ends early when it is in vain. Throws engine errors, `engine_full` at once; and
 * as they are, the server's words that something is not there or has another revision.
 */
export async function patiently<T>(
  work: () => Promise<T>,
  waitMs = patienceMs,
  isInVain: () => boolean = () => false,
): Promise<T> {
  const deadline = performance.now() + waitMs;
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      // An answer, and not for us to judge.
      if (isWrongSequence(error) || isNotFound(error)) throw error;
      const known = toEngineError(error);
      const passes = isRetryable(known) && 'code' in known && known.code === 'engine_unavailable';
      if (!passes || performance.now() > deadline || isInVain()) throw known;
      await sleep(retryDelay(policy, attempt));
    }
  }
}
