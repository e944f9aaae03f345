import { join } from 'node:path';
import type { Config, NatsConfig } from '../config/load.ts';
import type { Logger } from '../support/log.ts';
import type { Engine } from './engine.ts';

type EngineSettings = Pick<Config, 'dataDir' | 'queue' | 'engine'>;

/**
 * Opens the engine that the config names; its library is loaded only then. `writer` names the thread or process; it
 * must be stable over restarts.
 */
export async function openEngine(config: EngineSettings, writer: string, log: Logger): Promise<Engine> {
  return config.engine.type === 'nats'
    ? openNats(config, config.engine, writer, log)
    : openEmbedded(config, writer);
}

async function openEmbedded({ dataDir, queue }: EngineSettings, writer: string): Promise<Engine> {
  const { openEmbeddedEngine } = await import('./embedded/index.ts');
  const { maxBytes: bytes, maxEvents: events } = queue;
  return openEmbeddedEngine({ dir: join(dataDir, 'queue'), writer, limits: { bytes, events } });
}

async function openNats(
  { queue }: EngineSettings,
  nats: NatsConfig,
  writer: string,
  log: Logger,
): Promise<Engine> {
  const { openNatsEngine } = await import('./nats/index.ts');
  return openNatsEngine({
    ...nats,
    writer,
    limits: { bytes: queue.maxBytes },
    onDisconnect: (server) =>
      log.warn({ status: 'disconnected', code: 'engine_unavailable', server }, 'NATS: connection lost'),
    onReconnect: (server) => log.info({ status: 'recovered', server }, 'NATS: connected again'),
    onUnsafeServer: (warning) => log.warn({ status: 'unsafe', code: 'unsafe_server' }, warning),
    onError: (error) => log.error({ err: error, status: 'failed', code: 'engine_unavailable' }, 'NATS'),
  });
}
