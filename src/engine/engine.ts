import type { Json } from '../model/json.ts';
import type { RetryPolicy } from '../support/retry.ts';
import type { Cluster } from './cluster.ts';
import type { PublishedKey } from './published-key.ts';

/**
 * The port to what carries topics and state between the parts of Data Sentinel. One conformance suite
 * (test/conformance/engine.ts) runs against every engine.
 *
 * - topic: a durable, ordered sequence of messages.
 * - group: a named reader of a topic; every group gets every message, at least once. A group's position
 *   moves only past messages that are settled (acknowledged, deferred for a retry, or given up on).
 * - state: durable keys and values that all threads and processes see.
 */
export interface Engine {
  /** Resolves when the messages are durable (on disk, or replicated). Rejects with `engine_full` or `engine_unavailable`. */
  publish(topic: string, messages: readonly Message[]): Promise<void>;
  /** Where one process has the engine. */
  readonly published?: PublishedOnce;
  /**
   * Starts a consumer of a topic. A group is created on first use and from then on keeps its position; a new
   * group starts at the oldest message that is still kept. Messages are kept until all groups have settled them;
   * a topic that has no group keeps everything.
   */
  consume(topic: string, group: string, options: ConsumeOptions, handle: Handler): Promise<Consumer>;
  /** Forgets a group, so that it no longer holds back the space of its topic. */
  removeGroup(topic: string, group: string): Promise<void>;
  /**
   * Looks through the messages that a group has not settled yet, oldest first, and returns the first value other
   * than undefined that `match` returns. Moves nothing. For questions, not for the hot path.
   */
  findPending<T>(
    topic: string,
    group: string,
    match: (message: PendingMessage) => T | undefined,
  ): Promise<T | undefined>;
  readonly state: EngineState;
  /** Undefined where one process does everything. */
  readonly cluster?: Cluster;
  /** Writes a copy of all topics and all state, as they are at one moment, to a file; where they lie on this machine. */
  backup?(file: string): Promise<void>;
  /** What waits now, per topic; a cheap call. */
  stats(): Promise<TopicStats[]>;
  /** Why nothing can be stored now, in words; undefined when it can. */
  trouble(): string | undefined;
  /** Stops all consumers (their running batches are finished first), flushes and releases everything. */
  close(): Promise<void>;
}

/** What a thread has published under keys, so that it publishes nothing twice. Only one thread of the process may use it. */
export interface PublishedOnce {
  /** The id that was published under the key, while it has not expired. */
  find(key: string): string | undefined;
  /** Publishes and remembers the keys, in one transaction. */
  publish(topic: string, messages: readonly Message[], keys: readonly PublishedKey[]): Promise<void>;
}

export interface Message {
  body: Uint8Array;
  /** How many events the body holds; counts in `stats` and in the limits of a batch. Default 1. */
  events?: number;
}

export type PendingMessage = Pick<Delivery, 'body' | 'events' | 'position'>;

/** Where a message stands. Offsets grow within a partition, with gaps. */
export interface Position {
  partition: string;
  offset: number;
}

export interface Delivery {
  readonly body: Uint8Array;
  readonly events: number;
  readonly position: Position;
  /** 1 for the first delivery; counts failed tries, not deferrals and not crashes. */
  readonly attempt: number;
}

/**
 * Handles one batch. Resolving settles every delivery that is not named in the returned list. Throwing
 * fails the whole batch. `body` is valid only until the returned promise settles; copy what you keep.
 */
export type Handler = (batch: readonly Delivery[]) => Promise<readonly Unsettled[] | void>;

/** A delivery that is not done: it failed with `error`, or (`deferMs`) it waits and the try does not count. */
export type Unsettled = { index: number; error: unknown } | { index: number; deferMs: number };

export interface ConsumeOptions {
  /** Upper limit of events in a batch (a single larger message still comes alone). Default 1000. */
  maxEvents?: number;
  /** Upper limit of body bytes in a batch, likewise. Default 4 MiB. */
  maxBytes?: number;
  /**
   * Least time between the starts of two batches of new messages, unless the second is full: a consumer with a high cost
   * for each batch trades a little delay for larger ones. The first message after a pause does not wait. Default 0.
   */
  lingerMs?: number;
  /** Takes nothing until `resume`. */
  paused?: boolean;
  /** Batches handled at the same time; positions still move in order. Default 1. */
  inFlight?: number;
  /**
   * What happens to a failed delivery. `hold`: the batch is tried again in place, for ever, with the delays
   * of the default policy; nothing behind it overtakes. A policy: the failed deliveries are deferred, each
   * with its own delay, and the others go on. Default: `defaultRetry`.
   */
  retry?: RetryPolicy | 'hold';
  /**
   * Called for a delivery that failed `maxAttempts` times, or with an error that is not retryable
   * (`retryable === false`), before it is settled; when this throws, it is called again later.
   */
  onExhausted?: (delivery: Delivery, error: unknown) => Promise<void>;
  /** Called for each failed try; for logs and metrics. */
  onFailure?: (failure: { error: unknown; attempt: number; events: number; nextDelayMs: number }) => void;
}

export const defaultRetry: RetryPolicy = {
  maxAttempts: 5,
  initialDelayMs: 200,
  maxDelayMs: 30_000,
  factor: 2,
  jitter: 0.5,
};

export interface Consumer {
  /** Takes no more batches until `resume`; the running ones go on. */
  pause(): void;
  resume(): void;
  /** Takes no more batches; resolves when the running ones are settled. Unsettled messages stay for the next start. */
  stop(): Promise<void>;
}

export interface StateStore {
  get<T extends Json = Json>(key: string): Promise<T | undefined>;
  /** Resolves when durable. `ttlMs`: the key vanishes that long after the write. */
  put(key: string, value: Json, options?: { ttlMs?: number }): Promise<void>;
  /** Writes only when the key does not exist (or has expired); true when it wrote. Atomic. */
  putIfAbsent(key: string, value: Json, options?: { ttlMs?: number }): Promise<boolean>;
  /** Writes (or deletes, for `to` undefined) only while the value is still `from`; true when it did. Atomic. */
  replace(key: string, from: Json | undefined, to: Json | undefined): Promise<boolean>;
  /** Resolves when durable; no error when the key does not exist. */
  delete(key: string): Promise<void>;
  /** Applies the writes in order, durable together; the embedded engine applies all or none. */
  write(operations: readonly StateWrite[]): Promise<void>;
  /** Entries whose key starts with `prefix`, in key order; `after` (a key) and `limit` page through them. */
  list<T extends Json = Json>(
    prefix: string,
    options?: { after?: string; limit?: number },
  ): Promise<StateEntry<T>[]>;
  /** Calls the listener within a second of each change below the prefix, made by any thread. Returns the way to stop. */
  watch(prefix: string, listener: (change: StateChange) => void): () => void;
}

/** The engine's own state, as its parts use it; a step has a `StateStore` below a prefix. */
export interface EngineState extends StateStore {
  /**
   * As `replace`, for values that each have an entry in an index, of which `entryOf` makes key and value: the index follows. The
   * embedded engine writes both or none; with NATS a process that dies in between leaves an entry too many, never one too few.
   */
  replaceIndexed(
    key: string,
    from: Json | undefined,
    to: Json | undefined,
    entryOf: (value: Json) => StateEntry,
  ): Promise<boolean>;
}

export type StatePut = { put: string; value: Json; ttlMs?: number };
export type StateWrite = StatePut | { delete: string };
export interface StateEntry<T extends Json = Json> {
  key: string;
  value: T;
}
/** `value` is undefined when the key was deleted. */
export interface StateChange {
  key: string;
  value: Json | undefined;
}

export interface TopicStats {
  topic: string;
  /** Events published since the data folder began. */
  published: number;
  /** Bytes of messages kept now. */
  bytes: number;
  groups: GroupStats[];
}

export interface GroupStats {
  group: string;
  /** Events not yet settled, the ones deferred for a retry included. */
  pending: number;
  /** Of these, that wait for their next try. */
  waiting: number;
}
