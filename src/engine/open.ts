import { join } from 'node:path';
import type { Config, NatsConfig } from '../config/load.ts';
import { SentinelError } from '../model/errors.ts';
import type { Logger } from '../support/log.ts';
import type { Depth } from './embedded/examine.ts';
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

/**
 * Before the store is opened: throws `store_damaged` when reading it fails, which could end this process without a word.
 * Returns how many entries were read.
 */
export async function examineQueue(
  { dataDir, engine }: Pick<Config, 'dataDir' | 'engine'>,
  depth: Depth = 'start',
): Promise<number> {
  if (engine.type !== 'embedded') return 0;
  const folder = join(dataDir, 'queue');
  const { examineStore } = await import('./embedded/examine.ts');
  const found = await examineStore(join(folder, 'engine.mdb'), depth);
  if (!found.ok) throw damagedQueue(folder, found.error);
  return found.value;
}

/** Gives the disk of what was deleted back, when that is most of it; before the store is opened. */
export async function compactQueue(
  { dataDir, engine }: Pick<Config, 'dataDir' | 'engine'>,
  log: Logger,
): Promise<void> {
  if (engine.type !== 'embedded') return;
  const { compactStore } = await import('./embedded/compact.ts');
  const began = performance.now();
  const compacted = await compactStore(join(dataDir, 'queue'));
  if (compacted === undefined) return;
  const { before, after } = compacted;
  log.info(
    {
      status: 'compacted',
      bytes_before: before,
      bytes_after: after,
      duration_ms: Math.round(performance.now() - began),
    },
    'the queue was written anew: most of its file was free',
  );
}

const damagedQueue = (folder: string, what: string): SentinelError =>
  new SentinelError(
    'store_damaged',
    `the queue in ${folder} is damaged: ${what}. Move it away, then put back a backup (sentinel restore), ` +
      `or start with an empty one: the events, dead letters and rules in it are lost then; rows in the destination stay`,
  );

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
    onStorageLost: (streams) =>
      log.error(
        { status: 'failed', code: 'storage_lost', streams },
        'NATS has lost its storage: these streams were made again, and what they held (waiting events, dead letters, rules, keys) is gone',
      ),
    onSettingsAltered: (stream, settings) =>
      log.error(
        { status: 'recovered', code: 'stream_altered', stream, settings },
        'NATS: somebody has changed settings of this stream by which it loses or refuses messages; they were put back, and what it has let go of meanwhile is lost',
      ),
    onFloorStands: (stream, consumer) =>
      log.warn(
        { status: 'recovering', code: 'acknowledgement_lost', stream, consumer },
        'NATS may have lost an acknowledgement, as the floor of this consumer stands still: another server is to lead it, and gives what was not acknowledged once more',
      ),
    onUnsafeServer: (warning) => log.warn({ status: 'unsafe', code: 'unsafe_server' }, warning),
    onError: (error) => log.error({ err: error, status: 'failed', code: 'engine_unavailable' }, 'NATS'),
  });
}
