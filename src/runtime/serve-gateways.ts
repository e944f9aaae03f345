import type { Calls } from '../engine/cluster.ts';
import { SentinelError, messageOf } from '../model/errors.ts';
import type { Json } from '../model/json.ts';
import type { Pipeline, StartedPipeline } from './pipeline-api.ts';
import { type Forwarded, forwarded, pipelineTopic, stepTopic } from './worker-calls.ts';

/** Lets gateways ask this worker's pipeline. Returns the way to stop. */
export function servePipeline(
  calls: Calls,
  pipeline: Pick<StartedPipeline, Forwarded | 'callRoute' | 'runs'>,
): () => void {
  const methods = new Map(
    forwarded.map((name) => [name, pipeline[name] as (...args: Json[]) => Promise<unknown>] as const),
  );
  const stops = [
    calls.serve(pipelineTopic, (question) =>
      settle(async () => {
        const { method, args } = question as { method: Forwarded; args: Json[] };
        const run = methods.get(method);
        // Gateways of a newer version may ask what this one does not know.
        if (run === undefined) throw new SentinelError('no_worker', `this worker has no method ${method}`);
        // JSON has no undefined; no argument is null.
        return run(...(args.map((arg) => arg ?? undefined) as Json[]));
      }),
    ),
    ...pipeline.runs.map((step) =>
      calls.serve(stepTopic(step), (question) =>
        settle(() => pipeline.callRoute(...(question as unknown as Parameters<Pipeline['callRoute']>))),
      ),
    ),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

async function settle(work: () => Promise<unknown>): Promise<Json> {
  try {
    const value = (await work()) as Json | undefined;
    return value === undefined ? {} : { value };
  } catch (error) {
    const message = messageOf(error);
    return error instanceof SentinelError ? { error: message, code: error.code } : { error: message };
  }
}
