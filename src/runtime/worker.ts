import { type MessagePort, parentPort, threadId, workerData } from 'node:worker_threads';
import type { Config } from '../config/load.ts';
import { openEngine } from '../engine/open.ts';
import { leasesOf } from '../engine/lease.ts';
import { withPauses } from '../engine/pauses.ts';
import { SentinelError, messageOf } from '../model/errors.ts';
import { type Beat, keepBeat } from '../support/beat.ts';
import { createLogger } from '../support/log.ts';
import { stopAnyway } from '../support/stop-anyway.ts';
import { sendLines } from './log-port.ts';
import { startPipeline } from '../flow/flow.ts';
import { serve } from './rpc.ts';
import { claimDestination } from './sole-worker.ts';
import { servePipeline } from './serve-gateways.ts';

/** What the main thread hands to the pipeline's thread. */
export interface WorkerInput {
  config: Config;
  /** False: answer calls, but take no event from any queue. */
  consume: boolean;
  /** Names this thread's partitions in the engine. */
  writer: string;
  /** Shows the main thread that this one turns. */
  beat: Beat;
  /** Takes the log lines of this thread, where somebody collects them. */
  logPort?: MessagePort;
}

/** The first message of the worker: it runs, or why it can't. */
export type WorkerReport = { ready: true } | { ready: false; message: string; code: string | undefined };

const port = parentPort;
if (port === null) throw new Error('this module is the entry of a worker thread');
const { config, consume, writer, beat, logPort } = workerData as WorkerInput;
keepBeat(beat);
const tap = logPort === undefined ? undefined : sendLines(logPort);
const log = createLogger(config.log, tap === undefined ? {} : { tap }).child({
  thread: `pipeline-${threadId}`,
});

try {
  const engine = await withPauses(await openEngine(config, writer, log));
  const release = consume
    ? await claimDestination(config, leasesOf(engine), {
        log,
        onLost: (error) =>
          setImmediate(() => {
            throw error;
          }),
      })
    : undefined;
  const { runs, ...pipeline } = await startPipeline({ config, engine, log, consume });
  const stopAnswering =
    engine.cluster === undefined || !consume
      ? undefined
      : servePipeline(engine.cluster.calls, { ...pipeline, runs });
  serve(port, {
    ...pipeline,
    async close() {
      engine.cluster?.leave();
      stopAnswering?.();
      try {
        await pipeline.close();
        await release?.();
      } finally {
        await engine.close().finally(() => {
          // Nothing else may keep the thread alive; the answer to this call still goes out.
          setImmediate(() => port.close());
          stopAnyway();
        });
      }
    },
  });
  port.postMessage({ ready: true } satisfies WorkerReport);
} catch (error) {
  const code = error instanceof SentinelError ? error.code : undefined;
  port.postMessage({ ready: false, message: messageOf(error), code } satisfies WorkerReport);
  port.close();
}
