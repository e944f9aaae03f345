import { SentinelError, messageOf } from '../../../model/errors.ts';

export interface CircuitBreaker {
  /**
   * Runs the call, or refuses it with `llm_unavailable` while the circuit is open. Only a rejection with that code
   * counts as a failure: an answer, however bad, proves that the far side is alive, and a spent budget says nothing.
   */
  run<T>(call: () => Promise<T>): Promise<T>;
  readonly state: 'closed' | 'open' | 'half_open';
  /** Why the last call failed; undefined after a success. */
  readonly lastFailure: string | undefined;
}

/**
 * Stops asking a server that is down. After `threshold` consecutive failures nothing is sent for `cooldownMs`;
 * then one probe decides whether the circuit closes or stays open for as long again.
 */
export function circuitBreaker(options: {
  threshold: number;
  cooldownMs: number;
  now?: () => number;
}): CircuitBreaker {
  const now = options.now ?? Date.now;
  let failures = 0;
  let openUntil = 0;
  let probing = false;
  let lastFailure: string | undefined;

  const state = (): CircuitBreaker['state'] => {
    if (failures < options.threshold) return 'closed';
    return now() < openUntil || probing ? 'open' : 'half_open';
  };

  return {
    get state() {
      return state();
    },
    get lastFailure() {
      return lastFailure;
    },
    async run(call) {
      const before = state();
      if (before === 'open')
        throw new SentinelError(
          'llm_unavailable',
          `not asked, because it failed just now: ${lastFailure ?? ''}`,
        );
      probing = before === 'half_open';
      try {
        const result = await call();
        failures = 0;
        lastFailure = undefined;
        return result;
      } catch (error) {
        if (!(error instanceof SentinelError) || error.code !== 'llm_unavailable') throw error;
        failures++;
        lastFailure = messageOf(error);
        openUntil = now() + options.cooldownMs;
        throw error;
      } finally {
        if (before === 'half_open') probing = false;
      }
    },
  };
}
