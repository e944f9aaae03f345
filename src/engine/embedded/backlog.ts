import type { TopicStats } from '../engine.ts';
import { origin, readGroups, readPartitions, readTopicNames, readTrimmed } from './records.ts';
import { type GroupRecord, type Mark, refresh, type Store } from './store.ts';

/** The mark of a group in a partition: where it stands, else where the kept messages begin. */
function markOf(group: GroupRecord, writer: string, trimmed: ReadonlyMap<string, Mark>): Mark {
  return group.marks.find(([name]) => name === writer)?.[1] ?? trimmed.get(writer) ?? origin;
}

/** The lowest of the groups' marks; undefined when there are no groups. */
export function lowestMark(
  groups: Iterable<GroupRecord>,
  writer: string,
  trimmed: ReadonlyMap<string, Mark>,
): Mark | undefined {
  let lowest: Mark | undefined;
  for (const group of groups) {
    const mark = markOf(group, writer, trimmed);
    if (!lowest || mark.offset < lowest.offset) lowest = mark;
  }
  return lowest;
}

/**
 * What no longer counts against the limits of a partition: events and bytes (whole blocks) that all groups have
 * settled, less what they have deferred for a retry, which takes room too.
 */
export function settledBefore(
  store: Store,
  topic: string,
  writer: string,
): { events: number; bytes: number } {
  refresh(store);
  const trimmed = readTrimmed(store, topic);
  const groups = [...readGroups(store, topic).values()];
  const mark = lowestMark(groups, writer, trimmed) ?? trimmed.get(writer) ?? origin;
  let { events, bytes } = mark;
  for (const { waiting } of groups) {
    events -= waiting.events;
    bytes -= waiting.bytes;
  }
  return { events, bytes };
}

export function readStats(store: Store): TopicStats[] {
  refresh(store);
  return [...readTopicNames(store)].map((topic) => {
    const trimmed = readTrimmed(store, topic);
    const partitions = [...readPartitions(store, topic)];
    const groups = [...readGroups(store, topic)];
    const total = (count: (partition: (typeof partitions)[number]) => number): number =>
      partitions.reduce((sum, partition) => sum + count(partition), 0);
    return {
      topic,
      published: total(([, { events }]) => events),
      bytes:
        total(([writer, { bytes }]) => bytes - (trimmed.get(writer) ?? origin).bytes) +
        groups.reduce((sum, [, { waiting }]) => sum + waiting.bytes, 0),
      groups: groups.map(([name, group]) => ({
        group: name,
        pending:
          total(([writer, { events }]) => events - markOf(group, writer, trimmed).events) +
          group.waiting.events,
        waiting: group.waiting.events,
      })),
    };
  });
}
