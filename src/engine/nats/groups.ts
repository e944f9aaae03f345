import { AckPolicy, type ConsumerConfig, type ConsumerInfo, DeliverPolicy } from '@nats-io/jetstream';
import type { Link } from './connection.ts';
import { create } from './create.ts';
import { isNotFound } from './errors.ts';
import type { Layout } from './names.ts';
import { patiently } from './patience.ts';
import type { Streams } from './streams.ts';

/**
 * Blocks that the workers of a group may hold at the same time. The server keeps a record of each; beyond it, the
 * others wait in the stream.
 */
const maxHeldBlocks = 2000;
/** Likewise, of messages that were deferred; nearly all of them wait for their time. */
const maxHeldRetries = 200_000;

export interface GroupNames {
  stream: string;
  consumer: string;
  retryStream: string;
  retryConsumer: string;
}

/** Makes the group's durable consumers unless they are there. */
export async function ensureGroup(
  { link, layout, streams }: { link: Link; layout: Layout; streams: Streams },
  topic: string,
  group: string,
  ackWaitMs: number,
): Promise<GroupNames> {
  const stream = await streams.topic(topic);
  const names = {
    stream,
    consumer: layout.consumerOf(group),
    retryStream: layout.retryStream,
    retryConsumer: layout.retryConsumerOf(topic, group),
  };
  await Promise.all([
    ensureConsumer(link, stream, {
      durable_name: names.consumer,
      max_ack_pending: maxHeldBlocks,
      ack_wait: ackWaitMs * 1e6,
    }),
    ensureConsumer(link, layout.retryStream, {
      durable_name: names.retryConsumer,
      filter_subject: `${layout.retrySubjectOf(topic, group)}.*`,
      max_ack_pending: maxHeldRetries,
      ack_wait: ackWaitMs * 1e6,
    }),
  ]);
  return names;
}

async function ensureConsumer(
  { jsm, looks }: Link,
  stream: string,
  config: Partial<ConsumerConfig> & { durable_name: string },
): Promise<ConsumerInfo> {
  return patiently(async () => {
    try {
      const info = await looks.consumers.info(stream, config.durable_name);
      if (info.config.ack_wait === config.ack_wait) return info;
      return await jsm.consumers.update(stream, config.durable_name, { ack_wait: config.ack_wait! });
    } catch (error) {
      if (!isNotFound(error)) throw error;
      return await create(
        () =>
          jsm.consumers.add(stream, {
            ...config,
            ack_policy: AckPolicy.Explicit,
            deliver_policy: DeliverPolicy.All,
            max_deliver: -1,
            max_waiting: 512,
          }),
        () => looks.consumers.info(stream, config.durable_name),
      );
    }
  });
}

/**
 * Where the groups of a topic stand. All of them, or it throws: in a cluster, JetStream's own list of consumers leaves
 * out those whose leader does not answer in time, and whoever trims by such a list would delete what waits for them.
 */
export async function readGroups(
  { nc, jsm, api }: Link,
  layout: Layout,
  topic: string,
): Promise<(ConsumerInfo & { group: string })[]> {
  const stream = layout.streamOf(topic);
  const names: string[] = [];
  for (;;) {
    const question = JSON.stringify({ offset: names.length });
    const answer = await nc.request(`${api}.CONSUMER.NAMES.${stream}`, question, { timeout: namesTimeoutMs });
    const page = answer.json<{
      error?: { description?: string };
      consumers?: string[] | null;
      total?: number;
    }>();
    if (page.error !== undefined) throw new Error(`consumers of ${stream}: ${page.error.description}`);
    names.push(...(page.consumers ?? []));
    if (names.length >= (page.total ?? 0) || page.consumers?.length === 0) break;
  }
  const found = names.flatMap((name) => {
    const group = layout.groupOf(name);
    // A reader's server may be gone, and nobody would answer for it.
    return group === undefined ? [] : [{ name, group }];
  });
  return Promise.all(
    found.map(async ({ name, group }) => ({ ...(await jsm.consumers.info(stream, name)), group })),
  );
}

const namesTimeoutMs = 5000;

/** Forgets the group and what was deferred for it. */
export async function removeGroup(
  { link: { jsm }, layout }: { link: Link; layout: Layout },
  topic: string,
  group: string,
): Promise<void> {
  const unlessMissing = (work: () => Promise<unknown>) =>
    patiently(async () => {
      try {
        await work();
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    });
  await unlessMissing(() => jsm.consumers.delete(layout.streamOf(topic), layout.consumerOf(group)));
  await unlessMissing(() => jsm.consumers.delete(layout.retryStream, layout.retryConsumerOf(topic, group)));
  await unlessMissing(() =>
    jsm.streams.purge(layout.retryStream, { filter: `${layout.retrySubjectOf(topic, group)}.*` }),
  );
}
