import { setTimeout as sleep } from 'node:timers/promises';
import { type RetryPolicy, retryDelay } from '../engine/engine.ts';
import { SentinelError, isRetryable } from '../model/errors.ts';
import type { Logger } from './log.ts';
import { repeatedError } from './repeated-error.ts';

/** Tries again, for as long as it takes, what fails with a retryable error: for work that must not be overtaken. */
export interface Patience {
  /**
   * Rejects only with `pipeline_stopped`, or with an error that is not retryable. `failed` and `recovered` say in the log
   * what is the matter, `fields` with what.
   */
  until<T>(work: () => Promise<T>, says: { failed: string; recovered: string; fields: object }): Promise<T>;
  /** True from a failure until something works again. */
  waiting(): boolean;
  stop(): void;
}

const policy: RetryPolicy = {
  maxAttempts: Infinity,
  initialDelayMs: 100,
  maxDelayMs: 10_000,
  factor: 2,
  jitter: 0.3,
};

/** `onFailure` is called for each try that failed. */
export function createPatience(log: Logger, onFailure?: (error: unknown) => void): Patience {
  const stopping = new AbortController();
  let failing = false;

  return {
    async until(work, { failed, recovered, fields }) {
      const repeated = repeatedError();
      for (let attempt = 1; ; attempt++) {
        if (stopping.signal.aborted) throw stopped();
        try {
          const done = await work();
          if (failing) log.info({ status: 'recovered', attempt }, recovered);
          failing = false;
          return done;
        } catch (error) {
          // The work has patience of its own, which is over.
          if (error instanceof SentinelError && error.code === 'pipeline_stopped') throw error;
          onFailure?.(error);
          if (!isRetryable(error)) throw error;
          failing = true;
          const delay = retryDelay(policy, attempt);
          const { code } = error as SentinelError;
          log.error(
            { err: repeated.next(error), status: 'failed', code, ...fields, attempt, retry_in_ms: delay },
            `${failed} and is tried again`,
          );
          await sleep(delay, undefined, { signal: stopping.signal }).catch(() => {
            throw stopped();
          });
        }
      }
    },
    waiting: () => failing,
    stop: () => stopping.abort(),
  };
}

const stopped = () => new SentinelError('pipeline_stopped', 'stopped while waiting for another try');
