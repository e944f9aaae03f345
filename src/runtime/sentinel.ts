import type { Readable } from 'node:stream';
import type { Config } from '../config/load.ts';
import { resumeReplays } from '../dead-letter/replay.ts';
import { noteConfigChanges } from '../server/config-history.ts';
import { routesWhenFree } from './routes-when-free.ts';
import { type SentinelOptions, openService } from './open-service.ts';

export type { SentinelOptions };

export interface Sentinel {
  /** Where it listens, e.g. `http://127.0.0.1:3111`. */
  readonly url: string;
  /** Loads contracts, steps and settings again; ingest goes on meanwhile. Rejects, and changes nothing, when they have faults. */
  reload(config: Config): Promise<void>;
  /** Answers what is under way, lets the pipeline finish its batches, and releases everything. */
  close(): Promise<void>;
}

type Parts = Awaited<ReturnType<typeof openService>>;
/** With the parts that a program needs which has the service in its own process. */
export type RunningService = Sentinel & { parts: Pick<Parts, 'ingest' | 'server' | 'keys' | 'host'> };

/** Composes the service and starts it, in the order of the flow from its end: whoever sends comes last. */
export async function startSentinel(
  config: Config,
  options: SentinelOptions & { listens?: boolean },
): Promise<RunningService> {
  const { log } = options;
  const parts = await openService(config, { ...options, consume: true });
  const resumed = await resumeReplays(parts);
  if (resumed > 0)
    log.info({ status: 'resumed', events: resumed }, 'replays that a stop had interrupted go on');
  await parts.jobs.resume();
  // A gateway does not know how the destination is: workers tell.
  if (config.role !== 'gateway') parts.alerts.start();

  const { url } = parts;
  parts.setState('ready');
  void parts.bridge?.refresh();
  const { role, engine, dataDir } = config;
  log.info(
    { status: 'started', url, role, engine: engine.type, data_dir: dataDir },
    url === '' ? 'started without a port of its own' : `listening on ${url}`,
  );

  const noteChanges = async ({ sources }: Config): Promise<void> => {
    if (config.role === 'worker') return;
    await parts.host.api
      .contracts()
      .then((contracts) => noteConfigChanges(parts.engine.state, parts.audit, { contracts, sources }))
      .catch((err: unknown) =>
        log.warn({ err, code: 'changes_not_noted' }, 'changes of contracts and sources were not noted'),
      );
  };
  await noteChanges(config);

  const stepRoutes = async () => JSON.stringify(await routesWhenFree(parts.host.api));
  const mounted = await stepRoutes();

  return {
    url,
    parts,
    async reload(config) {
      await parts.host.restart(config);
      parts.setSources(config);
      await noteChanges(config);
      void parts.bridge?.refresh();
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
    headers?: Record<string, string>;
  }): Promise<{ status: number; length: number; body: Readable }>;
  close(): Promise<void>;
}

/** The same API on a data folder that no server has open. No event moves. */
export async function openOffline(config: Config, options: SentinelOptions): Promise<OfflineApi> {
  const parts = await openService(config, { ...options, consume: false });
  parts.setState('ready');
  return {
    async inject({ method, url, payload, headers = {} }) {
      const response = await parts.app.inject({
        method: method as 'GET' | 'POST' | 'DELETE',
        url,
        headers,
        payloadAsStream: true,
        ...(payload === undefined ? {} : { payload: payload as object }),
      });
      return {
        status: response.statusCode,
        length: Number(response.headers['content-length']),
        body: response.stream(),
      };
    },
    close: parts.close,
  };
}
