import type { TopicStats } from './engine.ts';

/** Events of a topic that a group has not settled. A group that has never read has all of them before it. */
export const pendingOf = (topic: TopicStats | undefined, group: string): number =>
  topic?.groups.find((reader) => reader.group === group)?.pending ?? topic?.published ?? 0;
