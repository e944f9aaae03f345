import type { ConsumerInfo, StreamInfo } from '@nats-io/jetstream';
import type { GroupStats, TopicStats } from '../../engine.ts';
import type { Link } from './connection.ts';
import type { Layout } from './names.ts';
import { patiently } from './patience.ts';
import type { Tally } from './tally.ts';

/** The port's `stats`: a call to JetStream for each topic, and the headers of blocks that are new since the last one. */
export function createStats(deps: {
  link: Link;
  layout: Layout;
  tallyOf: (topic: string) => Tally;
}): () => Promise<TopicStats[]> {
  const { link, layout, tallyOf } = deps;
  const { jsm } = link;

  async function collect(): Promise<TopicStats[]> {
    const [streams, waiting] = await Promise.all([
      patiently(() => all<StreamInfo>(jsm.streams.list(layout.topicSubjects))),
      patiently(setAside),
    ]);
    const stats = await Promise.all(streams.map((info) => ofTopic(info, waiting)));
    return stats.filter((one) => one !== undefined);
  }

  async function ofTopic(
    { config, state }: StreamInfo,
    waiting: ReadonlyMap<string, number>,
  ): Promise<TopicStats | undefined> {
    const topic = layout.topicOf(config.name);
    if (topic === undefined) return undefined;
    const consumers = await patiently(() => all<ConsumerInfo>(jsm.consumers.list(config.name)));
    const tally = tallyOf(topic);
    const published = await tally.published(state.last_seq);
    const groups = consumers
      // Those without acknowledgements are readers of ours, such as a count that runs.
      .filter(({ config: { ack_policy } }) => ack_policy === 'explicit')
      .map(({ name, ack_floor: floor }): GroupStats => {
        const group = layout.groupOf(name);
        const aside = waiting.get(layout.retrySubjectOf(topic, group)) ?? 0;
        const unsettled = Math.max(0, published - tally.before(floor.stream_seq + 1));
        return { group, pending: unsettled + aside, waiting: aside };
      });
    return { topic, published, bytes: state.bytes, groups };
  }

  /** Events that were set aside, by the subject of topic and group. */
  async function setAside(): Promise<Map<string, number>> {
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
