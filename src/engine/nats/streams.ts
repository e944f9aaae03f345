import { DiscardPolicy, RetentionPolicy, type StreamConfig, StorageType } from '@nats-io/jetstream';
import { SentinelError } from '../../model/errors.ts';
import { alteredIn } from './altered.ts';
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
  /** Whether the topic's stream was there. */
  has(topic: string): boolean;
  /** Makes the topic's stream once more if it is gone, as nobody answered for it. Does not wait for NATS. */
  renew(topic: string): Promise<void>;
  /** Those that do not belong to one topic. */
  common(): Promise<void>;
  /** Makes those again that are gone, and tells of those that were made again, by whomever; see `Link.lost`. */
  check(): Promise<void>;
}

/** `onAltered` is told of a stream whose settings somebody has changed, and that they were put back. */
export function createStreams(
  link: Link,
  layout: Layout,
  replicas: number,
  onAltered: (stream: string, settings: string[]) => void = () => undefined,
): Streams {
  const known = new Map<string, Promise<string>>();
  /** When each stream was made: one that was made later has lost what it held. */
  const made = new Map<string, string>();

  function note(name: string, created: string): void {
    const before = made.get(name);
    made.set(name, created);
    if (before !== undefined && before !== created) link.lost(name);
  }

  const { common, configOf } = streamConfigs(layout, replicas);

  async function ensure(config: Config, waitMs?: number): Promise<string> {
    await patiently(async () => {
      try {
        const { config: found, created } = await link.looks.streams.info(config.name);
        note(config.name, created);
        checkSubjects(config, found);
        if (found.num_replicas !== replicas)
          await link.jsm.streams.update(config.name, { num_replicas: replicas });
        const altered = alteredIn(config, found);
        if (altered === undefined) return;
        await link.jsm.streams.update(config.name, altered);
        onAltered(config.name, Object.keys(altered));
      } catch (error) {
        if (!isNotFound(error)) throw error;
        const { created } = await create(
          () => link.jsm.streams.add(config),
          () => link.looks.streams.info(config.name),
        );
        note(config.name, created);
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
    has: (topic) => known.has(topic),
    async renew(topic) {
      await ensure(configOf(topic), 0);
    },
    async common() {
      await Promise.all(common.map((config) => ensure(config)));
    },
    async check() {
      for (const config of [...common, ...Array.from(known.keys(), configOf)]) await ensure(config, 0);
    },
  };
}

type Config = Partial<StreamConfig> & { name: string };

function streamConfigs(layout: Layout, replicas: number) {
  const base = (name: string, subjects: string[]): Config => ({
    name,
    subjects,
    storage: StorageType.File,
    num_replicas: replicas,
    discard: DiscardPolicy.New,
    duplicate_window: duplicateWindowMs * 1e6,
  });
  /** As `nats kv` makes its buckets, so that its commands can look at them. */
  const bucket = (name: string): Config => ({
    ...base(streamOfBucket(name), [`${subjectOfBucket(name)}>`]),
    max_msgs_per_subject: 1,
    allow_rollup_hdrs: true,
    deny_delete: false,
    // Reads must see what was written: they go to the leader, never to a replica that may lag.
    allow_direct: false,
  });
  return {
    configOf: (topic: string) => base(layout.streamOf(topic), [layout.subjectOf(topic)]),
    common: [
      { ...base(layout.retryStream, [layout.retrySubjects]), retention: RetentionPolicy.Workqueue },
      base(layout.largeStream, [layout.largeSubjects]),
      bucket(layout.stateBucket),
      bucket(layout.metaBucket),
    ],
  };
}

export const streamOfBucket = (bucket: string): string => `KV_${bucket}`;
export const subjectOfBucket = (bucket: string): string => `$KV.${bucket}.`;

function checkSubjects(wanted: Config, found: StreamConfig): void {
  if (wanted.subjects?.join() === found.subjects?.join()) return;
  throw new SentinelError(
    'config_invalid',
    `stream ${wanted.name} exists with other subjects (${found.subjects?.join(', ')}); choose another engine.prefix`,
  );
}
