import { defaultRetry, type ConsumeOptions, type Consumer, type Delivery, type Handler } from '../engine.ts';
import { createLedger, type Settled } from './ledger.ts';
import { createLogReader } from './log-reader.ts';
import { groupKey, readGroup, updateTopic } from './records.ts';
import type { GroupRecord, Mark } from './record-types.ts';
import { createRetryArea, retryKey, type Redelivery } from './retry-area.ts';
import { settleInPlace, settleOnce, type SetAside } from '../settle.ts';
import { refresh, type Store } from './store.ts';
import type { Trimmer } from './trimmer.ts';
import type { Wakeup } from './wakeup.ts';

interface Batch {
  deliveries: readonly Delivery[];
  marks: ReadonlyMap<string, Mark>;
  returned: readonly Redelivery[];
  /** Set when the handler is done with it. */
  outcome: readonly SetAside[] | undefined;
}

const defaultMaxEvents = 1000;
const defaultMaxBytes = 4 * 1024 * 1024;
/** In case a wake-up gets lost; each look costs, also when nothing comes. */
const pollMs = 2500;
/** Batches whose settlement is still being written; beyond that the disk is too slow, and memory counts. */
const maxUnwritten = 8;
/** Batches that are done, but wait for an earlier one so that the marks move in order, per batch in flight. */
const maxQueuedFactor = 4;

/**
 * Runs a group's handler over a topic. Everything happens in `pump`, which starts as many batches as it may and
 * returns; it is called when messages were published, when a batch is done or written, when a retry is due.
 */
export async function startConsumer(
  { store, wakeup, trimmer }: { store: Store; wakeup: Wakeup; trimmer: Trimmer },
  topic: string,
  group: string,
  options: ConsumeOptions,
  handle: Handler,
): Promise<Consumer> {
  const limits = {
    maxEvents: options.maxEvents ?? defaultMaxEvents,
    maxBytes: options.maxBytes ?? defaultMaxBytes,
  };
  const inFlight = Math.max(1, options.inFlight ?? 1);
  const retry = options.retry ?? defaultRetry;
  const record = await ensureGroup(store, topic, group);

  const reader = createLogReader(store, topic, new Map(record.marks));
  const area = createRetryArea(store, topic, group);
  const ledger = createLedger(store, topic, group, record, { onWritten, onFailure: options.onFailure });
  const stopping = new AbortController();
  /** In order; the marks move past a batch when it is done and first. */
  const queue: Batch[] = [];
  const running = new Set<Promise<void>>();
  let holding = 0;
  let lastWasRetry = false;
  let pumping = false;
  let paused = options.paused === true;
  let retryTimer: NodeJS.Timeout | undefined;
  let lingerTimer: NodeJS.Timeout | undefined;
  let lastStart = -Infinity;

  function pump(): void {
    if (pumping || !mayStart()) return;
    pumping = true;
    try {
      refresh(store);
      for (let batch = nextBatch(); batch; batch = mayStart() ? nextBatch() : undefined) start(batch);
      wakeForRetry();
    } finally {
      pumping = false;
    }
  }

  function mayStart(): boolean {
    return (
      !stopping.signal.aborted &&
      !paused &&
      holding === 0 &&
      running.size < inFlight &&
      queue.length < inFlight * maxQueuedFactor &&
      ledger.unwritten() < maxUnwritten
    );
  }

  /** Due retries come first, but never twice in a row while there are new messages. */
  function nextBatch(): Batch | undefined {
    const batch = lastWasRetry ? (newBatch() ?? retryBatch()) : (retryBatch() ?? newBatch());
    lastWasRetry = batch !== undefined && batch.returned.length > 0;
    return batch;
  }
  function newBatch(): Batch | undefined {
    if (lingers()) return undefined;
    const batch = reader.next(limits);
    if (batch) lastStart = performance.now();
    return batch && { ...batch, returned: [], outcome: undefined };
  }
  /** True while more messages may still join the next batch; looks again when their time is up. */
  function lingers(): boolean {
    const { lingerMs = 0 } = options;
    const left = lastStart + lingerMs - performance.now();
    if (left <= 0 || reader.isFull(limits)) return false;
    lingerTimer ??= setTimeout(() => {
      lingerTimer = undefined;
      pump();
    }, left);
    return true;
  }
  function retryBatch(): Batch | undefined {
    const returned = area.takeDue(Date.now(), limits);
    if (returned.length === 0) return undefined;
    return {
      deliveries: returned.map(({ delivery }) => delivery),
      marks: new Map(),
      returned,
      outcome: undefined,
    };
  }

  function start(batch: Batch): void {
    queue.push(batch);
    const run = settle(batch).then((outcome) => {
      running.delete(run);
      batch.outcome = outcome;
      while (queue[0]?.outcome) writeDown(queue.shift());
      pump();
    });
    running.add(run);
  }

  /** Undefined when the consumer stops before the batch is settled. */
  async function settle({ deliveries }: Batch): Promise<readonly SetAside[] | undefined> {
    if (retry !== 'hold') return await settleOnce(deliveries, handle, retry, options);
    let held = false;
    const onHold = (): void => {
      if (!held) holding += 1;
      held = true;
    };
    const done = await settleInPlace(deliveries, handle, stopping.signal, {
      onHold,
      ...(options.onFailure && { onFailure: options.onFailure }),
    });
    if (held) holding -= 1;
    return done ? [] : undefined;
  }

  function writeDown(batch: Batch | undefined): void {
    if (!batch?.outcome) return;
    const now = Date.now();
    const setAside = batch.outcome.map(({ delivery, delayMs, failures }) => ({
      key: retryKey(topic, group, now + Math.max(0, delayMs), delivery),
      failures,
      events: delivery.events,
      body: delivery.body,
    }));
    ledger.add({ marks: batch.marks, setAside, returned: batch.returned });
  }

  function onWritten(settled: readonly Settled[]): void {
    for (const { returned } of settled) area.release(returned.map(({ key }) => key));
    trimmer.groupMoved(topic);
    pump();
  }

  function wakeForRetry(): void {
    clearTimeout(retryTimer);
    const due = area.nextDue();
    // A far one is armed again by the poll; a due one by the batch that keeps it waiting.
    if (due === undefined || due > Date.now() + pollMs) return;
    retryTimer = setTimeout(pump, Math.max(1, due - Date.now())).unref();
  }

  const stopListening = wakeup.onPublished(topic, pump);
  const poll = setInterval(pump, pollMs).unref();
  pump();

  return {
    pause() {
      paused = true;
    },
    resume() {
      paused = false;
      pump();
    },
    async stop() {
      stopping.abort();
      stopListening();
      clearInterval(poll);
      clearTimeout(retryTimer);
      clearTimeout(lingerTimer);
      await Promise.all(running);
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
