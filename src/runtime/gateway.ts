import type { Logger } from '../support/log.ts';
import type { Config } from '../config/load.ts';
import { isStrict, serviceContracts } from '../contracts/for-service.ts';
import type { Calls } from '../engine/cluster.ts';
import { type ErrorCode, SentinelError, errorCodes } from '../model/errors.ts';
import type { Json } from '../model/json.ts';
import { stepFolders } from '../config/project.ts';
import type { ExportApi } from '../load/exports.ts';
import { IsolatedStep } from '../steps/apart/isolated-step.ts';
import { discoverSteps } from '../steps/discover.ts';
import { wholeFlow } from '../steps/whole-flow.ts';
import { sampleOf } from '../contracts/sample/of-registry.ts';
import { toContractInfo } from '../observe/contract-info.ts';
import type { PipelineHost } from './host.ts';
import type { Pipeline } from './pipeline-api.ts';
import { type Answer, type Forwarded, forwarded, pipelineTopic, stepTopic } from './worker-calls.ts';

/** Queries may take long; whoever asked has mostly gone after that. */
const answerWithinMs = 30_000;
const askedWithinMs = 60_000;

/** The gateway's side, in place of a pipeline in a thread of this process. */
export async function gatewayHost(config: Config, calls: Calls, log: Logger): Promise<PipelineHost> {
  let current = await remotePipeline(config, calls, log);
  return {
    api: new Proxy({} as Pipeline, {
      // Looked up at each call, because a restart replaces it.
      get: (_, method) => current[method as keyof Pipeline],
    }),
    async restart(next) {
      current = await remotePipeline(next, calls, log);
    },
    close: async () => undefined,
  };
}

/**
 * The pipeline as a gateway has it: contracts and steps of its own, so that it starts and takes events while no worker
 * is up; what only a destination or a running pipeline knows is asked of the workers (`no_worker` when there is none).
 */
async function remotePipeline(config: Config, calls: Calls, log: Logger): Promise<Pipeline> {
  const contracts = await serviceContracts(config, log);
  const steps = await discoverSteps(stepFolders(config), {
    isolate: (file) => new IsolatedStep(file, config.pipeline),
    onProblem: isStrict(config)
      ? undefined
      : (problem) =>
          log.error({ status: 'failed', code: 'step_invalid' }, `a step can't be used: ${problem}`),
  });
  // They run on the workers; here only their routes count.
  await Promise.all(steps.map(async (step) => step.close?.()));
  const routes = steps.flatMap(({ config: { name, triggers } }) =>
    triggers.flatMap((trigger) =>
      trigger.type === 'http'
        ? [{ method: trigger.method, path: trigger.path, source: trigger.source, step: name }]
        : [],
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
    sampleEvent: async (name, version) => sampleOf(contracts, name, version),
    flow: async () => wholeFlow(steps, contracts, config),
    routes: async () => routes,
    async callRoute(route, request) {
      const step = routes.find(({ method, path }) => method === route.method && path === route.path)?.step;
      if (step === undefined) throw new SentinelError('not_found', 'no step takes this route any more');
      const question = [route, request] as unknown as Json;
      return (await ask(calls, stepTopic(step), question, answerWithinMs)) as Awaited<
        ReturnType<Pipeline['callRoute']>
      >;
    },
    ...noExports,
    prepare: async () => undefined,
    metrics: async () => '',
    close: async () => undefined,
  };
}

/** Their files would lie on the worker's machine. */
const noExportHere = () =>
  Promise.reject(
    new SentinelError(
      'query_refused',
      'a gateway has no destination to export from; run the command with the config of a worker, without --url',
    ),
  );

const noExports: ExportApi = {
  beginExport: noExportHere,
  exportStatus: noExportHere,
  exportFile: noExportHere,
  removeExport: noExportHere,
};

async function ask(calls: Calls, topic: string, question: Json, timeoutMs: number): Promise<unknown> {
  const answer = (await calls.ask(topic, question, timeoutMs)) as Answer;
  if (!('error' in answer)) return answer.value;
  const { error, code } = answer;
  throw code !== undefined && code in errorCodes
    ? new SentinelError(code as ErrorCode, error)
    : new Error(error);
}
