import { SentinelError } from '../../model/errors.ts';
import { type RetryPolicy, retry } from '../../support/retry.ts';
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
  const once = async (): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      // An answer, and not for us to judge.
      throw isWrongSequence(error) || isNotFound(error) ? error : toEngineError(error);
    }
  };
  return retry(once, {
    policy,
    isPassing: (error) => isAway(error) && performance.now() <= deadline && !isInVain(),
  });
}

const isAway = (error: unknown): boolean =>
  error instanceof SentinelError && error.retryable && error.code === 'engine_unavailable';
