import { DiscardPolicy, RetentionPolicy, type StreamConfig, StorageType } from '@nats-io/jetstream';
import { SentinelError } from '../../model/errors.ts';
import type { Link } from './connection.ts';
import { create } from './create.ts';
import { isNotFound } from './errors.ts';
import type { Layout } from './names.ts';
import { patiently } from './patience.ts';

/** How long the servers remember message ids; longer than any publish is repeated. */
const duplicateWindowMs = 120_000;

export interface Streams {
  /** Makes the topic's stream unless it is there; a call costs nothing from the second time on. */
  topic(topic: string): Promise<string>;
  /** Makes the topic's stream once more if it is gone, as nobody answered for it. Does not wait for NATS. */
  renew(topic: string): Promise<void>;
  /** Those that do not belong to one topic. */
  common(): Promise<void>;
}

export function createStreams(link: Link, layout: Layout, replicas: number): Streams {
  const known = new Map<string, Promise<string>>();

  const base = (name: string, subjects: string[]): Partial<StreamConfig> & { name: string } => ({
    name,
    subjects,
    storage: StorageType.File,
    num_replicas: replicas,
    discard: DiscardPolicy.New,
    duplicate_window: duplicateWindowMs * 1e6,
  });

  const configOf = (topic: string) => base(layout.streamOf(topic), [layout.subjectOf(topic)]);

  async function ensure(config: Partial<StreamConfig> & { name: string }, waitMs?: number): Promise<string> {
    await patiently(async () => {
      try {
        const { config: found } = await link.looks.streams.info(config.name);
        checkSubjects(config, found);
        if (found.num_replicas !== replicas)
          await link.jsm.streams.update(config.name, { num_replicas: replicas });
      } catch (error) {
        if (!isNotFound(error)) throw error;
        await create(
          () => link.jsm.streams.add(config),
          () => link.looks.streams.info(config.name),
        );
      }
    }, waitMs);
    return config.name;
  }

  return {
    topic(topic) {
      let making = known.get(topic);
      if (making === undefined) {
        making = ensure(configOf(topic));
        known.set(topic, making);
        making.catch(() => known.delete(topic));
      }
      return making;
    },
    async renew(topic) {
      await ensure(configOf(topic), 0);
    },
    async common() {
      await Promise.all([
        ensure({
          ...base(layout.retryStream, [layout.retrySubjects]),
          retention: RetentionPolicy.Workqueue,
        }),
        ensure(base(layout.largeStream, [layout.largeSubjects])),
        ensure(bucketConfig(layout.stateBucket)),
        ensure(bucketConfig(layout.metaBucket)),
      ]);
    },
  };

  /** As `nats kv` makes its buckets, so that its commands can look at them. */
  function bucketConfig(bucket: string): Partial<StreamConfig> & { name: string } {
    return {
      ...base(streamOfBucket(bucket), [`${subjectOfBucket(bucket)}>`]),
      max_msgs_per_subject: 1,
      allow_rollup_hdrs: true,
      deny_delete: false,
      // Reads must see what was written: they go to the leader, never to a replica that may lag.
      allow_direct: false,
    };
  }
}

export const streamOfBucket = (bucket: string): string => `KV_${bucket}`;
export const subjectOfBucket = (bucket: string): string => `$KV.${bucket}.`;

function checkSubjects(wanted: Partial<StreamConfig> & { name: string }, found: StreamConfig): void {
  if (wanted.subjects?.join() === found.subjects?.join()) return;
  throw new SentinelError(
    'config_invalid',
    `stream ${wanted.name} exists with other subjects (${found.subjects?.join(', ')}); choose another engine.prefix`,
  );
}
