import { setTimeout as sleep } from 'node:timers/promises';

export interface RetryPolicy {
  maxAttempts: number;
  initialDelayMs: number;
  maxDelayMs: number;
  /** Delay multiplier from one try to the next. */
  factor: number;
  /** Share of the delay that is random, 0 to 1. */
  jitter: number;
}

/** Milliseconds until the try after `attempt` (1 = the first try has just failed). */
export function retryDelay(policy: RetryPolicy, attempt: number, random: () => number = Math.random): number {
  const full = Math.min(policy.maxDelayMs, policy.initialDelayMs * policy.factor ** (attempt - 1));
  return Math.round(full * (1 - policy.jitter * random()));
}

export interface RetryOptions {
  policy: RetryPolicy;
  /** Whether the same work may succeed a moment later; asked for each try that failed, before `onRetry`. */
  isPassing: (error: unknown) => boolean;
  /** Called before each wait. */
  onRetry?: (failure: { error: unknown; attempt: number; delayMs: number }) => void;
  /** Ends the wait: rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** Does the work again, after growing delays, while its error is a passing one and the policy allows another try. */
export async function retry<T>(
  work: (attempt: number) => Promise<T>,
  { policy, isPassing, onRetry, signal }: RetryOptions,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return await work(attempt);
    } catch (error) {
      if (!isPassing(error) || attempt >= policy.maxAttempts) throw error;
      const delayMs = retryDelay(policy, attempt);
      onRetry?.({ error, attempt, delayMs });
      if (!(await pause(delayMs, signal))) throw signal?.reason;
    }
  }
}

/** False when the signal came first. */
export async function pause(ms: number, signal?: AbortSignal): Promise<boolean> {
  if (signal?.aborted) return false;
  return sleep(ms, true, { signal }).catch(() => false);
}
