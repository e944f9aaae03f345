import { Batches, type BatchSource } from '../batches.ts';
import type { ConsumeOptions, Consumer, Delivery, Handler } from '../engine.ts';
import type { Outcome } from '../settle.ts';
import { createLedger, type Settled } from './ledger.ts';
import { createLogReader } from './log-reader.ts';
import { groupKey, readGroup, updateTopic } from './records.ts';
import type { GroupRecord, Mark } from './record-types.ts';
import { createRetryArea, retryKey, type Redelivery } from './retry-area.ts';
import { refresh, type Store } from './store.ts';
import type { Trimmer } from './trimmer.ts';
import type { Wakeup } from './wakeup.ts';

interface Batch {
  readonly deliveries: readonly Delivery[];
  readonly marks: ReadonlyMap<string, Mark>;
  readonly returned: readonly Redelivery[];
  /** Set when the handler is done with it. */
  outcome?: Outcome;
}

/** In case a wake-up gets lost; each look costs, also when nothing comes. */
const pollMs = 2500;
/** Batches whose settlement is still being written; beyond that the disk is too slow, and memory counts. */
const maxUnwritten = 8;
/** Batches that are done, but wait for an earlier one so that the marks move in order, per batch in flight. */
const maxQueuedFactor = 4;

/** Runs a group's handler over a topic. The group's marks move in the order of its batches. */
export async function startConsumer(
  { store, wakeup, trimmer }: { store: Store; wakeup: Wakeup; trimmer: Trimmer },
  topic: string,
  group: string,
  options: ConsumeOptions,
  handle: Handler,
): Promise<Consumer> {
  const record = await ensureGroup(store, topic, group);
  const reader = createLogReader(store, topic, new Map(record.marks));
  const area = createRetryArea(store, topic, group);
  const ledger = createLedger(store, topic, group, record, { onWritten, onFailure: options.onFailure });
  /** In order; the marks move past a batch when it is done and first. */
  const queue: Batch[] = [];
  const maxQueued = Math.max(1, options.inFlight ?? 1) * maxQueuedFactor;
  let retryTimer: NodeJS.Timeout | undefined;

  const queued = (batch: Batch): Batch => {
    queue.push(batch);
    return batch;
  };
  const source: BatchSource<Batch> = {
    looking: () => refresh(store),
    fresh(limits) {
      const batch = reader.next(limits);
      return batch && queued({ ...batch, returned: [] });
    },
    isFull: (limits) => reader.isFull(limits),
    due(limits) {
      const returned = area.takeDue(Date.now(), limits);
      if (returned.length === 0) return undefined;
      return queued({ deliveries: returned.map(({ delivery }) => delivery), marks: new Map(), returned });
    },
    hasRoom: () => queue.length < maxQueued && ledger.unwritten() < maxUnwritten,
    settled(batch, outcome) {
      // The marks stay before it, and those of later batches, too.
      if (outcome.unfinished.length > 0) return;
      batch.outcome = outcome;
      while (queue[0]?.outcome) writeDown(queue.shift()!);
    },
    looked: wakeForRetry,
  };
  const batches = new Batches(source, options, handle);

  function writeDown({ outcome, marks, returned }: Batch): void {
    if (outcome === undefined) return;
    const now = Date.now();
    const deferred = outcome.deferred.map(({ delivery, delayMs, failures }) => ({
      key: retryKey(topic, group, now + Math.max(0, delayMs), delivery),
      failures,
      events: delivery.events,
      body: delivery.body,
    }));
    ledger.add({ marks, deferred, returned });
  }

  function onWritten(settled: readonly Settled[]): void {
    for (const { returned } of settled) area.release(returned.map(({ key }) => key));
    trimmer.groupMoved(topic);
    batches.pump();
  }

  function wakeForRetry(idle: boolean): void {
    clearTimeout(retryTimer);
    const due = area.nextDue();
    const left = (due ?? Infinity) - Date.now();
    // The poll looks again for a far one, the end of a batch for one that waits for its place.
    if (left > pollMs || (left <= 0 && !idle)) return;
    retryTimer = setTimeout(() => batches.pump(), Math.max(1, left)).unref();
  }

  const stopListening = wakeup.onPublished(topic, () => batches.pump());
  const poll = setInterval(() => batches.pump(), pollMs).unref();
  batches.pump();

  return {
    pause: () => batches.pause(),
    resume: () => batches.resume(),
    async stop() {
      stopListening();
      clearInterval(poll);
      await batches.stop();
      clearTimeout(retryTimer);
      await ledger.close();
    },
  };
}

async function ensureGroup(store: Store, topic: string, group: string): Promise<GroupRecord> {
  const fresh: GroupRecord = { marks: [], waiting: { events: 0, bytes: 0 } };
  await updateTopic(store, topic, (trimmed) => {
    if (readGroup(store, topic, group)) return undefined;
    return { trimmed, writes: () => void store.records.put(groupKey(topic, group), fresh, 0) };
  });
  return readGroup(store, topic, group) ?? fresh;
}
