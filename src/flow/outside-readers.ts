import type { Engine } from '../engine/engine.ts';

const prefix = 'outside_readers/';

/** The state key that says that something other than a step reads the topic. */
export const readerKey = (topic: string): string => prefix + topic;

/** Adds the topics that such readers have, now and later, to those that are published for steps. Returns the way to stop. */
export async function followOutsideReaders(
  engine: Pick<Engine, 'state' | 'stats'>,
  subscribed: Set<string>,
): Promise<() => void> {
  const own = new Set(subscribed);
  const read = new Set(
    (await engine.stats()).flatMap(({ topic, groups }) => (groups.length > 0 ? [topic] : [])),
  );
  for (const { key } of await engine.state.list(prefix)) {
    const topic = key.slice(prefix.length);
    // Nobody reads it any more, and what is published would be kept for ever.
    if (read.has(topic)) subscribed.add(topic);
    else await engine.state.delete(key);
  }
  return engine.state.watch(prefix, ({ key, value }) => {
    const topic = key.slice(prefix.length);
    if (value !== undefined) subscribed.add(topic);
    else if (!own.has(topic)) subscribed.delete(topic);
  });
}
