import type { StreamInfo } from '@nats-io/jetstream';
import type { GroupStats, TopicStats } from '../engine.ts';
import type { Link } from './connection.ts';
import { isNotFound } from './errors.ts';
import { readGroups } from './groups.ts';
import type { Layout } from './names.ts';
import { patiently } from './patience.ts';
import type { Tally } from './tally.ts';

const maxTries = 5;

/** The port's `stats`: a call to JetStream for each topic, and the headers of blocks that are new since the last one. */
export function createStats(deps: {
  link: Link;
  layout: Layout;
  tallyOf: (topic: string) => Tally;
}): () => Promise<TopicStats[]> {
  const { link, layout, tallyOf } = deps;
  const { jsm } = link;

  async function collect(): Promise<TopicStats[]> {
    const streams = await patiently(() => all<StreamInfo>(jsm.streams.list(layout.topicSubjects)));
    const topics = (await Promise.all(streams.map(ofTopic))).filter((one) => one !== undefined);
    // Last: a message is deferred before it is settled in its topic, so that it shows up in one of the two.
    const waitingBy = await patiently(deferred);
    return topics.map(({ groups, ...topic }) => ({
      ...topic,
      groups: groups.map(({ group, pending }): GroupStats => {
        const waiting = waitingBy.get(layout.retrySubjectOf(topic.topic, group)) ?? 0;
        return { group, pending: pending + waiting, waiting };
      }),
    }));
  }

  async function ofTopic({ config, state }: StreamInfo): Promise<TopicStats | undefined> {
    const topic = layout.topicOf(config.name);
    if (topic === undefined) return undefined;
    const consumers = await patiently(() => readWhileTheyChange(topic));
    const tally = tallyOf(topic);
    const published = await tally.published(state.last_seq);
    const groups = consumers.map(({ group, ack_floor: floor }): GroupStats => {
      const pending = Math.max(0, published - tally.before(floor.stream_seq + 1));
      return { group, pending, waiting: 0 };
    });
    return { topic, published, bytes: state.bytes, groups };
  }

  /** One of them may have gone between its name and its turn: then they are read anew. */
  async function readWhileTheyChange(topic: string) {
    for (let tries = 1; ; tries++)
      try {
        return await readGroups(link, layout, topic);
      } catch (error) {
        if (!isNotFound(error) || tries === maxTries) throw error;
      }
  }

  /** Events that were deferred, by the subject of topic and group. */
  async function deferred(): Promise<Map<string, number>> {
    const { state } = await jsm.streams.info(layout.retryStream, { subjects_filter: layout.retrySubjects });
    const sums = new Map<string, number>();
    for (const [subject, messages] of Object.entries(state.subjects ?? {})) {
      const dot = subject.lastIndexOf('.');
      const group = subject.slice(0, dot);
      sums.set(group, (sums.get(group) ?? 0) + messages * Number(subject.slice(dot + 1)));
    }
    return sums;
  }

  return collect;
}

async function all<T>(lister: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of lister) found.push(one);
  return found;
}
