import type { Consumer, Engine, StateStore } from './engine.ts';

const prefix = 'paused/';
const keyOf = (topic: string, group: string): string => `${prefix}${topic}/${group}`;

/** A group that a person has paused. */
export interface Pause {
  topic: string;
  group: string;
  /** ISO 8601 time. */
  since: string;
}

/** Durable, also over a restart; every thread and process takes notice within a second. */
export async function setPaused(
  state: StateStore,
  { topic, group }: { topic: string; group: string },
  paused: boolean,
): Promise<void> {
  if (!paused) await state.delete(keyOf(topic, group));
  else await state.putIfAbsent(keyOf(topic, group), { topic, group, since: new Date().toISOString() });
}

export async function listPauses(state: StateStore): Promise<Pause[]> {
  const entries = await state.list(prefix);
  return entries.map(({ value }) => value as unknown as Pause);
}

/** The engine with consumers that rest while their group is paused. */
export async function withPauses(engine: Engine): Promise<Engine> {
  const { state } = engine;
  const consumers = new Map<string, Set<Consumer>>();
  const paused = new Set<string>();
  const tell = (key: string): void => {
    for (const consumer of consumers.get(key) ?? [])
      if (paused.has(key)) consumer.pause();
      else consumer.resume();
  };
  const stopWatching = state.watch(prefix, ({ key, value }) => {
    if (value === undefined) paused.delete(key);
    else paused.add(key);
    tell(key);
  });
  for (const { topic, group } of await listPauses(state)) paused.add(keyOf(topic, group));

  return {
    ...engine,
    async consume(topic, group, options, handle) {
      const key = keyOf(topic, group);
      const consumer = await engine.consume(topic, group, { ...options, paused: paused.has(key) }, handle);
      const pausable: Consumer = {
        ...consumer,
        async stop() {
          consumers.get(key)?.delete(pausable);
          await consumer.stop();
        },
      };
      consumers.set(key, (consumers.get(key) ?? new Set()).add(pausable));
      tell(key);
      return pausable;
    },
    async close() {
      stopWatching();
      await engine.close();
    },
  };
}
