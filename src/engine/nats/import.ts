import { createHash } from 'node:crypto';
import type { StoredMsg } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import { SentinelError } from '../../model/errors.ts';
import type { Json } from '../../model/json.ts';
import type { ExportedMessage, ExportedState } from '../embedded/export.ts';
import { decodeBlock, encodeBlock } from './block.ts';
import { createBucket } from './bucket.ts';
import { briefly } from './briefly.ts';
import { type NatsAccess, openLink } from './connection.ts';
import { isNotFound } from './errors.ts';
import { ensureGroup } from './groups.ts';
import { createLargeBodies, largeHeader, overheadBytes, readRef, writeRef } from './large.ts';
import { encodeToken, layoutOf } from './names.ts';
import { patiently } from './patience.ts';
import { eventsHeader } from './publisher.ts';
import { createRetryArea } from './retry-area.ts';
import { createStreams } from './streams.ts';
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
  /** What one group has still to settle; where nobody reads the topic, `group` is undefined. */
  put(topic: string, group: string | undefined, messages: readonly ExportedMessage[]): Promise<void>;
  /** Fingerprints of what is there for the group, with how often each is. */
  fingerprints(topic: string, group: string | undefined): Promise<Map<string, number>>;
  putState(entries: readonly ExportedState[]): Promise<void>;
  readState(key: string): Promise<Json | undefined>;
  note(key: string): Promise<Json | undefined>;
  takeNote(key: string, value: Json): Promise<void>;
  close(): Promise<void>;
}

type Held = Pick<ExportedMessage['delivery'], 'position' | 'body'>;

/** Names a message by where it stood and what it holds. */
export function fingerprint({ position, body }: Held): string {
  const { partition, offset } = position;
  return `${partition}/${offset}/${createHash('sha256').update(body).digest('hex').slice(0, 32)}`;
}

export async function openNatsImport(options: NatsImportOptions): Promise<NatsImport> {
  const layout = layoutOf(options.prefix);
  const link = await openLink(options, 'migration', {});
  const streams = createStreams(link, layout, options.replicas);
  await streams.common();
  const large = createLargeBodies(link, layout);
  const retries = createRetryArea(link, layout, large);
  const state = createBucket(link, layout.stateBucket, large);
  const meta = createBucket(link, layout.metaBucket, large);
  const { jsm, js } = link;

  /** A topic that nobody reads: each message is a block of its own, under an id that tells it again. */
  async function publish(topic: string, { delivery }: ExportedMessage): Promise<void> {
    const head = headers();
    head.set(eventsHeader, String(delivery.events));
    head.set(originHeader, encodeURIComponent(`${delivery.position.partition}/${delivery.position.offset}`));
    let { body } = delivery;
    if (body.length + overheadBytes > link.maxPayload()) {
      head.set(largeHeader, writeRef(await large.store(encodeToken(topic), body)));
      body = new Uint8Array(0);
    }
    const data = encodeBlock([{ body, events: delivery.events }]);
    await patiently(() => js.publish(layout.subjectOf(topic), data, { headers: head }));
  }

  async function next(stream: string, next_by_subj: string, seq: number): Promise<StoredMsg | null> {
    try {
      // The client's types lack what the server's API has had since 2.9.
      return await patiently(() => jsm.streams.getMessage(stream, { seq, next_by_subj } as { seq: number }));
    } catch (error) {
      if (isNotFound(error)) return null;
      throw error;
    }
  }

  async function readAside({ data, subject, header }: StoredMsg): Promise<Held> {
    const read = await retries.read({ data, subject, header: (name) => header.get(name) || undefined });
    return read.delivery;
  }

  async function readPublished(topic: string, { data, header }: StoredMsg): Promise<Held> {
    const origin = decodeURIComponent(header.get(originHeader));
    const slash = origin.lastIndexOf('/');
    const ref = readRef(header.get(largeHeader));
    const body = ref === undefined ? decodeBlock(data)[0]!.body : await large.load(encodeToken(topic), ref);
    return { body, position: { partition: origin.slice(0, slash), offset: Number(origin.slice(slash + 1)) } };
  }

  return {
    async isEmpty() {
      const info = await patiently(() => jsm.streams.info(`KV_${layout.stateBucket}`));
      if (info.state.messages > 0) return false;
      for await (const { state: found } of jsm.streams.list(layout.topicSubjects))
        if (found.last_seq > 0) return false;
      return true;
    },
    async prepare(topic, groups, published) {
      await streams.topic(topic);
      for (const group of groups) {
        const made = await ensureGroup({ link, layout, streams }, topic, group, options.ackWaitMs);
        const { num_waiting: waiting } = await jsm.consumers.info(made.stream, made.consumer);
        if (waiting > 0)
          throw new SentinelError(
            'conflict',
            `a worker reads ${topic} already; stop the workers until all is carried over`,
          );
      }
      const { trimmed, revision } = await readTrimmed(meta, topic);
      if (trimmed.events >= published) return;
      const carried = { ...trimmed, events: published };
      await meta.write(trimmedKey(topic), asJson(carried), { ifSeq: revision });
    },
    async put(topic, group, messages) {
      if (group === undefined) {
        for (const message of messages) await publish(topic, message);
        return;
      }
      const target = { topic, group };
      await Promise.all(
        messages.map(({ delivery, dueAt }) =>
          retries.put(target, {
            delivery,
            delayMs: dueAt === undefined ? 0 : dueAt - Date.now(),
            failures: delivery.attempt - 1,
          }),
        ),
      );
    },
    async fingerprints(topic, group) {
      const [stream, subject] =
        group === undefined
          ? [layout.streamOf(topic), layout.subjectOf(topic)]
          : [layout.retryStream, `${layout.retrySubjectOf(topic, group)}.*`];
      const found = new Map<string, number>();
      for (let message = await next(stream, subject, 1); message !== null;) {
        const name = fingerprint(
          await (group === undefined ? readPublished(topic, message) : readAside(message)),
        );
        found.set(name, (found.get(name) ?? 0) + 1);
        message = await next(stream, subject, message.seq + 1);
      }
      return found;
    },
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

const originHeader = 'Sentinel-Origin';
