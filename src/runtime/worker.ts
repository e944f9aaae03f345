import { once } from 'node:events';
import { join } from 'node:path';
import { parentPort, threadId, workerData } from 'node:worker_threads';
import { openEngine } from '../engine/open.ts';
import { leasesOf } from '../engine/lease.ts';
import { withPauses } from '../engine/pauses.ts';
import { SentinelError, messageOf } from '../model/errors.ts';
import { keepBeat } from '../support/beat.ts';
import { collectWhenIdle } from '../support/idle-gc.ts';
import { fenceProcess } from '../support/fence-process.ts';
import { createLogger, isFatal } from '../support/log.ts';
import { openMark } from '../support/mark-file.ts';
import { writeNote } from '../support/shared-note.ts';
import { stopAnyway } from '../support/stop-anyway.ts';
import type { SpanData } from '../observe/otel/span.ts';
import { sendBatches } from './batch-port.ts';
import { marksFolder, readingMark } from '../config/marks.ts';
import { startPipeline } from '../flow/flow.ts';
import { readProject } from '../flow/project.ts';
import { serve } from './rpc.ts';
import { claimDestination } from './sole-worker.ts';
import { servePipeline } from './serve-gateways.ts';
import type { WorkerInput, WorkerReport } from './worker-protocol.ts';

const port = parentPort;
if (port === null) throw new Error('this module is the entry of a worker thread');
const { config, consume, writer, beat, reading, strict, setAside, apart, logPort, spanPort } =
  workerData as WorkerInput;
const report = (what: WorkerReport): void => port.postMessage(what);
keepBeat(beat);
// The code of contracts runs here when their files are read.
fenceProcess();
collectWhenIdle();
const tap = logPort === undefined ? undefined : sendBatches<string>(logPort, isFatal);
const recordSpan = spanPort === undefined ? undefined : sendBatches<SpanData>(spanPort);
const log = createLogger(config.log, tap === undefined ? {} : { tap }).child({
  thread: `pipeline-${threadId}`,
});

const marks = consume ? marksFolder(config) : undefined;
const mark = marks === undefined ? undefined : openMark(join(marks, readingMark));

try {
  const project = await readProject(config, log, {
    ...(strict !== undefined && { strict }),
    setAside,
    apart,
    marks,
    onFile: (file = '') => {
      writeNote(reading, file);
      mark?.write(file);
    },
  });
  const goesOn = once(port, 'message');
  report({ tables: project.contracts.tables() });
  await goesOn;
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
  const { runs, ...pipeline } = await startPipeline({ config, engine, log, consume, project, recordSpan });
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
  report({ ready: true });
} catch (error) {
  const code = error instanceof SentinelError ? error.code : undefined;
  report({ ready: false, message: messageOf(error), code });
  port.close();
}
