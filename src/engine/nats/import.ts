import { headers } from '@nats-io/transport-node';
import { SentinelError } from '../../model/errors.ts';
import type { Json } from '../../model/json.ts';
import type { ExportedMessage, ExportedState } from '../embedded/export.ts';
import { encodeBlock } from './block.ts';
import { type Bucket, createBucket } from './bucket.ts';
import { briefly } from './briefly.ts';
import { type Link, type NatsAccess, openLink } from './connection.ts';
import { ensureGroup } from './groups.ts';
import { createLargeBodies, largeHeader, type LargeBodies, overheadBytes, writeRef } from './large.ts';
import { encodeToken, type Layout, layoutOf } from './names.ts';
import { patiently } from './patience.ts';
import { eventsHeader } from './publisher.ts';
import { originHeader, readFingerprints, writeOrigin } from './read-back.ts';
import { createRetryArea, type RetryArea } from './retry-area.ts';
import { createStreams, type Streams } from './streams.ts';
import { asJson, readTrimmed, trimmedKey } from './tally.ts';

export interface NatsImportOptions extends NatsAccess {
  prefix: string;
  replicas: number;
  ackWaitMs: number;
}

/** What another engine holds, written to NATS; each write may be repeated. */
export interface NatsImport {
  /** True when nothing was ever published under the prefix, and nothing lies in its state. */
  isEmpty(): Promise<boolean>;
  /** Makes the topic and its groups. `published`: events that its counter goes on from. */
  prepare(topic: string, groups: readonly string[], published: number): Promise<void>;
  /** Stores the messages that a group has not settled; `group` is undefined where the topic has no reader. */
  put(topic: string, group: string | undefined, messages: readonly ExportedMessage[]): Promise<void>;
  /** Fingerprints of the messages that are there for the group, with how often each occurs. */
  fingerprints(topic: string, group: string | undefined): Promise<Map<string, number>>;
  putState(entries: readonly ExportedState[]): Promise<void>;
  readState(key: string): Promise<Json | undefined>;
  note(key: string): Promise<Json | undefined>;
  takeNote(key: string, value: Json): Promise<void>;
  close(): Promise<void>;
}

export async function openNatsImport(options: NatsImportOptions): Promise<NatsImport> {
  const layout = layoutOf(options.prefix);
  const link = await openLink(options, 'migration', {});
  const streams = createStreams(link, layout, options.replicas);
  await streams.common();
  const large = createLargeBodies(link, layout);
  const target: Target = {
    link,
    layout,
    streams,
    large,
    retries: createRetryArea(link, layout, large),
    meta: createBucket(link, layout.metaBucket, large),
  };
  const state = createBucket(link, layout.stateBucket, large);
  const { meta } = target;
  return {
    isEmpty: () => isEmpty(target),
    async prepare(topic, groups, published) {
      await streams.topic(topic);
      for (const group of groups) await makeGroup(target, topic, group, options.ackWaitMs);
      await countFrom(meta, topic, published);
    },
    async put(topic, group, messages) {
      if (group === undefined) for (const message of messages) await publish(target, topic, message);
      else await putDeferred(target.retries, topic, group, messages);
    },
    fingerprints: (topic, group) => readFingerprints(target, topic, group),
    async putState(entries) {
      await Promise.all(
        entries.map(({ key, value, expiresAt }) =>
          state.write(key, value, expiresAt === undefined ? {} : { ttlMs: expiresAt - Date.now() }),
        ),
      );
    },
    readState: async (key) => (await state.read(key))?.value,
    note: async (key) => (await meta.read(key))?.value,
    async takeNote(key, value) {
      const seq = await meta.write(key, value);
      if (seq === undefined) throw new SentinelError('engine_unavailable', 'the progress could not be noted');
    },
    close: () => briefly(link.nc.close()),
  };
}

interface Target {
  link: Link;
  layout: Layout;
  streams: Streams;
  large: LargeBodies;
  retries: RetryArea;
  meta: Bucket;
}

async function isEmpty({ link: { jsm }, layout }: Target): Promise<boolean> {
  const info = await patiently(() => jsm.streams.info(`KV_${layout.stateBucket}`));
  if (info.state.messages > 0) return false;
  for await (const { state: found } of jsm.streams.list(layout.topicSubjects))
    if (found.last_seq > 0) return false;
  return true;
}

async function makeGroup(target: Target, topic: string, group: string, ackWaitMs: number): Promise<void> {
  const made = await ensureGroup(target, topic, group, ackWaitMs);
  const { num_waiting: waiting } = await target.link.jsm.consumers.info(made.stream, made.consumer);
  if (waiting > 0)
    throw new SentinelError(
      'conflict',
      `a worker reads ${topic} already; stop the workers until all is carried over`,
    );
}

/** The topic's counter of published events goes on from there. */
async function countFrom(meta: Bucket, topic: string, published: number): Promise<void> {
  const { trimmed, revision } = await readTrimmed(meta, topic);
  if (trimmed.events >= published) return;
  const carried = { ...trimmed, events: published };
  await meta.write(trimmedKey(topic), asJson(carried), { ifSeq: revision });
}

/** For a topic that has no reader: each message is a block of its own, under an id that identifies it. */
async function publish(
  { link, layout, large }: Target,
  topic: string,
  { delivery }: ExportedMessage,
): Promise<void> {
  const head = headers();
  head.set(eventsHeader, String(delivery.events));
  head.set(originHeader, writeOrigin(delivery.position));
  let { body } = delivery;
  if (body.length + overheadBytes > link.maxPayload()) {
    head.set(largeHeader, writeRef(await large.store(encodeToken(topic), body)));
    body = new Uint8Array(0);
  }
  const data = encodeBlock([{ body, events: delivery.events }]);
  await patiently(() => link.js.publish(layout.subjectOf(topic), data, { headers: head }));
}

async function putDeferred(
  retries: RetryArea,
  topic: string,
  group: string,
  messages: readonly ExportedMessage[],
): Promise<void> {
  await Promise.all(
    messages.map(({ delivery, dueAt }) =>
      retries.put(
        { topic, group },
        {
          delivery,
          delayMs: dueAt === undefined ? 0 : dueAt - Date.now(),
          failures: delivery.attempt - 1,
        },
      ),
    ),
  );
}
