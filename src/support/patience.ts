import { SentinelError, isRetryable } from '../model/errors.ts';
import type { Logger } from './log.ts';
import { repeatedError } from './repeated-error.ts';
import { type RetryPolicy, retry } from './retry.ts';

/** Why work waits, and since when. */
export interface Trouble {
  error: string;
  code: string;
  /** ISO 8601. */
  since: string;
}

/**
 * Tries again, for as long as it takes, what fails with a retryable error: for work that must not be overtaken. The log has the first
 * try that failed and one each minute, with the number of tries.
 */
export interface Patience {
  /**
   * Rejects only with `pipeline_stopped`, or with an error that is not retryable. `failed` and `recovered` say in the log
   * what is the matter, `fields` with what.
   */
  until<T>(work: () => Promise<T>, says: Says): Promise<T>;
  /** What is the matter, from a failure until something works again. */
  trouble(): Trouble | undefined;
  stop(): void;
}

interface Says {
  failed: string;
  recovered: string;
  fields: object;
  /** Errors for which nothing waits, retryable or not. */
  isOver?: ((error: unknown) => boolean) | undefined;
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
  let trouble: Trouble | undefined;

  return {
    async until(work, { failed, recovered, fields, isOver }) {
      const repeated = repeatedError();
      const once = async (attempt: number) => {
        try {
          const done = await work();
          if (trouble !== undefined) log.info({ status: 'recovered', attempt }, recovered);
          trouble = undefined;
          return done;
        } catch (error) {
          if (!isStopped(error)) onFailure?.(error);
          throw error;
        }
      };
      return retry(once, {
        policy,
        // The work may have patience of its own, which is over.
        isPassing: (error) => isRetryable(error) && !isStopped(error) && isOver?.(error) !== true,
        onRetry({ error, attempt, delayMs }) {
          const { code, message } = error as SentinelError;
          trouble = { error: message, code, since: trouble?.since ?? new Date().toISOString() };
          const err = repeated.due(error);
          if (err === undefined) return;
          log.error(
            { err, status: 'failed', code, ...fields, attempt, retry_in_ms: delayMs },
            `${failed} and is tried again: ${message}`,
          );
        },
        signal: stopping.signal,
      });
    },
    trouble: () => trouble,
    stop: () =>
      stopping.abort(new SentinelError('pipeline_stopped', 'stopped while waiting for another try')),
  };
}

const isStopped = (error: unknown): boolean =>
  error instanceof SentinelError && error.code === 'pipeline_stopped';
