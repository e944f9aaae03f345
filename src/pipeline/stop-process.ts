import type { ConsumeOptions } from '../engine/engine.ts';
import { SentinelError, isRetryable } from '../errors.ts';
import type { Logger } from '../log.ts';

/** An error that nobody foresaw stops the process rather than eat the event; the batch is delivered again. */
export function stopOnUnknown(log: Logger): NonNullable<ConsumeOptions['onFailure']> {
  return ({ error, attempt, events }) => {
    if (!isRetryable(error)) stopProcess(log, error, { attempt, events });
  };
}

export function stopProcess(log: Logger, error: unknown, fields: object): void {
  log.fatal(
    { err: error, status: 'failed', code: 'unexpected_error', ...fields },
    'unexpected error in the pipeline: the process stops, the events stay in the queue',
  );
  // Out of the engine's hands, so that nothing can catch it: the thread ends, and the main thread with it.
  setImmediate(() => {
    throw error;
  });
}

/** For work in the background: its end with the pipeline is no failure. */
export const unlessStopped =
  (failed: (error: unknown) => void) =>
  (error: unknown): void => {
    if (!(error instanceof SentinelError && error.code === 'pipeline_stopped')) failed(error);
  };
