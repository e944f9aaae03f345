import type { Config } from '../config/load.ts';
import { marksFolder } from '../config/marks.ts';
import { SentinelError, messageOf } from '../model/errors.ts';
import type { RecordSpan } from '../observe/otel/span.ts';
import type { Logger } from '../support/log.ts';
import { deadlyCode, noDeadlyCode } from './deadly-code.ts';
import type { Pipeline } from './pipeline-api.ts';
import type { RunningPipeline } from './pipeline-thread.ts';
import { readFenced } from './read-fenced.ts';
import { StallWatch } from './stall-watch.ts';

/** The pipeline in a thread of its own, as the main thread sees it. */
export interface PipelineHost {
  readonly api: Pipeline;
  /**
   * Replaces the running pipeline by one made from a new config; events and calls wait meanwhile. Leaves the running one
   * alone when contracts or steps have faults, or tables do not fit the destination. `pipeline_stopped` when the new one
   * does not start: events wait then until a restart succeeds.
   */
  restart(config: Config): Promise<void>;
  close(): Promise<void>;
}

export interface HostOptions {
  log: Logger;
  consume: boolean;
  onCrash: (error: Error) => void;
  /** Is given the thread's log lines, a moment after they were written. */
  onLogLine?: (line: string) => void;
  /** Is given the thread's spans, a moment after they ended. Undefined: it makes none. */
  onSpan?: RecordSpan | undefined;
}

/**
 * Starts the pipeline in a worker thread. `onCrash` is called when the thread ends without having been asked to:
 * nothing in the service knows how to go on then.
 */
export async function hostPipeline(config: Config, options: HostOptions): Promise<PipelineHost> {
  const deadly = options.consume
    ? await deadlyCode(marksFolder(config), config.pipeline.stallMs, options.log)
    : noDeadlyCode;
  const read = await readFenced(config, options, { deadly });
  const watch = new StallWatch(read.beat);
  let current: Promise<RunningPipeline> = read.start();
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
    async restart(config) {
      const next = await readFenced(config, options, { strict: true, deadly });
      const previous = await running();
      try {
        await previous?.api.prepare(next.tables);
      } catch (error) {
        await next.discard();
        throw error;
      }
      current = (async () => {
        await previous?.close();
        watch.follow(next.beat);
        return next.start();
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
