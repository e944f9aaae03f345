import type { Engine, GroupStats, TopicStats } from '../../../src/engine/engine.ts';
import { message } from './helpers.ts';
import { until } from '../../helpers/until.ts';

/** An engine under test. `reopen` closes it and opens another on the same data. */
export interface EngineUnderTest {
  engine: Engine;
  reopen(): Promise<Engine>;
  cleanup(): Promise<void>;
}

/** What the suites work with: the engine of the current test, and short ways to use it. */
export interface Subject {
  readonly engine: Engine;
  readonly reopen: () => Promise<void>;
  readonly publish: (topic: string, ...texts: string[]) => Promise<void>;
  readonly topicStats: (topic: string) => Promise<TopicStats | undefined>;
  readonly groupStats: (topic: string, group: string) => Promise<GroupStats | undefined>;
  /** Resolves when the group's stats are as wanted. */
  readonly untilGroup: (topic: string, group: string, wanted: Partial<GroupStats>) => Promise<void>;
  /** Resolves when nothing waits for the group any more. */
  readonly settled: (topic: string, group: string) => Promise<void>;
}

/** `current`: the engine of the current test. */
export function createSubject(current: () => Engine, reopen: () => Promise<void>): Subject {
  const topicStats = async (topic: string): Promise<TopicStats | undefined> =>
    (await current().stats()).find((one) => one.topic === topic);
  const groupStats = async (topic: string, group: string): Promise<GroupStats | undefined> =>
    (await topicStats(topic))?.groups.find((one) => one.group === group);
  const untilGroup = (topic: string, group: string, wanted: Partial<GroupStats>): Promise<void> =>
    until(async () => {
      const found = await groupStats(topic, group);
      return (
        found !== undefined &&
        (wanted.pending === undefined || found.pending === wanted.pending) &&
        (wanted.waiting === undefined || found.waiting === wanted.waiting)
      );
    });
  return {
    get engine() {
      return current();
    },
    reopen,
    publish: (topic, ...texts) => current().publish(topic, texts.map(message)),
    topicStats,
    groupStats,
    untilGroup,
    settled: (topic, group) => untilGroup(topic, group, { pending: 0, waiting: 0 }),
  };
}
