import type { Consumer, Engine } from '../engine/engine.ts';
import { parkedTable } from '../model/event.ts';
import type { Logger } from '../support/log.ts';
import type { WaitingTables } from './waiting-tables.ts';

/** In a cluster another worker may have left events; milliseconds. */
const lookEveryMs = 30_000;

/** A reader for each table that takes no rows, or whose events wait from before; it stays, as it costs next to nothing. */
export class ParkedReaders {
  readonly #engine: Pick<Engine, 'stats'>;
  readonly #start: (table: string) => Promise<Consumer>;
  readonly #readers = new Map<string, Promise<Consumer>>();
  readonly #timer: NodeJS.Timeout;

  constructor(
    engine: Pick<Engine, 'stats'>,
    waiting: Pick<WaitingTables, 'onBegin'>,
    start: (table: string) => Promise<Consumer>,
    { onBroken, log }: { onBroken: (error: unknown) => void; log: Logger },
  ) {
    this.#engine = engine;
    this.#start = start;
    waiting.onBegin((table) => void this.#read(table).catch(onBroken));
    const failed = (error: unknown): void =>
      log.warn(
        { err: error, status: 'failed', code: 'table_look' },
        'parked events were not looked for; soon again',
      );
    this.#timer = setInterval(() => void this.look().catch(failed), lookEveryMs).unref();
  }

  /** Begins to read what waits. */
  async look(): Promise<void> {
    for (const { topic, bytes } of await this.#engine.stats()) {
      const table = parkedTable(topic);
      if (table !== undefined && bytes > 0) await this.#read(table);
    }
  }

  #read(table: string): Promise<Consumer> {
    let reader = this.#readers.get(table);
    if (reader === undefined) {
      reader = this.#start(table);
      this.#readers.set(table, reader);
      reader.catch(() => this.#readers.delete(table));
    }
    return reader;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all([...this.#readers.values()].map(async (reader) => (await reader).stop()));
  }
}
