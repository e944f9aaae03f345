import type { Logger } from '../support/log.ts';

/** A pipeline that has died is started anew by whatever starts the process. */
export function endProcess(log: Logger, error: Error): void {
  log.fatal(
    { err: error, status: 'failed', code: 'pipeline_crashed' },
    'the pipeline has died; the process ends, events stay in the queue',
  );
  process.exit(1);
}
