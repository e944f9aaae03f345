import type { ConsumeOptions } from '../engine/engine.ts';
import { type ErrorCode, SentinelError, isRetryable } from '../model/errors.ts';
import type { Logger } from '../support/log.ts';

/** What happens on an unexpected error. */
export interface Faults {
  /** An unexpected error stops the process rather than lose the event; the batch is delivered again. */
  onFailure: NonNullable<ConsumeOptions['onFailure']>;
  onBroken: (error: unknown) => void;
  /** From now on a closed engine is expected: it leaves early when its servers are unavailable. */
  expectEnd(): void;
}

export function createFaults(log: Logger): Faults {
  let ending = false;

  function broken(error: unknown, fields: object): void {
    if (ending && isOf(error, 'engine_closed')) return;
    log.fatal(
      { err: error, status: 'failed', code: 'unexpected_error', ...fields },
      'unexpected error in the pipeline: the process stops, the events stay in the queue',
    );
    // Out of the engine's hands, so that nothing can catch it: the thread ends, and the main thread with it.
    setImmediate(() => {
      throw error;
    });
  }

  return {
    onFailure({ error, attempt, events }) {
      if (!isRetryable(error)) broken(error, { attempt, events });
    },
    onBroken: (error) => broken(error, {}),
    expectEnd: () => void (ending = true),
  };
}

/** For work in the background: its end with the pipeline is no failure. */
export const unlessStopped =
  (failed: (error: unknown) => void) =>
  (error: unknown): void => {
    if (!isOf(error, 'pipeline_stopped')) failed(error);
  };

const isOf = (error: unknown, code: ErrorCode): boolean =>
  error instanceof SentinelError && error.code === code;
