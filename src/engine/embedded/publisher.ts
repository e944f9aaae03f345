import type { Message } from '../engine.ts';
import type { PublishedKey } from '../published-key.ts';
import { Gathering, topicFull } from '../gathering.ts';
import { checkName } from '../names.ts';
import { checkMessage, encodeBlock, eventsOf, maxBytesPerBlock, maxMessagesPerBlock } from './block.ts';
import { readPartition, replacePartition } from './records.ts';
import { type PartitionRecord, refresh, type Store } from './store.ts';
import { settledBefore } from './backlog.ts';
import type { PublishedKeys } from './published-keys/memory.ts';
import type { Wakeup } from './wakeup.ts';

/** How much may wait in one topic; `publish` rejects with `engine_full` while it is exceeded. */
export interface Limits {
  bytes?: number;
  events?: number;
}

/** One topic, as this writer's thread knows it. */
interface Outgoing {
  partition: PartitionRecord;
  gathering: Gathering<Request>;
  /** Waiting for its commit. */
  queued: { events: number; bytes: number };
  /** Settled by all groups, as last read; counters of the partition. */
  settled: { events: number; bytes: number };
  settledReadAt: number;
}

interface Request {
  messages: readonly Message[];
  keys: readonly PublishedKey[];
  events: number;
  bytes: number;
}

/** Consumers move on many times a second; reading where they are for each publish would cost more than it tells. */
const settledReadEveryMs = 100;

interface Parts {
  store: Store;
  wakeup: Wakeup;
  publishedKeys: () => PublishedKeys;
}

/** Publishes for one writer, a commit at a time for each topic; the commits of one turn are one transaction. */
export class Publisher {
  readonly #store: Store;
  readonly #writer: string;
  readonly #limits: Limits;
  readonly #wakeup: Wakeup;
  readonly #publishedKeys: () => PublishedKeys;
  readonly #outgoing = new Map<string, Outgoing>();

  constructor({ store, wakeup, publishedKeys }: Parts, writer: string, limits: Limits) {
    this.#store = store;
    this.#wakeup = wakeup;
    this.#publishedKeys = publishedKeys;
    this.#writer = writer;
    this.#limits = limits;
  }

  /**
   * Resolves when the messages are on disk; `keys` are remembered in the same transaction.
   * Throws `engine_full`.
   */
  async publish(
    topic: string,
    messages: readonly Message[],
    keys: readonly PublishedKey[] = [],
  ): Promise<void> {
    const out = this.#outgoingOf(topic);
    if (messages.length === 0) return;
    let events = 0;
    let bytes = 0;
    for (const message of messages) {
      checkMessage(message);
      events += eventsOf(message);
      bytes += message.body.length;
    }
    this.#checkRoom(topic, out);
    out.queued.events += events;
    out.queued.bytes += bytes;
    await out.gathering.add({ messages, keys, events, bytes });
  }

  /** Resolves when nothing is on its way to the disk any more. */
  async idle(): Promise<void> {
    await Promise.all([...this.#outgoing.values()].map(({ gathering }) => gathering.idle()));
  }

  #outgoingOf(topic: string): Outgoing {
    const known = this.#outgoing.get(topic);
    if (known) return known;
    checkName('topic', topic);
    const fresh: Outgoing = {
      partition: readPartition(this.#store, topic, this.#writer),
      gathering: new Gathering((requests) => this.#commit(topic, fresh, requests), { flights: 1 }),
      queued: { events: 0, bytes: 0 },
      settled: { events: 0, bytes: 0 },
      settledReadAt: -Infinity,
    };
    this.#outgoing.set(topic, fresh);
    return fresh;
  }

  #isFull({ partition, queued, settled }: Outgoing): boolean {
    return (
      partition.bytes + queued.bytes - settled.bytes >= (this.#limits.bytes ?? Infinity) ||
      partition.events + queued.events - settled.events >= (this.#limits.events ?? Infinity)
    );
  }

  #checkRoom(topic: string, out: Outgoing): void {
    if (!this.#isFull(out)) return;
    const now = performance.now();
    if (now - out.settledReadAt >= settledReadEveryMs) {
      out.settled = settledBefore(this.#store, topic, this.#writer);
      out.settledReadAt = now;
    }
    if (this.#isFull(out)) throw topicFull(topic);
  }

  async #commit(topic: string, out: Outgoing, requests: readonly Request[]): Promise<void> {
    try {
      await this.#write(topic, out, requests);
    } finally {
      for (const { events, bytes } of requests) {
        out.queued.events -= events;
        out.queued.bytes -= bytes;
      }
    }
    this.#wakeup.published(topic);
  }

  async #write(topic: string, out: Outgoing, requests: readonly Request[]): Promise<void> {
    const keys = requests.flatMap((request) => request.keys);
    const remembered = keys.length === 0 ? undefined : this.#publishedKeys().prepare(keys);
    for (;;) {
      const { blocks, after } = planBlocks(out.partition, requests);
      const done = await replacePartition(
        this.#store,
        { topic, writer: this.#writer },
        out.partition,
        after,
        () => {
          for (const { number, block } of blocks)
            void this.#store.log.put([topic, this.#writer, number], block);
          remembered?.write();
        },
      );
      if (done) {
        out.partition = after;
        remembered?.done();
        return;
      }
      // A thread that was killed and started again may still have had a commit on its way.
      refresh(this.#store);
      out.partition = readPartition(this.#store, topic, this.#writer);
    }
  }
}

interface BlockPlan {
  blocks: { number: number; block: Buffer }[];
  after: PartitionRecord;
}

function planBlocks(before: PartitionRecord, requests: readonly Request[]): BlockPlan {
  const after = { ...before };
  const blocks: BlockPlan['blocks'] = [];
  let messages: Message[] = [];
  let bytes = 0;
  let events = 0;
  const finish = (): void => {
    if (messages.length === 0) return;
    blocks.push({ number: after.blocks, block: encodeBlock(messages, after) });
    after.blocks += 1;
    after.events += events;
    after.bytes += bytes;
    messages = [];
    bytes = 0;
    events = 0;
  };
  for (const request of requests)
    for (const message of request.messages) {
      if (messages.length === maxMessagesPerBlock || bytes + message.body.length > maxBytesPerBlock) finish();
      messages.push(message);
      bytes += message.body.length;
      events += eventsOf(message);
    }
  finish();
  return { blocks, after };
}
