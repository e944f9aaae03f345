import { SentinelError } from '../model/errors.ts';
import { retry } from '../support/retry.ts';
import type { Pipeline } from './pipeline-api.ts';

const policy = { maxAttempts: Infinity, initialDelayMs: 100, maxDelayMs: 2000, factor: 2, jitter: 0 };

/**
 * The routes of the steps, at a start: a pipeline that is busy with the events that it found waiting is asked again, for as
 * long as it takes, since the port takes events already and a process that ended would find the same events again.
 */
export const routesWhenFree = (pipeline: Pick<Pipeline, 'routes'>): ReturnType<Pipeline['routes']> =>
  retry(() => pipeline.routes(), {
    policy,
    isPassing: (error) => error instanceof SentinelError && error.code === 'pipeline_busy',
  });
