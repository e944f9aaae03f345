import { SentinelError } from '../../model/errors.ts';
import {
  type GroupRecord,
  type Mark,
  type PartitionRecord,
  type TopicRecord,
  durable,
  refresh,
  type Store,
} from './store.ts';

export const origin: Mark = { offset: 0, events: 0, blockEvents: 0, bytes: 0 };

/** As positions name it. */
export const partitionName = (topic: string, writer: string): string => `${topic}/${writer}`;

const last = '\u{10ffff}';
const partitionKey = (topic: string, writer: string) => ['partition', topic, writer];
export const groupKey = (topic: string, group: string) => ['group', topic, group];
const topicKey = (topic: string) => ['topic', topic];

export function readPartition(store: Store, topic: string, writer: string): PartitionRecord {
  const record = store.records.get(partitionKey(topic, writer));
  return record === undefined ? { blocks: 0, events: 0, bytes: 0 } : (record as PartitionRecord);
}

/**
 * Writes a partition's record, and what `writes` puts, if the record is still `before`; false otherwise. The number
 * of blocks, which only grows, serves as the version.
 */
export async function replacePartition(
  store: Store,
  { topic, writer }: { topic: string; writer: string },
  before: PartitionRecord,
  after: PartitionRecord,
  writes: () => void,
): Promise<boolean> {
  const key = partitionKey(topic, writer);
  const write = (): void => {
    void store.records.put(key, after, after.blocks);
    writes();
  };
  return await durable(store, () =>
    before.blocks === 0
      ? store.records.ifNoExists(key, write)
      : store.records.ifVersion(key, before.blocks, write),
  );
}

export function readPartitions(store: Store, topic: string): Map<string, PartitionRecord> {
  return readNamed<PartitionRecord>(store, 'partition', topic);
}

export function readGroup(store: Store, topic: string, group: string): GroupRecord | undefined {
  return store.records.get(groupKey(topic, group)) as GroupRecord | undefined;
}

export function readGroups(store: Store, topic: string): Map<string, GroupRecord> {
  return readNamed<GroupRecord>(store, 'group', topic);
}

function readNamed<T>(store: Store, kind: string, topic: string): Map<string, T> {
  const found = new Map<string, T>();
  for (const { key, value } of store.records.getRange({ start: [kind, topic], end: [kind, topic, last] }))
    found.set(key[2] ?? '', value as T);
  return found;
}

/** Every topic that has messages, had some, or has a group. */
export function readTopicNames(store: Store): Set<string> {
  const names = new Set<string>();
  for (const kind of ['partition', 'group'])
    for (const key of store.records.getKeys({ start: [kind], end: [kind, last] })) names.add(key[1] ?? '');
  return names;
}

export function readTrimmed(store: Store, topic: string): Map<string, Mark> {
  return new Map((store.records.get(topicKey(topic)) as TopicRecord | undefined)?.trimmed);
}

/** Enough for any number of threads; only a broken store needs more. */
const maxTries = 1000;

/**
 * Changes a topic's record, or what must stay in step with it (which groups there are, which blocks are kept).
 * `change` gets the current value and returns the new one with the writes that belong to it, or undefined when there
 * is nothing to do; it is called again when another thread was faster. Resolves when durable.
 */
export async function updateTopic(
  store: Store,
  topic: string,
  change: (trimmed: Map<string, Mark>) => { trimmed: Map<string, Mark>; writes: () => void } | undefined,
): Promise<void> {
  const key = topicKey(topic);
  for (let tries = 0; tries < maxTries; tries++) {
    refresh(store);
    const entry = store.records.getEntry(key);
    const changed = change(new Map((entry?.value as TopicRecord | undefined)?.trimmed));
    if (!changed) return;
    const version = entry?.version ?? 0;
    const writes = (): void => {
      void store.records.put(key, { trimmed: [...changed.trimmed] }, version + 1);
      changed.writes();
    };
    const done = await durable(store, () =>
      entry ? store.records.ifVersion(key, version, writes) : store.records.ifNoExists(key, writes),
    );
    if (done) return;
  }
  throw new SentinelError('engine_unavailable', `the record of topic ${topic} does not come to rest`);
}
