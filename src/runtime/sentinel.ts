import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Config } from '../config/load.ts';
import { loadContracts } from '../contracts/discover.ts';
import { type DeadLetterCounts, watchDeadLetters } from '../dead-letter/counts.ts';
import { resumeReplays } from '../dead-letter/replay.ts';
import { createDeadLetters } from '../dead-letter/store.ts';
import { examineQueue, openEngine } from '../engine/open.ts';
import { adapterOf } from '../load/adapters.ts';
import { SentinelError, messageOf } from '../model/errors.ts';
import { topics } from '../model/event.ts';
import { createDeliveries } from '../ingest/create-deliveries.ts';
import { createIngest } from '../ingest/handler.ts';
import { createBuckets } from '../sources/rate-limit.ts';
import { createClientAddress, createSources } from '../sources/source.ts';
import type { Logger } from '../support/log.ts';
import { gatewayHost } from './gateway.ts';
import { type LogRing, createLogRing } from '../support/log-ring.ts';
import { type PipelineHost, hostPipeline } from './host.ts';
import { contractFolders, stepFolders } from '../config/project.ts';
import { openRuleStore } from '../repair/rules/store.ts';
import { ok } from '../model/result.ts';
import { createAuthorize, local } from '../sources/authorize.ts';
import { openKeys } from '../sources/keys.ts';
import { createPort } from '../server/port.ts';
import { createApi } from '../server/server.ts';
import { discoverSteps } from '../steps/discover.ts';

export interface Sentinel {
  /** Where it listens, e.g. `http://127.0.0.1:3111`. */
  readonly url: string;
  /** Loads contracts, steps and settings again; ingest goes on meanwhile. Rejects, and changes nothing, when they have faults. */
  reload(config: Config): Promise<void>;
  /** Answers what is under way, lets the pipeline finish its batches, and releases everything. */
  close(): Promise<void>;
}

export interface SentinelOptions {
  log: Logger;
  /** Where `log` leaves its lines for the API, which the pipeline's lines join. Default: only those are there. */
  logs?: LogRing;
  /** Called when the pipeline died of an unexpected error. Default: log it and end the process. */
  onCrash?: (error: Error) => void;
}

/** Composes the service and starts it, in the order of the flow from its end: whoever sends comes last. */
export async function startSentinel(config: Config, options: SentinelOptions): Promise<Sentinel> {
  const { log } = options;
  const parts = await open(config, { ...options, consume: true });
  const resumed = await resumeReplays(parts);
  if (resumed > 0)
    log.info({ status: 'resumed', events: resumed }, 'replays that a stop had interrupted go on');

  const { url } = parts;
  parts.setState('ready');
  const { role, engine, dataDir } = config;
  log.info({ status: 'started', url, role, engine: engine.type, data_dir: dataDir }, `listening on ${url}`);

  const stepRoutes = async () => JSON.stringify(await parts.host.api.routes());
  const mounted = await stepRoutes();

  return {
    url,
    async reload(config) {
      const contracts = await loadContracts(contractFolders(config), { fresh: true, override: true });
      await discoverSteps(stepFolders(config), { fresh: true });
      await parts.host.restart(config, contracts.tables());
      parts.setSources(config);
      if ((await stepRoutes()) !== mounted)
        log.warn({ code: 'restart_needed' }, 'new routes of steps are served after a restart');
    },
    async close() {
      log.info({ status: 'stopping' }, 'stopping: no new requests, running batches finish');
      parts.setState('stopping');
      parts.engine.cluster?.leave();
      await parts.close();
      log.info({ status: 'stopped' }, 'stopped');
    },
  };
}

export interface OfflineApi {
  inject(request: {
    method: string;
    url: string;
    payload?: unknown;
  }): Promise<{ statusCode: number; body: string }>;
  close(): Promise<void>;
}

/** The same API on a data folder that no server has open. No event moves. */
export async function openOffline(config: Config, options: SentinelOptions): Promise<OfflineApi> {
  const parts = await open(config, { ...options, consume: false });
  parts.setState('ready');
  return {
    async inject({ method, url, payload }) {
      const response = await parts.app.inject({
        method: method as 'GET' | 'POST' | 'DELETE',
        url,
        ...(payload === undefined ? {} : { payload: payload as object }),
      });
      return { statusCode: response.statusCode, body: response.body };
    },
    close: parts.close,
  };
}

async function open(
  config: Config,
  { log, logs = createLogRing(), consume, onCrash }: SentinelOptions & { consume: boolean },
) {
  // What was opened, in order; closed the other way round.
  const opened: { close(): void | Promise<void> }[] = [];
  const keep = <T extends { close(): void | Promise<void> }>(part: T): T => {
    opened.push(part);
    return part;
  };
  const close = async () => {
    let failure: { error: unknown } | undefined;
    for (const part of opened.splice(0).toReversed())
      try {
        await part.close();
      } catch (error) {
        failure ??= { error }; // the others must be let go all the same
      }
    if (failure !== undefined) throw failure.error;
  };

  try {
    // A container of a cluster may have no disk to write to. The folder holds whole events, for no other account to read.
    const [main] = await Promise.all([config.destination, ...config.destinations].map(adapterOf));
    if (config.engine.type === 'embedded' || !main!.capabilities.shared)
      await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
    await examineQueue(config);
    const engine = keep(await openEngine(config, 'main', log));
    const { maxBodyBytes, maxEventsPerRequest: maxEvents, maxDepth } = config.http;
    const deliveries = keep(
      createDeliveries(engine, topics.raw, (error) =>
        log.warn({ err: error, code: 'delivery_not_noted' }, 'deliveries could not be noted as stored'),
      ),
    );
    let configured = config.sources;
    let sources = createSources(configured);
    const keys = keep(
      await openKeys(engine.state, {
        onError: (err) => log.warn({ err, code: 'key_use_not_noted' }, 'the last use of a key was not noted'),
      }),
    );
    const clientAddress = createClientAddress(config.http.trustedProxies);
    // Whoever opens the data folder itself is not asked for a key.
    const authorize = consume
      ? createAuthorize({ token: config.http.token, keys, clientAddress })
      : () => ok(local);
    const ingest = createIngest({
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
      log: log.child({ step: 'ingest' }),
    });
    let state: 'starting' | 'ready' | 'stopping' = 'starting';
    const ready = () => state === 'ready';
    const port = keep(createPort(config, { ingest, stopping: () => state === 'stopping', log }));
    // Before the pipeline: what senders have now is taken, whatever keeps the pipeline from its start.
    const url = consume ? await listen(port.server, config) : '';
    const host: PipelineHost = keep(
      config.role === 'gateway' && engine.cluster !== undefined
        ? await gatewayHost(config, engine.cluster.calls, log)
        : await hostPipeline(config, {
            log,
            consume,
            onCrash: onCrash ?? ((error) => endProcess(log, error)),
            onLogLine: logs.add,
          }),
    );
    const letters = createDeadLetters(engine.state);
    const deadLetters: DeadLetterCounts = keep(await watchDeadLetters(engine.state, letters));
    const rules = keep(await openRuleStore(engine.state, { ttlDays: config.state.ruleTtlDays, log }));
    const app = keep(
      await createApi(
        {
          config,
          engine,
          pipeline: host.api,
          letters,
          deadLetters,
          rules,
          ingest,
          sources: (name) => sources(name),
          sourceConfigs: () => configured,
          keys,
          authorize,
          ready,
          log,
          logs,
        },
        port,
      ),
    );
    return {
      app,
      url,
      engine,
      letters,
      host,
      close,
      setState: (now: 'ready' | 'stopping') => void (state = now),
      setSources({ sources: next }: Config) {
        configured = next;
        sources = createSources(next);
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Where it listens then. */
async function listen(server: Server, config: Config): Promise<string> {
  const { host, port, tls } = config.http;
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    throw listenError(error, config);
  }
  const name = host.includes(':') ? `[${host}]` : host;
  return `${tls === undefined ? 'http' : 'https'}://${name}:${(server.address() as AddressInfo).port}`;
}

function listenError(error: unknown, { http }: Config): Error {
  if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE')
    return new SentinelError(
      'config_invalid',
      `port ${http.port} on ${http.host} is taken by another program; choose another with SENTINEL_API_PORT`,
      { cause: error },
    );
  return new SentinelError(
    'config_invalid',
    `can't listen on ${http.host}:${http.port}: ${messageOf(error)}`,
    { cause: error },
  );
}

function endProcess(log: Logger, error: Error): void {
  log.fatal(
    { err: error, status: 'failed', code: 'pipeline_crashed' },
    'the pipeline has died; the process ends, events stay in the queue',
  );
  process.exit(1);
}
