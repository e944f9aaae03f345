import { SentinelError } from '../../model/errors.ts';
import type { Message, StatePut } from '../engine.ts';
import { keyBytes } from '../state-key.ts';
import { checkName } from '../names.ts';
import { checkMessage, encodeBlock, eventsOf, maxBytesPerBlock, maxMessagesPerBlock } from './block.ts';
import { readPartition, replacePartition } from './records.ts';
import type { PartitionRecord } from './record-types.ts';
import { settledBefore } from './backlog.ts';
import { putEntry } from './state.ts';
import { refresh, type Store } from './store.ts';
import type { Wakeup } from './wakeup.ts';

/** How much may wait in one topic; `publish` rejects with `engine_full` while it is exceeded. */
export interface Limits {
  bytes?: number;
  events?: number;
}

export interface Publisher {
  /** `entries` of the state are written in the same transaction. */
  publish(topic: string, messages: readonly Message[], entries?: readonly StatePut[]): Promise<void>;
  /** Resolves when nothing is on its way to the disk any more. */
  idle(): Promise<void>;
}

/** One topic, as this writer's thread knows it. */
interface Outgoing {
  partition: PartitionRecord;
  queue: Request[];
  /** In the queue, or in the commit that runs. */
  queued: { events: number; bytes: number };
  /** Settled by all groups, as last read; counters of the partition. */
  settled: { events: number; bytes: number };
  settledReadAt: number;
}

interface Taken {
  topic: string;
  out: Outgoing;
  requests: Request[];
}

interface Request {
  messages: readonly Message[];
  entries: readonly StatePut[];
  events: number;
  bytes: number;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** Consumers move on many times a second; reading where they are for each publish would cost more than it tells. */
const settledReadEveryMs = 100;

/**
 * Publishes for one writer. A commit takes whatever came while the last one was being written, so its size follows
 * the load by itself: one message when idle, thousands when busy, with no delay to tune.
 */
export function createPublisher(store: Store, writer: string, limits: Limits, wakeup: Wakeup): Publisher {
  const outgoing = new Map<string, Outgoing>();
  let running: Promise<void> | undefined;

  function outgoingOf(topic: string): Outgoing {
    const known = outgoing.get(topic);
    if (known) return known;
    checkName('topic', topic);
    const partition = readPartition(store, topic, writer);
    const fresh: Outgoing = {
      partition,
      queue: [],
      queued: { events: 0, bytes: 0 },
      settled: { events: 0, bytes: 0 },
      settledReadAt: -Infinity,
    };
    outgoing.set(topic, fresh);
    return fresh;
  }

  function isFull({ partition, queued, settled }: Outgoing): boolean {
    return (
      partition.bytes + queued.bytes - settled.bytes >= (limits.bytes ?? Infinity) ||
      partition.events + queued.events - settled.events >= (limits.events ?? Infinity)
    );
  }

  function checkRoom(topic: string, out: Outgoing): void {
    if (!isFull(out)) return;
    const now = performance.now();
    if (now - out.settledReadAt >= settledReadEveryMs) {
      out.settled = settledBefore(store, topic, writer);
      out.settledReadAt = now;
    }
    if (isFull(out))
      throw new SentinelError('engine_full', `topic ${topic} is full until its consumers catch up`);
  }

  async function commitAll(): Promise<void> {
    for (;;) {
      // Publishes of the same turn of the event loop, as from many sockets, share a commit.
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      const taken = [...outgoing]
        .filter(([, out]) => out.queue.length > 0)
        .map(([topic, out]) => ({ topic, out, requests: out.queue.splice(0) }));
      if (taken.length === 0) {
        running = undefined; // here and not when the promise settles, or a publish in between would wait for ever
        return;
      }
      await Promise.all(taken.map(commit));
    }
  }

  /** Settles the requests. The commits of one turn are one transaction. */
  async function commit({ topic, out, requests }: Taken): Promise<void> {
    let failure: { error: unknown } | undefined;
    try {
      await write(topic, out, requests);
    } catch (error) {
      failure = { error };
    }
    for (const request of requests) {
      out.queued.events -= request.events;
      out.queued.bytes -= request.bytes;
      if (failure) request.reject(failure.error);
      else request.resolve();
    }
    if (!failure) wakeup.published(topic);
  }

  async function write(topic: string, out: Outgoing, requests: readonly Request[]): Promise<void> {
    const entries = requests.flatMap((request) => request.entries);
    for (;;) {
      const { blocks, after } = planBlocks(out.partition, requests);
      const done = await replacePartition(store, topic, writer, out.partition, after, () => {
        for (const { number, block } of blocks) void store.log.put([topic, writer, number], block);
        for (const { put, value, ttlMs } of entries) putEntry(store, keyBytes(put), value, ttlMs);
      });
      if (done) {
        out.partition = after;
        // Whoever waited for an entry finds it.
        if (entries.length > 0) refresh(store);
        return;
      }
      // A thread that was killed and started again may still have had a commit on its way.
      refresh(store);
      out.partition = readPartition(store, topic, writer);
    }
  }

  return {
    async publish(topic, messages, entries = []) {
      const out = outgoingOf(topic);
      if (messages.length === 0) return;
      let events = 0;
      let bytes = 0;
      for (const message of messages) {
        checkMessage(message);
        events += eventsOf(message);
        bytes += message.body.length;
      }
      checkRoom(topic, out);
      out.queued.events += events;
      out.queued.bytes += bytes;
      await new Promise<void>((resolve, reject) => {
        out.queue.push({ messages, entries, events, bytes, resolve, reject });
        running ??= commitAll();
      });
    },
    async idle() {
      await running;
    },
  };
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
