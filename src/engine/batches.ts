import { defaultRetry, type ConsumeOptions, type Consumer, type Delivery, type Handler } from './engine.ts';
import { settleInPlace, settleOnce, type Outcome } from './settle.ts';

export interface Limits {
  maxEvents: number;
  maxBytes: number;
}

/** The source of a consumer's messages, which also records the outcome of each batch. */
export interface BatchSource<B extends { readonly deliveries: readonly Delivery[] }> {
  /** New messages within the limits, at least one; undefined when there are none. */
  fresh(limits: Limits): B | undefined;
  /** Whether `fresh` has a full batch. */
  isFull(limits: Limits): boolean;
  /** Messages that were deferred and are due, likewise. */
  due(limits: Limits): B | undefined;
  /** False while earlier batches must be recorded first. */
  hasRoom(): boolean;
  /** The handler is done with the batch. Does not throw. */
  settled(batch: B, outcome: Outcome): void | Promise<void>;
  /** Called before batches are taken. */
  looking(): void;
  /** Called after; `idle` says that another one could run at once. */
  looked(idle: boolean): void;
}

const defaultMaxEvents = 1000;
const defaultMaxBytes = 4 * 1024 * 1024;

export function limitsOf({
  maxEvents = defaultMaxEvents,
  maxBytes = defaultMaxBytes,
}: ConsumeOptions): Limits {
  return { maxEvents, maxBytes };
}

/** Runs a group's handler over the batches of a source: decides how many run at a time, in which order, and what is retried. */
export class Batches<B extends { readonly deliveries: readonly Delivery[] }> implements Consumer {
  readonly #source: BatchSource<B>;
  readonly #options: ConsumeOptions;
  readonly #handle: Handler;
  readonly #limits: Limits;
  readonly #stopping = new AbortController();
  readonly #running = new Set<Promise<void>>();
  /** Running batches that are retried in place: no later batch may start before they are settled. */
  #holding = 0;
  #paused: boolean;
  #pumping = false;
  #lastWasDue = false;
  #lastStart = -Infinity;
  #lingerTimer: NodeJS.Timeout | undefined;

  constructor(source: BatchSource<B>, options: ConsumeOptions, handle: Handler) {
    this.#source = source;
    this.#options = options;
    this.#handle = handle;
    this.#limits = limitsOf(options);
    this.#paused = options.paused === true;
  }

  /** Aborted when the consumer stops. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  mayTake(): boolean {
    return !this.#stopping.signal.aborted && !this.#paused;
  }

  /** Starts as many batches as may run: to be called when messages came, or when one is due. */
  pump(): void {
    if (this.#pumping || !this.mayTake()) return;
    this.#pumping = true;
    try {
      if (this.#mayStart()) this.#source.looking();
      while (this.#mayStart()) {
        const batch = this.#next();
        if (batch === undefined) break;
        this.#start(batch);
      }
      this.#source.looked(this.#mayStart());
    } finally {
      this.#pumping = false;
    }
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.pump();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#lingerTimer);
    await Promise.all(this.#running);
  }

  #mayStart(): boolean {
    return (
      this.mayTake() &&
      this.#holding === 0 &&
      this.#running.size < Math.max(1, this.#options.inFlight ?? 1) &&
      this.#source.hasRoom()
    );
  }

  /** Due messages come first, but never twice in a row while there are new ones. */
  #next(): B | undefined {
    return this.#lastWasDue ? (this.#fresh() ?? this.#due()) : (this.#due() ?? this.#fresh());
  }

  #due(): B | undefined {
    const batch = this.#source.due(this.#limits);
    this.#lastWasDue = batch !== undefined;
    return batch;
  }

  #fresh(): B | undefined {
    const batch = this.#lingers() ? undefined : this.#source.fresh(this.#limits);
    if (batch === undefined) return undefined;
    this.#lastWasDue = false;
    this.#lastStart = performance.now();
    return batch;
  }

  /** True while more messages may still join the next batch; looks again when their time is up. */
  #lingers(): boolean {
    const left = this.#lastStart + (this.#options.lingerMs ?? 0) - performance.now();
    if (left <= 0 || this.#source.isFull(this.#limits)) return false;
    this.#lingerTimer ??= setTimeout(() => {
      this.#lingerTimer = undefined;
      this.pump();
    }, left);
    return true;
  }

  #start(batch: B): void {
    const run = this.#work(batch).finally(() => {
      this.#running.delete(run);
      this.pump();
    });
    this.#running.add(run);
  }

  async #work(batch: B): Promise<void> {
    const { retry = defaultRetry } = this.#options;
    const outcome =
      retry === 'hold'
        ? await this.#hold(batch)
        : await settleOnce(batch.deliveries, this.#handle, retry, this.#options);
    await this.#source.settled(batch, outcome);
  }

  async #hold({ deliveries }: B): Promise<Outcome> {
    let held = false;
    const onHold = (): void => {
      if (!held) this.#holding++;
      held = true;
    };
    const { onFailure } = this.#options;
    const outcome = await settleInPlace(deliveries, this.#handle, this.#stopping.signal, {
      onHold,
      onFailure,
    });
    if (held) this.#holding--;
    return outcome;
  }
}
