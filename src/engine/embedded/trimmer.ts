import { blockOf, offsetOf, readHeader } from './block.ts';
import { lowestMark } from './backlog.ts';
import { origin, readGroups, readPartitions, updateTopic } from './records.ts';
import type { Mark, LogKey, Store } from './store.ts';
import { Mutex } from '../../support/mutex.ts';

/** Deletes the blocks that all groups of their topic have settled, a little later and many at once. */
export interface Trimmer {
  /** A group of this topic has moved on, or is gone. */
  groupMoved(topic: string): void;
  /** Trims what is due, and no more after that. */
  close(): Promise<void>;
}

const delayMs = 50;
const delayAfterFailureMs = 2000;
/** Deleting is quick, but holds up the publishes of other threads while it lasts. */
const maxBlocksAtOnce = 512;

export function createTrimmer(store: Store): Trimmer {
  const due = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const running = new Mutex();

  function arm(ms: number): void {
    timer ??= setTimeout(() => void flush(), ms).unref();
  }
  async function trimDue(): Promise<void> {
    const topics = [...due];
    due.clear();
    for (const topic of topics) {
      try {
        while (await trimSome(store, topic));
      } catch {
        // Keeping more than needed harms nothing but the room, and a disk that refuses this write refuses the
        // publishes too, which report it.
        due.add(topic);
        arm(delayAfterFailureMs);
      }
    }
  }
  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    return running.run(trimDue);
  }
  return {
    groupMoved(topic) {
      due.add(topic);
      arm(delayMs);
    },
    async close() {
      await flush();
      clearTimeout(timer);
    },
  };
}

/** True when there is more to trim. */
async function trimSome(store: Store, topic: string): Promise<boolean> {
  let more = false;
  await updateTopic(store, topic, (trimmed) => {
    more = false;
    const groups = [...readGroups(store, topic).values()];
    const keys: LogKey[] = [];
    const next = new Map(trimmed);
    for (const writer of readPartitions(store, topic).keys()) {
      const from = trimmed.get(writer) ?? origin;
      const to = lowestMark(groups, writer, trimmed);
      if (!to || blockOf(to.offset) <= blockOf(from.offset)) continue;
      const settled = [
        ...store.log.getKeys({
          start: [topic, writer, blockOf(from.offset)],
          end: [topic, writer, blockOf(to.offset)],
          limit: maxBlocksAtOnce,
        }),
      ];
      keys.push(...settled);
      const rest =
        settled.length < maxBlocksAtOnce ? undefined : nextBlock(store, topic, writer, settled.at(-1));
      const partial = rest !== undefined && rest.offset < to.offset;
      next.set(writer, partial ? rest : blockStart(to));
      more ||= partial;
    }
    if (keys.length === 0) return undefined;
    return {
      trimmed: next,
      writes: () => {
        for (const key of keys) void store.log.remove(key);
      },
    };
  });
  return more;
}

function blockStart(mark: Mark): Mark {
  return {
    offset: offsetOf(blockOf(mark.offset), 0),
    events: mark.blockEvents,
    blockEvents: mark.blockEvents,
    bytes: mark.bytes,
  };
}

function nextBlock(store: Store, topic: string, writer: string, after: LogKey | undefined): Mark | undefined {
  const number = (after?.[2] ?? -1) + 1;
  const [key] = [
    ...store.log.getKeys({
      start: [topic, writer, number],
      end: [topic, writer, Number.MAX_SAFE_INTEGER],
      limit: 1,
    }),
  ];
  const block = key && store.log.getBinary(key);
  if (!block) return undefined;
  const { eventsBefore, bytesBefore } = readHeader(block);
  return { offset: offsetOf(key[2], 0), events: eventsBefore, blockEvents: eventsBefore, bytes: bytesBefore };
}
