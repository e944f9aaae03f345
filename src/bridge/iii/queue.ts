import { replay } from '../../dead-letter/replay.ts';
import type { DeadLetterStore } from '../../dead-letter/store.ts';
import type { Engine } from '../../engine/engine.ts';
import { SentinelError } from '../../model/errors.ts';
import { topics } from '../../model/event.ts';
import { isObject, type Json, type JsonObject } from '../../model/json.ts';
import { createOutlet } from '../../steps/outlet.ts';
import { isFunctionQueue, type Subscribers, functionQueueOf } from './subscribers.ts';
import type { DeadLetter } from '../../model/dead-letter.ts';

export interface QueueParts {
  engine: Engine;
  letters: DeadLetterStore;
  subscribers: Subscribers;
}

type Answer = (input: JsonObject) => Promise<Json>;

const brokerType = 'data-sentinel';

/** What the engine, its console and its workers call of a queue; answers as the engine's own queue worker gives them. */
export const queueFunctions = (parts: QueueParts): Record<string, Answer> => ({
  ...sending(parts),
  ...looking(parts),
  ...settling(parts),
});

function sending({ engine, subscribers }: QueueParts): Record<string, Answer> {
  const outlet = createOutlet(engine, subscribers.topics);
  return {
    async 'iii::durable::publish'(input) {
      const { data = null } = input;
      // Text keeps numbers that the engine would round.
      const isText = typeof data === 'string' && topicOf(input) === topics.raw;
      await outlet(topicOf(input), isText ? data : JSON.stringify(data));
      return null;
    },
    async 'engine::queue::enqueue'({ queue, function_id, data = null }) {
      const name = textOf(queue, 'queue');
      await subscribers.openFunctionQueue(name);
      const call = { function_id: textOf(function_id, 'function_id'), data };
      await engine.publish(functionQueueOf(name), [{ body: Buffer.from(JSON.stringify(call)) }]);
      return null;
    },
  };
}

function looking({ engine, letters }: QueueParts): Record<string, Answer> {
  return {
    async 'engine::queue::list_topics'() {
      return (await visibleTopics(engine)).map(({ topic, groups }) => ({
        name: topic,
        broker_type: brokerType,
        subscriber_count: groups.length,
        function_id: null,
        healthy: true,
      }));
    },
    async 'engine::queue::topic_stats'(input) {
      const topic = topicOf(input);
      const groups = (await visibleTopics(engine)).find((each) => each.topic === topic)?.groups ?? [];
      return {
        depth: Math.max(0, ...groups.map(({ pending }) => pending)),
        consumer_count: groups.length,
        dlq_depth: (await lettersAt(topic, { engine, letters })).length,
        config: null,
        function_id: null,
        healthy: true,
      };
    },
    async 'engine::queue::dlq_topics'() {
      const byTopic = await lettersByTopic(engine, letters);
      return [...byTopic]
        .map(([topic, { length }]) => ({ topic, broker_type: brokerType, message_count: length }))
        .sort((a, b) => (a.topic < b.topic ? -1 : 1));
    },
    async 'engine::queue::dlq_messages'(input) {
      const { offset = 0, limit = 50 } = input;
      const found = await lettersAt(topicOf(input), { engine, letters });
      return found.slice(Number(offset), Number(offset) + Number(limit)).map(({ id, raw, ...letter }) => ({
        id,
        payload: payloadOf(raw),
        error: letter.reason,
        failed_at: Date.parse(letter.created_at),
        retries: letter.replays,
        size_bytes: Buffer.byteLength(raw),
      }));
    },
  };
}

function settling({ engine, letters }: QueueParts): Record<string, Answer> {
  const lettersOf = (topic: string) => lettersAt(topic, { engine, letters });

  async function redrive(topic: string, ids: readonly string[]): Promise<number> {
    const known = new Set((await lettersOf(topic)).map(({ id }) => id));
    let redriven = 0;
    for (const id of ids) if (known.has(id) && (await replay({ engine, letters }, id)).ok) redriven++;
    return redriven;
  }

  return {
    async 'iii::queue::redrive'(input) {
      const topic = topicOf(input);
      const ids = (await lettersOf(topic)).map(({ id }) => id);
      return { queue: topic, redriven: await redrive(topic, ids) };
    },
    async 'iii::queue::redrive_message'(input) {
      const id = textOf(input['message_id'], 'message_id');
      return { queue: topicOf(input), message_id: id, redriven: await redrive(topicOf(input), [id]) };
    },
    async 'iii::queue::discard_message'(input) {
      const id = textOf(input['message_id'], 'message_id');
      const isThere = (await lettersOf(topicOf(input))).some((letter) => letter.id === id);
      const discarded = isThere && (await letters.discard(id, 'discarded in the III console')).ok;
      return { queue: topicOf(input), message_id: id, redriven: discarded ? 1 : 0 };
    },
  };
}

const lettersAt = async (topic: string, { engine, letters }: Pick<QueueParts, 'engine' | 'letters'>) =>
  (await lettersByTopic(engine, letters)).get(topic) ?? [];

/** Without those on which steps get again what failed. */
const visibleTopics = async (engine: Engine) =>
  (await engine.stats())
    .filter(({ topic }) => !topic.startsWith('step_replay.'))
    .map((stats) => ({
      ...stats,
      topic: isFunctionQueue(stats.topic) ? stats.topic.slice(functionQueueOf('').length) : stats.topic,
    }));

const topicOf = ({ topic, queue }: JsonObject): string => textOf(topic ?? queue, 'topic');

function textOf(value: unknown, name: string): string {
  if (typeof value !== 'string' || value === '')
    throw new SentinelError('event_refused', `${name} is required: a text`);
  return value;
}

function payloadOf(raw: string): Json {
  try {
    const value = JSON.parse(raw) as Json;
    return isObject(value) || Array.isArray(value) ? value : raw;
  } catch {
    return raw;
  }
}

type TopicLetter = Pick<DeadLetter, 'id' | 'raw' | 'reason' | 'created_at' | 'replays'>;

/** The console asks every few seconds: it sees so many at most. */
const maxLetters = 5000;

/** Open dead letters by topic: those of a step at each topic that it reads, those of events at `raw_event`. */
async function lettersByTopic(
  engine: Pick<Engine, 'stats'>,
  letters: Pick<DeadLetterStore, 'list'>,
): Promise<Map<string, TopicLetter[]>> {
  const topicsOfStep = new Map<string, string[]>();
  for (const { topic, groups } of await engine.stats()) {
    if (topic.startsWith('step_replay.')) continue;
    const name = isFunctionQueue(topic) ? topic.slice(functionQueueOf('').length) : topic;
    for (const { group } of groups) topicsOfStep.set(group, [...(topicsOfStep.get(group) ?? []), name]);
  }
  const found = new Map<string, TopicLetter[]>();
  let cursor: string | undefined;
  let seen = 0;
  do {
    const page = await letters.list({ status: 'open' }, { limit: 500, cursor });
    for (const letter of page.items) {
      if (letter.destination !== undefined) continue;
      const names = letter.step === undefined ? [topics.raw] : (topicsOfStep.get(letter.step) ?? []);
      for (const name of names) found.set(name, [...(found.get(name) ?? []), letter]);
    }
    seen += page.items.length;
    cursor = page.next;
  } while (cursor !== undefined && seen < maxLetters);
  return found;
}
