import type { Server } from 'node:http';
import type { Config } from '../../config/load.ts';
import type { BridgeConfig } from '../../config/bridge.ts';
import { messageOf, SentinelError } from '../../model/errors.ts';
import type { Pipeline } from '../../runtime/pipeline-api.ts';
import type { Logger } from '../../support/log.ts';
import { retry } from '../../support/retry.ts';
import { connect } from './connection.ts';
import { registerFlow } from './flow-functions.ts';
import { type EngineRequest, ingestFunction } from './ingest-function.ts';

export interface Bridge {
  connected(): boolean;
  /** Registers the flow, and again when it has changed. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

export interface BridgeDeps {
  settings: BridgeConfig;
  config: Pick<Config, 'http'>;
  server: Server;
  pipeline: Pick<Pipeline, 'flow'>;
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
  const connection = await connect(settings, { log, onOpen: () => undefined });
  const { client } = connection;
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
      await Promise.race([
        Promise.allSettled(underWay),
        new Promise((resolve) => late.addEventListener('abort', resolve)),
      ]);
      await connection.close();
    },
  };
}
