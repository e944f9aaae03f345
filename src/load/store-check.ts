import type { StateStore } from '../engine/engine.ts';
import { timeOfRequestId } from '../ingest/request-id.ts';
import type { Logger } from '../support/log.ts';
import type { OpenDestination } from './destination.ts';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What the state knows of the destination. A migrated queue brings it along, under an id that the destination has not seen. */
type Remembered = { queueId: string; newest: string; loaded: number };

const rememberedKey = 'destination-mark';
const tablesKey = 'destination-tables';
const everyMs = 5000;

/**
 * Notices at the start that the destination went back in time (restored from a backup, its file removed): its mark of this
 * queue lies before what the queue's state remembers of it. Lost rows are not loaded again by themselves, so it is
 * reported, with counts.
 */
export class StoreCheck {
  readonly #state: StateStore;
  readonly #queueId: string;
  readonly #restoredFrom: string | undefined;
  readonly #log: Logger;
  #timer: NodeJS.Timeout | undefined;
  #destination: OpenDestination | undefined;
  #remembered: Remembered | undefined;

  /** `restoredFrom`: when the backup was made that the queue came from, if it was restored since the last start. */
  constructor(state: StateStore, queueId: string, restoredFrom: string | undefined, log: Logger) {
    this.#state = state;
    this.#queueId = queueId;
    this.#restoredFrom = restoredFrom;
    this.#log = log;
  }

  /** Whether the destination has been opened with this queue. */
  async isKnown(): Promise<boolean> {
    const [tables, mark] = await Promise.all([this.#state.get(tablesKey), this.#state.get(rememberedKey)]);
    return tables !== undefined || mark !== undefined;
  }

  /** Before missing tables are made anew: says which of those that were there at the last start are gone. */
  async lookForTables({ erasing }: Pick<OpenDestination, 'erasing'>): Promise<void> {
    const present = new Set(await erasing?.tables());
    const remembered = (await this.#state.get<string[]>(tablesKey)) ?? [];
    const gone = erasing === undefined ? [] : remembered.filter((table) => !present.has(table));
    for (const table of gone)
      this.#log.error(
        { status: 'failed', code: 'table_gone', table },
        `table ${table} was there at the last start and is gone; its rows are lost with it, and it begins anew if a contract still has it`,
      );
  }

  /** When the destination is open, before anything is settled. */
  async begin(destination: OpenDestination): Promise<void> {
    this.#destination = destination;
    const known = await this.#state.get<Remembered>(rememberedKey);
    const remembered = known?.queueId === this.#queueId ? known : undefined;
    const newest = await destination.marked(this.#queueId);
    if (this.#restoredFrom !== undefined) this.#sayRestored(this.#restoredFrom, newest);
    else if (newest !== undefined && !(await this.isKnown()))
      this.#log.error(
        { status: 'failed', code: 'queue_emptied' },
        `the queue is empty and remembers nothing, but the destination has settled its events until ${timeText(newest)}: was its file removed? ` +
          `What waited in it, dead letters, rules and keys are gone; rows stay, and a backup can be put back (sentinel restore)`,
      );
    if (remembered !== undefined && (newest === undefined || newest < remembered.newest)) {
      const { loaded } = await destination.counts();
      const until = newest === undefined ? 'nothing of this queue' : `events until ${timeText(newest)}`;
      const lost =
        `the destination knows ${until}, but it had settled events until ${timeText(remembered.newest)}: ` +
        `it had ${remembered.loaded} rows and says ${loaded} now; was it restored from a backup, or replaced?`;
      this.#log.error(
        {
          status: 'failed',
          code: 'destination_older',
          rows_before: remembered.loaded,
          rows_now: loaded,
        },
        lost,
      );
    }
    if (destination.erasing !== undefined)
      await this.#state.put(tablesKey, (await destination.erasing.tables()).toSorted());
    this.#timer = setInterval(() => void this.#remember(), everyMs).unref();
  }

  #sayRestored(madeAt: string, newest: string | undefined): void {
    const until = newest === undefined ? 'nothing of this queue' : `events until ${timeText(newest)}`;
    this.#log.warn(
      { status: 'restored', backup_of: madeAt },
      `the queue was restored from a backup of ${madeAt}; the destination has settled ${until}: what was accepted after the ` +
        `backup and is not in the destination is gone, what is in both is not loaded again`,
    );
  }

  async #remember(): Promise<void> {
    const destination = this.#destination;
    if (destination === undefined) return;
    try {
      const newest = await destination.marked(this.#queueId);
      if (newest === undefined || newest === this.#remembered?.newest) return;
      const { loaded } = await destination.counts();
      this.#remembered = { queueId: this.#queueId, newest, loaded };
      await this.#state.put(rememberedKey, this.#remembered);
    } catch (error) {
      // An unavailable destination is reported elsewhere; the next look is soon.
      this.#log.debug({ err: error }, 'the mark of the destination could not be read');
    }
  }

  /** Before the destination is closed. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#remember();
  }
}

const timeText = (requestId: string): string => new Date(timeOfRequestId(requestId)).toISOString();

const fileOf = (dataDir: string): string => join(dataDir, 'queue', 'restored');

/** Leaves word, for the next start, that the queue is that of a backup. */
export async function noteRestore(dataDir: string, madeAt: string): Promise<void> {
  await writeFile(fileOf(dataDir), madeAt, { mode: 0o600 });
}

/** When the backup was made that the queue came from, at the first start since; ISO 8601. */
export async function takeRestoreNote(dataDir: string): Promise<string | undefined> {
  const file = fileOf(dataDir);
  const madeAt = await readFile(file, 'utf8').catch(() => undefined);
  if (madeAt !== undefined) await rename(file, `${file}.said`);
  return madeAt;
}
