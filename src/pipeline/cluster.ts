import type { Config } from '../config.ts';
import { loadContracts } from '../contracts/discover.ts';
import type { Calls } from '../engine/calls.ts';
import { type ErrorCode, SentinelError, errorCodes, messageOf } from '../errors.ts';
import type { Json } from '../json.ts';
import { contractFolders, stepFolders } from '../project.ts';
import { builtinSteps } from '../steps/builtin.ts';
import { discoverSteps } from '../steps/discover.ts';
import { flowGraph } from '../steps/flow-graph.ts';
import { originsOf } from '../steps/origin.ts';
import { toContractInfo } from './contract-info.ts';
import type { PipelineHost } from './host.ts';
import type { Pipeline, StartedPipeline } from './pipeline.ts';

/** What any worker can answer for a gateway; `callRoute` is asked of those that run the step. */
const forwarded = [
  'find',
  'query',
  'counts',
  'trial',
  'reviewEdit',
  'dryRunEdit',
  'learn',
  'healing',
  'repairs',
  'touchedByRule',
  'rollBack',
  'destinations',
  'copies',
  'searchEvents',
  'storedRow',
  'violations',
  'history',
  'sources',
  'drift',
  'activity',
] as const satisfies (keyof Pipeline)[];

type Forwarded = (typeof forwarded)[number];

const pipelineTopic = 'pipeline';
/** A worker answers for the steps that it runs. */
const stepTopic = (step: string): string => `step/${step}`;

/** Queries may take long; whoever asked has mostly gone after that. */
const answerWithinMs = 30_000;
const askedWithinMs = 60_000;

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

/** A result, or the error that the asker shall see. */
type Answer = { value?: Json } | { error: string; code?: string };

async function settle(work: () => Promise<unknown>): Promise<Json> {
  try {
    const value = (await work()) as Json | undefined;
    return value === undefined ? {} : { value };
  } catch (error) {
    const code = error instanceof SentinelError ? { code: error.code } : {};
    return { error: messageOf(error), ...code };
  }
}

async function ask(calls: Calls, topic: string, question: Json, timeoutMs: number): Promise<unknown> {
  const answer = (await calls.ask(topic, question, timeoutMs)) as Answer;
  if (!('error' in answer)) return answer.value;
  const { error, code } = answer;
  throw code !== undefined && code in errorCodes
    ? new SentinelError(code as ErrorCode, error)
    : new Error(error);
}

/** The gateway's side, in place of a pipeline in a thread of this process. */
export async function gatewayHost(config: Config, calls: Calls): Promise<PipelineHost> {
  let current = await remotePipeline(config, calls);
  return {
    api: new Proxy({} as Pipeline, {
      // Looked up at each call, because a restart replaces it.
      get: (_, method) => current[method as keyof Pipeline],
    }),
    async restart(next) {
      current = await remotePipeline(next, calls);
    },
    close: async () => undefined,
  };
}

/**
 * The pipeline as a gateway has it: contracts and steps of its own, so that it starts and takes events while no worker
 * is up; what only a destination or a running pipeline knows is asked of the workers (`no_worker` when there is none).
 */
async function remotePipeline(config: Config, calls: Calls): Promise<Pipeline> {
  const contracts = await loadContracts(contractFolders(config), { override: true });
  const steps = await discoverSteps(stepFolders(config));
  const ownSteps = builtinSteps(
    contracts.all().flatMap((contract) => contract.topic ?? []),
    config.destinations.map(({ name }) => name),
  );
  const routes = steps.flatMap(({ config: { name, triggers } }) =>
    triggers.flatMap((trigger) =>
      trigger.type === 'http' ? [{ method: trigger.method, path: trigger.path, step: name }] : [],
    ),
  );
  const asked = Object.fromEntries(
    forwarded.map((method) => [
      method,
      (...args: Json[]) => ask(calls, pipelineTopic, { method, args }, askedWithinMs),
    ]),
  ) as unknown as Pick<Pipeline, Forwarded>;

  return {
    ...asked,
    contracts: async () => contracts.all().map(toContractInfo),
    flow: async () => flowGraph([...ownSteps, ...steps.map((step) => step.config)], originsOf(steps, config)),
    routes: async () => routes,
    async callRoute(route, input) {
      const step = routes.find(({ method, path }) => method === route.method && path === route.path)?.step;
      if (step === undefined) throw new SentinelError('not_found', 'no step takes this route any more');
      const question = [route, input] as unknown as Json;
      return (await ask(calls, stepTopic(step), question, answerWithinMs)) as Awaited<
        ReturnType<Pipeline['callRoute']>
      >;
    },
    prepare: async () => undefined,
    metrics: async () => '',
    status: async () => ({ destinationWaiting: false }),
    close: async () => undefined,
  };
}
