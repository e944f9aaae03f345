import { Batches, type BatchSource, type Limits } from '../batches.ts';
import type { ConsumeOptions, Consumer, Delivery, Handler } from '../engine.ts';
import type { Outcome } from '../settle.ts';
import { createLedger, type Ledger, type Settled } from './ledger.ts';
import { LogReader } from './log-reader.ts';
import { groupKey, readGroup, updateTopic } from './records.ts';
import { type GroupRecord, type Mark, refresh, type Store } from './store.ts';
import { createRetryArea, retryKey, type Redelivery, type RetryArea } from './retry-area.ts';
import type { Trimmer } from './trimmer.ts';
import type { Wakeup } from './wakeup.ts';

interface ConsumerDeps {
  store: Store;
  wakeup: Wakeup;
  trimmer: Trimmer;
}

interface TopicGroup {
  topic: string;
  group: string;
}

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
export class EmbeddedConsumer implements Consumer {
  readonly #deps: ConsumerDeps;
  readonly #of: TopicGroup;
  readonly #reader: LogReader;
  readonly #area: RetryArea;
  readonly #ledger: Ledger;
  readonly #batches: Batches<Batch>;
  /** In order; the marks move past a batch when it is done and first. */
  readonly #queue: Batch[] = [];
  readonly #maxQueued: number;
  readonly #stopListening: () => void;
  readonly #poll: NodeJS.Timeout;
  #retryTimer: NodeJS.Timeout | undefined;

  private constructor(
    deps: ConsumerDeps,
    of: TopicGroup,
    record: GroupRecord,
    options: ConsumeOptions,
    handle: Handler,
  ) {
    const { store, wakeup } = deps;
    const { topic, group } = of;
    this.#deps = deps;
    this.#of = of;
    this.#reader = new LogReader(store, topic, new Map(record.marks));
    this.#area = createRetryArea(store, topic, group);
    this.#ledger = createLedger(store, topic, group, record, {
      onWritten: (settled) => this.#written(settled),
      onFailure: options.onFailure,
    });
    this.#maxQueued = Math.max(1, options.inFlight ?? 1) * maxQueuedFactor;
    this.#batches = new Batches(this.#source(), options, handle);
    this.#stopListening = wakeup.onPublished(topic, () => this.#batches.pump());
    this.#poll = setInterval(() => this.#batches.pump(), pollMs).unref();
  }

  static async start(
    deps: ConsumerDeps,
    of: TopicGroup,
    options: ConsumeOptions,
    handle: Handler,
  ): Promise<EmbeddedConsumer> {
    const record = await ensureGroup(deps.store, of.topic, of.group);
    const consumer = new EmbeddedConsumer(deps, of, record, options, handle);
    consumer.#batches.pump();
    return consumer;
  }

  pause(): void {
    this.#batches.pause();
  }

  resume(): void {
    this.#batches.resume();
  }

  async stop(): Promise<void> {
    this.#stopListening();
    clearInterval(this.#poll);
    await this.#batches.stop();
    clearTimeout(this.#retryTimer);
    await this.#ledger.close();
  }

  #source(): BatchSource<Batch> {
    return {
      looking: () => refresh(this.#deps.store),
      fresh: (limits) => this.#fresh(limits),
      isFull: (limits) => this.#reader.isFull(limits),
      due: (limits) => this.#due(limits),
      hasRoom: () => this.#queue.length < this.#maxQueued && this.#ledger.unwritten() < maxUnwritten,
      settled: (batch, outcome) => this.#settled(batch, outcome),
      looked: (idle) => this.#wakeForRetry(idle),
    };
  }

  #fresh(limits: Limits): Batch | undefined {
    const batch = this.#reader.next(limits);
    return batch && this.#queued({ ...batch, returned: [] });
  }

  #due(limits: Limits): Batch | undefined {
    const returned = this.#area.takeDue(Date.now(), limits);
    if (returned.length === 0) return undefined;
    return this.#queued({
      deliveries: returned.map(({ delivery }) => delivery),
      marks: new Map(),
      returned,
    });
  }

  #queued(batch: Batch): Batch {
    this.#queue.push(batch);
    return batch;
  }

  #settled(batch: Batch, outcome: Outcome): void {
    // The marks stay before it, and those of later batches, too.
    if (outcome.unfinished.length > 0) return;
    batch.outcome = outcome;
    while (this.#queue[0]?.outcome) this.#writeDown(this.#queue.shift()!);
  }

  #writeDown({ outcome, marks, returned }: Batch): void {
    if (outcome === undefined) return;
    const { topic, group } = this.#of;
    const now = Date.now();
    const deferred = outcome.deferred.map(({ delivery, delayMs, failures }) => ({
      key: retryKey(topic, group, now + Math.max(0, delayMs), delivery),
      failures,
      events: delivery.events,
      body: delivery.body,
    }));
    this.#ledger.add({ marks, deferred, returned });
  }

  #written(settled: readonly Settled[]): void {
    for (const { returned } of settled) this.#area.release(returned.map(({ key }) => key));
    this.#deps.trimmer.groupMoved(this.#of.topic);
    this.#batches.pump();
  }

  #wakeForRetry(idle: boolean): void {
    clearTimeout(this.#retryTimer);
    const left = (this.#area.nextDue() ?? Infinity) - Date.now();
    // The poll finds one that is due later; the end of a batch finds one that waits for its place.
    if (left > pollMs || (left <= 0 && !idle)) return;
    this.#retryTimer = setTimeout(() => this.#batches.pump(), Math.max(1, left)).unref();
  }
}

async function ensureGroup(store: Store, topic: string, group: string): Promise<GroupRecord> {
  const fresh: GroupRecord = { marks: [], waiting: { events: 0, bytes: 0 } };
  await updateTopic(store, topic, (trimmed) => {
    if (readGroup(store, topic, group)) return undefined;
    return { trimmed, writes: () => void store.records.put(groupKey(topic, group), fresh, 0) };
  });
  return readGroup(store, topic, group) ?? fresh;
}
