import type { Server } from 'node:http';
import type { Config } from '../../config/load.ts';
import type { DeadLetterStore } from '../../dead-letter/store.ts';
import type { Engine } from '../../engine/engine.ts';
import type { BridgeConfig } from '../../config/bridge.ts';
import { messageOf, SentinelError } from '../../model/errors.ts';
import type { Pipeline } from '../../runtime/pipeline-api.ts';
import type { Logger } from '../../support/log.ts';
import { type RetryPolicy, retry } from '../../support/retry.ts';
import { connect } from './connection.ts';
import { type EngineRequest, ingestFunction } from './ingest-function.ts';
import { offerQueue } from './offer-queue.ts';
import { createSubscribers } from './subscribers.ts';
import type { IIIClient } from 'iii-sdk';
import type { FlowGraph, FlowNode } from '../../steps/flow-graph.ts';

export interface Bridge {
  connected(): boolean;
  /** Registers the flow, and again when it has changed. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

export interface BridgeDeps {
  settings: BridgeConfig;
  config: Pick<Config, 'http'> & { retry: RetryPolicy };
  server: Server;
  pipeline: Pick<Pipeline, 'flow'>;
  engine: Engine;
  letters: DeadLetterStore;
  /** Whether requests need no key. */
  isOpen: () => boolean;
  log: Logger;
}

const whenFree = { maxAttempts: Infinity, initialDelayMs: 100, maxDelayMs: 2000, factor: 2, jitter: 0 };

/** Requests that are under way end first, but are not waited for longer than this. */
const closingPatienceMs = 5000;

/** Data Sentinel as a worker of an III engine. Without the engine, everything else is the same. */
export async function openBridge(deps: BridgeDeps): Promise<Bridge> {
  const { settings, config, server, pipeline } = deps;
  const log = deps.log.child({ bridge: settings.type });
  const { namespace } = settings;
  const stopping = new AbortController();
  const connection = await connect(settings, { log, onOpen: () => void offer() });
  const { client } = connection;
  const { engine, letters } = deps;
  const subscribers = createSubscribers({ engine, letters, connection, retry: config.retry, log });
  let isQueue = !settings.queue;
  async function offer(): Promise<void> {
    if (isQueue) return;
    isQueue = true;
    isQueue = await offerQueue(connection, { engine, letters, subscribers, namespace }, log).catch(
      (error: unknown) => {
        log.warn({ code: 'bridge_failed', err: error }, `the queue can't be offered: ${messageOf(error)}`);
        return false;
      },
    );
  }
  const take = ingestFunction(server, {
    basePath: config.http.basePath,
    secure: config.http.tls !== undefined,
  });
  const underWay = new Set<Promise<unknown>>();
  const ingest = (request: EngineRequest): Promise<unknown> => {
    const answer = take(request);
    underWay.add(answer);
    return answer.finally(() => underWay.delete(answer));
  };
  let registered: ReturnType<typeof registerFlow> | undefined;
  let triggers: { unregister(): void }[] = [];

  return {
    connected: () => connection.isOpen(),
    async refresh() {
      try {
        const graph = await retry(() => pipeline.flow(), {
          policy: whenFree,
          isPassing: (error) => error instanceof SentinelError && error.code === 'pipeline_busy',
          signal: stopping.signal,
        });
        registered?.unregister();
        registered = registerFlow(client, namespace, { graph, ingest });
        if (triggers.length > 0) return;
        if (deps.isOpen())
          log.warn(
            { code: 'bridge_open' },
            "whoever reaches the engine's HTTP port may send events: set SENTINEL_API_TOKEN, or let it listen on 127.0.0.1",
          );
        triggers = ['/ingest', '/ingest/:source'].map((api_path) =>
          client.registerTrigger({
            type: 'http',
            function_id: `${namespace}::ingest`,
            config: { api_path, http_method: 'POST' },
          }),
        );
      } catch (error) {
        if (!stopping.signal.aborted)
          log.warn(
            { code: 'bridge_failed', err: error },
            `the flow can't be shown in the III engine: ${messageOf(error)}`,
          );
      }
    },
    async close() {
      stopping.abort();
      for (const trigger of triggers) trigger.unregister();
      const late = AbortSignal.timeout(closingPatienceMs);
      const stopped = subscribers.close();
      await Promise.race([
        Promise.allSettled([...underWay, stopped]),
        new Promise((resolve) => late.addEventListener('abort', resolve)),
      ]);
      await connection.close();
      // What is still called elsewhere comes again after the next start.
      await stopped;
    },
  };
}

type StepNode = Extract<FlowNode, { kind: 'step' }>;
type Handler = (input: never) => Promise<unknown>;

/** Registers a function for each step and stage, with the metadata from which the engine's console draws the flow. */
function registerFlow(
  client: IIIClient,
  namespace: string,
  { graph, ingest }: { graph: FlowGraph; ingest: Handler | undefined },
): { unregister(): void } {
  const functions = graph.nodes.flatMap((node) => {
    if (node.kind !== 'step') return [];
    const takesEvents = node.name === 'ingest' && node.file === undefined;
    const handler = takesEvents && ingest ? ingest : notCalled(node.name);
    return [
      client.registerFunction(`${namespace}::${node.name}`, handler as (input: unknown) => Promise<unknown>, {
        description: node.description,
        metadata: metadataOf(node, namespace),
      }),
    ];
  });
  return { unregister: () => functions.forEach((each) => each.unregister()) };
}

/** The console drops a function without a text as `filePath`, and draws one node for each `filePath`. */
const metadataOf = (
  { name, description, triggers, enqueues, flows, file }: StepNode,
  namespace: string,
): Record<string, unknown> => ({
  name,
  description,
  filePath: `${namespace}/${file ?? `${name}.ts`}`,
  triggers,
  enqueues,
  flows,
});

const notCalled =
  (name: string): Handler =>
  () =>
    Promise.reject(
      new Error(`${name} is started by its own triggers; send events to ingest, or publish to its topic`),
    );
