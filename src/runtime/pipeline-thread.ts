import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { Table } from '../load/destination.ts';
import { type ErrorCode, SentinelError, fromThread } from '../model/errors.ts';
import type { Beat } from '../support/beat.ts';
import { builtFile } from '../support/package-folder.ts';
import type { HostOptions } from './host.ts';
import { receiveBatches } from './batch-port.ts';
import type { Pipeline } from './pipeline-api.ts';
import { remote } from './rpc.ts';
import { ThreadEnded } from './until-read.ts';
import { type WorkerInput, type WorkerReport, goOn } from './worker-protocol.ts';

export interface RunningPipeline {
  api: Pipeline;
  beat: Beat;
  close: () => Promise<void>;
}

/** A thread that has read contracts and steps, and has nothing open yet. */
export interface ReadPipeline {
  tables: Table[];
  /** Opens the stores and begins. */
  start(): Promise<RunningPipeline>;
  /** Ends it instead. */
  discard(): Promise<void>;
}

/**
 * Starts a thread and has it read the project. `reading` names each file of contracts before its code runs. Rejects with what is
 * wrong with the project, or with `ThreadEnded`, also when `signal` ended it.
 */
export async function readInThread(
  { config, strict, setAside, apart }: Pick<WorkerInput, 'config' | 'strict' | 'setAside' | 'apart'>,
  { consume, onCrash, onLogLine, onSpan }: HostOptions,
  { beat, reading, signal }: Pick<WorkerInput, 'beat' | 'reading'> & { signal: AbortSignal },
): Promise<ReadPipeline> {
  const logPort = onLogLine && portTo(onLogLine);
  const spanPort = onSpan && portTo(onSpan);
  const worker = new Worker(builtFile('worker'), {
    name: 'pipeline',
    workerData: {
      config,
      consume,
      writer: 'pipeline',
      beat,
      reading,
      setAside,
      apart,
      ...(strict !== undefined && { strict }),
      ...(logPort && { logPort }),
      ...(spanPort && { spanPort }),
    } satisfies WorkerInput,
    transferList: [logPort, spanPort].filter((port) => port !== undefined),
  });
  let failure: Error | undefined;
  worker.on('error', (error: Error) => (failure = fromThread(error)));
  // `events.once` would reject at an error, which comes before the exit.
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  signal.addEventListener('abort', () => void worker.terminate(), { once: true });
  const { tables } = await new Promise<Extract<WorkerReport, { tables: Table[] }>>((resolve, reject) => {
    worker.on('message', (report: WorkerReport) => {
      if ('tables' in report) resolve(report);
      if ('ready' in report && !report.ready) reject(refusalOf(report));
    });
    void exited.then(() => reject(new ThreadEnded(failure?.message ?? 'it ended its thread')));
  }).catch(async (error: unknown) => {
    await worker.terminate();
    throw error;
  });
  const { api, fail } = remote<Pipeline>(worker);

  return {
    tables,
    async start() {
      const ready = new Promise<void>((resolve, reject) => {
        worker.on('message', (report: WorkerReport) => {
          if ('ready' in report && report.ready) resolve();
          else if ('ready' in report) reject(refusalOf(report));
        });
        const ended = new SentinelError('pipeline_stopped', 'the pipeline ended while it started');
        void exited.then(() => reject(failure ?? ended));
      });
      worker.postMessage(goOn);
      await ready.catch(async (error: unknown) => {
        await worker.terminate();
        throw error;
      });
      let closing = false;
      void exited.then(() => {
        const error = failure ?? new SentinelError('pipeline_stopped', 'the pipeline thread has ended');
        fail(error);
        if (!closing) onCrash(error);
      });
      return {
        api,
        beat,
        async close() {
          closing = true;
          await api.close();
          await exited;
        },
      };
    },
    async discard() {
      await worker.terminate();
    },
  };
}

function portTo<T>(take: (item: T) => void): MessagePort {
  const { port1, port2 } = new MessageChannel();
  receiveBatches(port1, take);
  return port2;
}

const refusalOf = ({ message, code }: { message: string; code: string | undefined }): SentinelError =>
  new SentinelError((code ?? 'pipeline_stopped') as ErrorCode, message);
