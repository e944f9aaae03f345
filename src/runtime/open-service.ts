import { mkdir } from 'node:fs/promises';
import { readEnvironment } from '../config/environment.ts';
import type { Config } from '../config/load.ts';
import type { Engine } from '../engine/engine.ts';
import { compactQueue, examineQueue, openEngine } from '../engine/open.ts';
import { createDeliveries } from '../ingest/create-deliveries.ts';
import { IngestHandler } from '../ingest/handler.ts';
import { adapterOf } from '../load/adapters.ts';
import { topics } from '../model/event.ts';
import { ok } from '../model/result.ts';
import { createPort } from '../server/port.ts';
import { createMetricsPage } from '../server/metrics.ts';
import { createApi } from '../server/server.ts';
import { type Authorize, createAuthorize, local } from '../sources/authorize.ts';
import { openKeys } from '../sources/keys.ts';
import { createBuckets } from '../sources/rate-limit.ts';
import { type Sources, createClientAddress, createSources } from '../sources/source.ts';
import type { Logger } from '../support/log.ts';
import { type LogRing, createLogRing } from '../support/log-ring.ts';
import { type PipelineHost, hostPipeline } from './host.ts';
import { type Telemetry, openTelemetry } from '../observe/otel/telemetry.ts';
import { endProcess } from './end-process.ts';
import { listen } from './listen.ts';
import { openAlerts } from './open-alerts.ts';
import { openBridge } from './open-bridge.ts';
import { Resources } from './resources.ts';
import { openStores } from './open-stores.ts';

export interface SentinelOptions {
  log: Logger;
  /** Where `log` leaves its lines for the API, which the pipeline's lines join. Default: only those are there. */
  logs?: LogRing;
  /** Called when the pipeline died of an unexpected error. Default: log it and end the process. */
  onCrash?: (error: Error) => void;
}

export interface OpenOptions extends SentinelOptions {
  /** False: answer requests, but take no event from any queue, and do not listen. */
  consume: boolean;
  /** False: requests come by a server of somebody else. Default: true. */
  listens?: boolean;
}

export async function openService(config: Config, options: OpenOptions) {
  const resources = new Resources();
  try {
    const service = await openParts(config, options, resources);
    return { ...service, close: () => resources.close() };
  } catch (error) {
    await resources.close();
    throw error;
  }
}

async function openParts(
  config: Config,
  { log, logs = createLogRing(), consume, listens = consume, onCrash }: OpenOptions,
  resources: Resources,
) {
  const startedAt = Date.now();
  await prepareFolder(config);
  const telemetry = resources.keep(await openTelemetryOf(consume, { log, logs }));
  await examineQueue(config);
  if (consume) await compactQueue(config, log);
  const engine = resources.keep(await openEngine(config, 'main', log));
  const keys = resources.keep(
    await openKeys(engine.state, {
      onError: (err) => log.warn({ err, code: 'key_use_not_noted' }, 'the last use of a key was not noted'),
    }),
  );
  const clientAddress = createClientAddress(config.http.trustedProxies);
  // Whoever opens the data folder itself is not asked for a key.
  const authorize = consume
    ? createAuthorize({ token: config.http.token, keys, clientAddress })
    : () => ok(local);
  const { ingest, sources, sourceConfigs, setSources } = openIngest(
    config,
    { engine, authorize, clientAddress, telemetry, log },
    resources,
  );
  let state: 'starting' | 'ready' | 'stopping' = 'starting';
  const port = resources.keep(createPort(config, { ingest, stopping: () => state === 'stopping', log }));
  // Before the pipeline: what senders have now is taken, whatever keeps the pipeline from its start.
  const url = listens ? await listen(port.server, config) : '';
  const host: PipelineHost = resources.keep(
    config.role === 'gateway' && engine.cluster !== undefined
      ? await (await import('./gateway.ts')).gatewayHost(config, engine.cluster.calls, log)
      : await hostPipeline(config, {
          log,
          consume,
          onCrash: onCrash ?? ((error) => endProcess(log, error)),
          onLogLine: logs.add,
          onSpan: telemetry.tracing?.record,
        }),
  );
  const stores = await openStores(config, { engine, pipeline: host.api, keys, consume, log }, resources);
  const isOpen = () => config.http.token === undefined && !keys.areNeeded();
  const { letters } = stores;
  const bridgeParts = { server: port.server, pipeline: host.api, engine, letters, isOpen, log };
  const bridge = consume ? await openBridge(config, bridgeParts, resources) : undefined;
  const running = { ...stores, config, engine, ingest, pipeline: host.api, bridge };
  const alerts = resources.keep(openAlerts(config, { ...running, startedAt, url, log }));
  const metrics = createMetricsPage(running);
  telemetry.sendMetrics(metrics.text);
  const app = resources.keep(
    await createApi(
      {
        ...running,
        alerts,
        metrics,
        sources,
        sourceConfigs,
        authorize,
        ready: () => state === 'ready',
        log,
        logs,
      },
      port,
    ),
  );
  return {
    ...running,
    app,
    url,
    alerts,
    keys,
    /** Takes requests as if they had come by the port. */
    server: port.server,
    host,
    setState: (now: 'ready' | 'stopping') => void (state = now),
    setSources,
  };
}

async function prepareFolder(config: Config): Promise<void> {
  // A container of a cluster may have no disk to write to. The folder holds whole events, for no other account to read.
  const [main] = await Promise.all([config.destination, ...config.destinations].map(adapterOf));
  if (config.engine.type === 'embedded' || !main!.capabilities.shared)
    await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
}

function openIngest(
  config: Config,
  {
    engine,
    authorize,
    clientAddress,
    telemetry,
    log,
  }: {
    engine: Engine;
    authorize: Authorize;
    clientAddress: ReturnType<typeof createClientAddress>;
    telemetry: Telemetry;
    log: Logger;
  },
  resources: Resources,
) {
  const { maxBodyBytes, maxEventsPerRequest: maxEvents, maxDepth } = config.http;
  const deliveries = resources.keep(
    createDeliveries(engine, topics.raw, (error) =>
      log.warn({ err: error, code: 'delivery_not_noted' }, 'deliveries could not be noted as stored'),
    ),
  );
  let configured = config.sources;
  let sources = createSources(configured);
  const ingest = new IngestHandler({
    publish: (message) => engine.publish(topics.raw, [message]),
    authorize: (request, source) => {
      const actor = authorize(request, { role: 'ingest', source });
      return actor.ok ? undefined : actor.error;
    },
    rateLimit: createBuckets(config.http.rateLimit),
    clientAddress,
    sources: (name) => sources(name),
    deliveries,
    limits: { maxBodyBytes, maxEvents, maxDepth },
    tracing: telemetry.tracing,
    log: log.child({ step: 'ingest' }),
  });
  return {
    ingest,
    sources: ((name) => sources(name)) satisfies Sources,
    sourceConfigs: () => configured,
    setSources({ sources: next }: Config) {
      configured = next;
      sources = createSources(next);
    },
  };
}

/** Commands that only look at a data folder say nothing to others. */
const openTelemetryOf = (consume: boolean, parts: { log: Logger; logs: LogRing }): Promise<Telemetry> =>
  openTelemetry(consume ? readEnvironment(process.cwd(), process.env) : {}, parts);
