import { setTimeout as sleep } from 'node:timers/promises';
import { type Position, type RetryPolicy, retryDelay } from '../engine/engine.ts';
import { SentinelError, isRetryable } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Destination, Row, RowOutcome } from './destination.ts';

export interface LoadStage {
  /**
   * Loads in the order of the calls, however long the destination is down: a batch whose positions are beyond those
   * of an earlier one must not commit before it. Rejects only with `pipeline_stopped`, or with an error that is not
   * retryable.
   */
  load(
    rows: readonly Row[],
    positions: readonly Position[],
    beforeCommit: (outcomes: readonly RowOutcome[]) => Promise<void>,
  ): Promise<RowOutcome[]>;
  /** Does other work with the destination, between two loads and just as patiently; `doing` is for the log. */
  inTurn<T>(doing: string, work: () => Promise<T>): Promise<T>;
  /** True while the destination does not take rows. */
  waiting(): boolean;
  /** Gives up waiting for a destination that is down. */
  stop(): void;
}

const patience: RetryPolicy = {
  maxAttempts: Infinity,
  initialDelayMs: 100,
  maxDelayMs: 10_000,
  factor: 2,
  jitter: 0.3,
};

export function createLoadStage({
  destination,
  log,
  onFailure,
}: {
  destination: Destination;
  log: Logger;
  /** Called for each try that failed. */
  onFailure?: (error: unknown) => void;
}): LoadStage {
  const stopping = new AbortController();
  let turn: Promise<unknown> = Promise.resolve();
  let failing = false;

  async function untilDone<T>(work: () => Promise<T>, fields: object, waits: string): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      if (stopping.signal.aborted) throw stopped();
      try {
        const done = await work();
        if (failing) log.info({ status: 'recovered', attempt }, 'the destination takes rows again');
        failing = false;
        return done;
      } catch (error) {
        onFailure?.(error);
        if (!isRetryable(error)) throw error;
        failing = true;
        const delay = retryDelay(patience, attempt);
        log.error(
          {
            err: error,
            status: 'failed',
            code: (error as SentinelError).code,
            ...fields,
            attempt,
            retry_in_ms: delay,
          },
          `the destination does not take rows; ${waits} waits and is tried again`,
        );
        await sleep(delay, undefined, { signal: stopping.signal }).catch(() => {
          throw stopped();
        });
      }
    }
  }

  return {
    load(...args) {
      const mine = turn.then(() =>
        untilDone(() => destination.load(...args), { rows: args[0].length }, 'the batch'),
      );
      turn = mine;
      return mine;
    },
    inTurn(doing, work) {
      const mine = turn.then(() => untilDone(work, { doing }, doing));
      // A load that can't be done must stop those after it, for their positions; other work need not.
      const after = turn.then(() => mine.catch(() => undefined));
      after.catch(() => undefined); // whoever loads next hears of it
      turn = after;
      return mine;
    },
    waiting: () => failing,
    stop: () => stopping.abort(),
  };
}

const stopped = () => new SentinelError('pipeline_stopped', 'stopped while waiting for the destination');
