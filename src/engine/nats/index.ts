import { SentinelError } from '../../model/errors.ts';
import { createConsumers } from '../consumers.ts';
import type { Engine } from '../engine.ts';
import { guardedState } from '../guarded-state.ts';
import { checkName } from '../names.ts';
import { briefly } from './briefly.ts';
import { createBucket } from './bucket.ts';
import { createCalls } from './calls.ts';
import { type ConnectionEvents, type NatsAccess, openLink } from './connection.ts';
import { startConsumer } from './consumer.ts';
import { toEngineError } from './errors.ts';
import { findPending } from './find-pending.ts';
import { ensureGroup, removeGroup } from './groups.ts';
import { createLargeBodies } from './large.ts';
import { encodeToken, layoutOf } from './names.ts';
import { createPublisher } from './publisher.ts';
import { createRetryArea } from './retry-area.ts';
import { watchVersion } from './server-version.ts';
import { createState } from './state.ts';
import { createStats } from './stats.ts';
import { createStreams } from './streams.ts';
import { startSweeper } from './sweeper.ts';
import { createTally, type Tally } from './tally.ts';
import { createTrimmer } from './trimmer.ts';

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
  const layout = layoutOf(options.prefix);
  const link = await openLink(options, options.writer, options);
  const streams = createStreams(link, layout, options.replicas);
  try {
    await streams.common();
  } catch (error) {
    await link.nc.close();
    throw toEngineError(error);
  }
  watchVersion(link, options.replicas, (warning) => options.onUnsafeServer?.(warning));
  const large = createLargeBodies(link, layout);
  const retries = createRetryArea(link, layout, large);
  const publisher = createPublisher({ link, layout, streams, large }, options.limits ?? {});
  const bucket = createBucket(link, layout.stateBucket, large);
  const meta = createBucket(link, layout.metaBucket, large);
  const { state, stop: stopState } = createState(link, bucket, layout.stateBucket);
  const tallies = new Map<string, Tally>();
  const tallyOf = (topic: string): Tally => {
    const tally = tallies.get(topic) ?? createTally(link, layout, meta, topic);
    tallies.set(topic, tally);
    return tally;
  };
  const trimmer = createTrimmer(
    { link, layout, meta, large, tallyOf },
    `${options.writer}-${crypto.randomUUID()}`,
  );
  const sweeper = startSweeper(link, bucket, meta, large);
  const stats = createStats({ link, layout, tallyOf });
  const consumers = createConsumers();
  let closing: Promise<void> | undefined;
  let closed = false;

  function checkOpen(isOpen: boolean): void {
    if (!isOpen) throw new SentinelError('engine_closed', 'the engine is closed');
  }
  async function guarded<T>(work: () => Promise<T>): Promise<T> {
    checkOpen(!closed);
    try {
      return await work();
    } catch (error) {
      throw toEngineError(error);
    }
  }
  async function close(): Promise<void> {
    try {
      const failures = await consumers.stopAll();
      closed = true;
      await publisher.idle();
      await trimmer.stop();
      await sweeper.stop();
      if (failures.length > 0) throw failures[0];
    } finally {
      closed = true;
      stopState();
      for (const tally of tallies.values()) tally.rest();
      if (!link.isClosed()) {
        await briefly(link.nc.flush());
        await briefly(link.nc.close());
      }
    }
  }

  return {
    state: guardedState(state, guarded, () => checkOpen(!closed)),
    publish: (topic, messages) =>
      guarded(async () => {
        checkNames({ topic });
        await publisher.publish(topic, messages);
      }),
    async consume(topic, group, consumeOptions, handle) {
      checkOpen(!closing);
      checkNames({ topic, group });
      const { ackWaitMs } = options;
      return await consumers.start(topic, group, async () => {
        try {
          return await startConsumer(
            {
              link,
              large,
              retries,
              ackWaitMs,
              ensure: () => ensureGroup({ link, layout, streams }, topic, group, ackWaitMs),
              onSettled: () => trimmer.touch(topic),
            },
            topic,
            group,
            consumeOptions,
            handle,
          );
        } catch (error) {
          throw toEngineError(error);
        }
      });
    },
    async removeGroup(topic, group) {
      checkOpen(!closing);
      await consumers.stop(topic, group);
      await guarded(() => removeGroup({ link, layout }, topic, group));
      trimmer.touch(topic);
    },
    findPending: (topic, group, match) =>
      guarded(() => findPending({ link, layout, large, retries }, topic, group, match)),
    cluster: {
      calls: createCalls(link, layout, large),
      connected: link.isConnected,
      leave: link.leave,
    },
    stats: () => guarded(stats),
    async close() {
      closing ??= close();
      await closing;
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
