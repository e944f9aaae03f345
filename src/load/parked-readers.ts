import type { Consumer, Delivery, Engine, Unsettled } from '../engine/engine.ts';
import { isRetryable } from '../model/errors.ts';
import type { Logger } from '../support/log.ts';

/** In a cluster another worker may have left events; milliseconds. */
const lookEveryMs = 30_000;
/** After a look that failed. */
const againInMs = 2000;

/** Parked events that stay: the longer a look at their table takes, the rarer it is, so that the others have their time. */
export function lookAgain(
  batch: readonly Delivery[],
  { start, end }: { start: number; end: number },
): Unsettled[] {
  const deferMs = Math.min(60_000, Math.max(1000, 10 * (end - start)));
  return batch.map((_, index) => ({ index, deferMs }));
}

interface Parked {
  engine: Pick<Engine, 'stats'>;
  /** The table of a topic of parked events; undefined of other topics. */
  tableOf: (topic: string) => string | undefined;
  /** Starts the reader of a table's topic. */
  start: (table: string) => Promise<Consumer>;
  /** Told of an unexpected error. */
  onBroken: (error: unknown) => void;
  log: Logger;
}

/** A reader for each table that takes no rows, or whose events wait from before; it stays, as it costs next to nothing. */
export class ParkedReaders {
  readonly #parked: Parked;
  readonly #readers = new Map<string, Promise<Consumer>>();
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(parked: Parked) {
    this.#parked = parked;
  }

  /** Begins to read what waits, now and from time to time. The queue may be away for a moment. */
  async look(): Promise<void> {
    const { engine, tableOf } = this.#parked;
    let next = lookEveryMs;
    try {
      for (const { topic, bytes } of await engine.stats()) {
        const table = tableOf(topic);
        if (table !== undefined && bytes > 0) await this.#read(table);
      }
    } catch (error) {
      this.#failed(error);
      next = againInMs;
    }
    this.#lookIn(next);
  }

  /** Reads what waits for a table, or will. */
  begin(table: string): void {
    this.#read(table).catch((error: unknown) => {
      this.#failed(error);
      this.#lookIn(againInMs);
    });
  }

  #lookIn(ms: number): void {
    clearTimeout(this.#timer);
    if (!this.#isStopped) this.#timer = setTimeout(() => void this.look(), ms).unref();
  }

  #failed(error: unknown): void {
    const { onBroken, log } = this.#parked;
    if (!isRetryable(error)) return onBroken(error);
    const fields = { err: error, status: 'failed', code: 'table_look' };
    log.warn(fields, 'parked events are not read yet; soon again');
  }

  #read(table: string): Promise<Consumer> {
    let reader = this.#readers.get(table);
    if (reader === undefined) {
      reader = this.#parked.start(table);
      this.#readers.set(table, reader);
      reader.catch(() => this.#readers.delete(table));
    }
    return reader;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    const readers = await Promise.all(
      Array.from(this.#readers.values(), (reader) => reader.catch(() => undefined)),
    );
    await Promise.all(readers.map(async (reader) => reader?.stop()));
  }
}
