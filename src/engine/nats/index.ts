import type { Engine } from '../engine.ts';
import { Lifecycle } from '../lifecycle.ts';
import { checkName } from '../names.ts';
import { briefly } from './briefly.ts';
import { createBucket } from './bucket.ts';
import { createCalls } from './calls.ts';
import { type ConnectionEvents, type NatsAccess, openLink } from './connection.ts';
import { NatsConsumer } from './consumer.ts';
import { toEngineError } from './errors.ts';
import { findPending } from './find-pending.ts';
import { watchFloors } from './floor-watch.ts';
import { ensureGroup, removeGroup } from './groups.ts';
import { createLargeBodies } from './large.ts';
import { encodeToken, layoutOf } from './names.ts';
import { Publisher } from './publisher.ts';
import { createRetryArea } from './retry-area.ts';
import { watchVersion } from './server-version.ts';
import { NatsState } from './state.ts';
import { createStats } from './stats.ts';
import { createStreams } from './streams.ts';
import { watchStorage } from './storage-watch.ts';
import { Sweeper } from './sweeper.ts';
import { Tally } from './tally.ts';
import { Trimmer } from './trimmer.ts';

export interface NatsEngineOptions extends NatsAccess, ConnectionEvents {
  /** Names this process for people who look at the server. */
  writer: string;
  /** Begins the names of all streams: letters, digits, "_" and "-". */
  prefix: string;
  /** Servers that keep each message. */
  replicas: number;
  /** How long a worker may be silent about a message before another is given it. */
  ackWaitMs: number;
  /** Bytes that may wait in each topic that this process publishes. Default: no limit but the server's. */
  limits?: { bytes?: number };
  /** Told of streams that were gone, and were made again empty. */
  onStorageLost?: (streams: string[]) => void;
  /** Told of a stream whose settings somebody has changed so that it loses or refuses messages; they were put back. */
  onSettingsAltered?: (stream: string, settings: string[]) => void;
  /** Told of a consumer that is given another leader, see `FloorWatch`. */
  onFloorStands?: (stream: string, consumer: string) => void;
  /** Told, at the start and after a reconnect, that the server's version is not safe for several copies. */
  onUnsafeServer?: (warning: string) => void;
}

/** Longer ones would not fit the names of the server's files. */
const maxTokenBytes = 100;

/**
 * The engine on NATS JetStream, for many processes: a stream for each topic, a durable consumer for each group, a
 * bucket for the state. Throws `engine_unavailable` and `config_invalid`.
 */
export async function openNatsEngine(options: NatsEngineOptions): Promise<Engine> {
  const parts = await openParts(options);
  const { link, layout, streams, large, retries, publisher, trimmer } = parts;
  const { ackWaitMs } = options;
  const life = new Lifecycle(toEngineError);
  return {
    state: life.guardState(parts.state),
    publish: (topic, messages) =>
      life.guard(async () => {
        checkNames({ topic });
        await publisher.publish(topic, messages);
      }),
    async consume(topic, group, consumeOptions, handle) {
      life.checkStaysOpen();
      checkNames({ topic, group });
      const ensure = () => ensureGroup({ link, layout, streams }, topic, group, ackWaitMs);
      trimmer.touch(topic);
      const deps = { link, large, retries, ackWaitMs, ensure, onSettled: () => trimmer.touch(topic) };
      return await life.consumers.start(topic, group, () =>
        life.translate(() => NatsConsumer.start(deps, { topic, group }, consumeOptions, handle)),
      );
    },
    async removeGroup(topic, group) {
      life.checkStaysOpen();
      await life.consumers.stop(topic, group);
      await life.guard(() => removeGroup({ link, layout }, topic, group));
      trimmer.touch(topic);
    },
    findPending: (topic, group, match) =>
      life.guard(() => findPending({ link, layout, large, retries, streams }, topic, group, match)),
    cluster: {
      calls: createCalls(link, layout, large),
      leave: link.leave,
    },
    stats: () => life.guard(parts.stats),
    trouble: () => (link.isConnected() ? undefined : 'NATS is not reached; nothing can be stored'),
    close: () => life.close(parts.flush, parts.release),
  };
}

async function openParts(options: NatsEngineOptions) {
  const layout = layoutOf(options.prefix);
  const link = await openLink(options, options.writer, options);
  const streams = createStreams(link, layout, options.replicas, options.onSettingsAltered);
  try {
    await streams.common();
  } catch (error) {
    await link.nc.close();
    throw toEngineError(error);
  }
  const watch = watchStorage(link, streams, (lost) => options.onStorageLost?.(lost));
  watchVersion(link, options.replicas, (warning) => options.onUnsafeServer?.(warning));
  const large = createLargeBodies(link, layout);
  const publisher = new Publisher({ link, layout, streams, large }, options.limits ?? {});
  const bucket = createBucket(link, layout.stateBucket, large);
  const meta = createBucket(link, layout.metaBucket, large);
  const state = new NatsState(link, bucket, layout.stateBucket);
  const tallies = new Map<string, Tally>();
  const tallyOf = (topic: string): Tally => {
    const tally = tallies.get(topic) ?? new Tally(link, layout, meta, topic);
    tallies.set(topic, tally);
    return tally;
  };
  const me = `${options.writer}-${crypto.randomUUID()}`;
  const floors = watchFloors(link, options);
  const trimmer = new Trimmer({ link, layout, meta, large, tallyOf, floors }, me);
  const sweeper = new Sweeper(link, bucket, meta, large);
  return {
    link,
    layout,
    streams,
    large,
    retries: createRetryArea(link, layout, large),
    publisher,
    state,
    trimmer,
    stats: createStats({ link, layout, tallyOf }),
    async flush(): Promise<void> {
      await publisher.idle();
      await trimmer.stop();
      await sweeper.stop();
    },
    async release(): Promise<void> {
      watch.stop();
      state.stop();
      for (const tally of tallies.values()) tally.rest();
      if (link.isClosed()) return;
      await briefly(link.nc.flush());
      await briefly(link.nc.close());
    },
  };
}

function checkNames(names: { topic: string; group?: string }): void {
  for (const [kind, name] of Object.entries(names)) {
    checkName(kind as 'topic' | 'group', name);
    if (encodeToken(name).length > maxTokenBytes)
      throw new RangeError(
        `a ${kind} name on NATS has at most ${maxTokenBytes} letters, and fewer when they are not ASCII`,
      );
  }
}
