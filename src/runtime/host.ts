import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';
import type { Config } from '../config/load.ts';
import { type ErrorCode, SentinelError, fromThread, messageOf } from '../model/errors.ts';
import type { Table } from '../load/destination.ts';
import type { Logger } from '../support/log.ts';
import { type Beat, createBeat } from '../support/beat.ts';
import { receiveLines } from './log-port.ts';
import type { Pipeline } from './pipeline-api.ts';
import { remote } from './rpc.ts';
import { StallWatch } from './stall-watch.ts';
import type { WorkerInput, WorkerReport } from './worker.ts';

/** The pipeline in a thread of its own, as the main thread sees it. */
export interface PipelineHost {
  readonly api: Pipeline;
  /**
   * Replaces the running pipeline by one made from a new config, whose contracts have these tables; events and calls
   * wait meanwhile. Leaves the running one alone when the tables do not fit the destination. `pipeline_stopped` when
   * the new one does not start: events wait then until a restart succeeds.
   */
  restart(config: Config, tables: Table[]): Promise<void>;
  close(): Promise<void>;
}

export interface HostOptions {
  log: Logger;
  consume: boolean;
  onCrash: (error: Error) => void;
  /** Is given the thread's log lines, a moment after they were written. */
  onLogLine?: (line: string) => void;
}

/**
 * Starts the pipeline in a worker thread. `onCrash` is called when the thread ends without having been asked to:
 * nothing in the service knows how to go on then.
 */
export async function hostPipeline(config: Config, options: HostOptions): Promise<PipelineHost> {
  const beat = createBeat();
  const watch = new StallWatch(beat);
  let current = spawn(config, options, beat);
  await current;
  /** The running pipeline; none when the last restart failed, which was reported then. */
  const running = () => current.catch(() => undefined);

  return {
    api: new Proxy({} as Pipeline, {
      get:
        (_, method) =>
        (...args: never[]) =>
          watch.orBusy(
            // Looked up at each call, because a restart replaces it.
            current.then(({ api }) =>
              (api[method as keyof Pipeline] as (...args: never[]) => unknown)(...args),
            ),
          ),
    }),
    async restart(config, tables) {
      const previous = await running();
      await previous?.api.prepare(tables);
      current = (async () => {
        await previous?.close();
        return spawn(config, options, beat);
      })();
      await current.catch((error: unknown) => {
        throw new SentinelError('pipeline_stopped', `the pipeline did not start again: ${messageOf(error)}`, {
          cause: error,
        });
      });
    },
    async close() {
      watch.stop();
      await (await running())?.close();
    },
  };
}

async function spawn(
  config: Config,
  { consume, onCrash, onLogLine }: HostOptions,
  beat: Beat,
): Promise<{ api: Pipeline; close: () => Promise<void> }> {
  const logs = onLogLine === undefined ? undefined : new MessageChannel();
  if (logs !== undefined && onLogLine !== undefined) receiveLines(logs.port1, onLogLine);
  const logPort = logs === undefined ? {} : { logPort: logs.port2 };
  const worker = new Worker(new URL(workerFile, import.meta.url), {
    name: 'pipeline',
    workerData: { config, consume, writer: 'pipeline', beat, ...logPort } satisfies WorkerInput,
    transferList: logs === undefined ? [] : [logs.port2],
  });
  const { api, fail } = remote<Pipeline>(worker);
  let closing = false;
  const exited = once(worker, 'exit');
  const gone = (error: Error) => {
    fail(error);
    if (!closing) onCrash(error);
  };

  const [report] = (await Promise.race([
    once(worker, 'message'),
    exited.then(() => [{ ready: false, message: 'the pipeline ended while it started', code: undefined }]),
  ])) as [WorkerReport];
  if (!report.ready) {
    await worker.terminate();
    throw new SentinelError((report.code ?? 'pipeline_stopped') as ErrorCode, report.message);
  }
  worker.on('error', (error: Error) => gone(fromThread(error)));
  void exited.then(() => gone(new SentinelError('pipeline_stopped', 'the pipeline thread has ended')));

  return {
    api,
    async close() {
      closing = true;
      await api.close();
      await exited;
    },
  };
}

/** Worker threads get no TypeScript loader: from the sources, too, the built file is started. */
const workerFile = import.meta.url.endsWith('.ts') ? '../../dist/runtime/worker.js' : './worker.js';
