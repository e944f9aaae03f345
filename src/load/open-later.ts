import { SentinelError, isRetryable } from '../model/errors.ts';
import type { Logger } from '../support/log.ts';
import type { Destination, OpenDestination, Row } from './destination.ts';
import { type Export, noExport, noSnapshot } from './export.ts';
import type { KeptOriginals } from './kept-originals.ts';
import type { LetterTable } from './letter-table.ts';

/**
 * Opens a destination: one that is away at the start, or in use by another program, is opened as soon as somebody uses it and
 * it is back. What only a person can mend (a login, a right) is thrown, here or by the first use, unless the destination has
 * worked before (`isKnown`): then somebody has changed it, and events are taken until it is mended.
 */
export async function openNowOrLater(
  open: () => Promise<OpenDestination>,
  { isKnown, log }: { isKnown: boolean; log: Logger },
): Promise<OpenDestination> {
  const mayPass = (error: unknown): error is SentinelError =>
    isTaken(error) || (isAway(error) && (isKnown || isRetryable(error)));
  try {
    return await open();
  } catch (error) {
    if (!mayPass(error)) throw error;
    log.error(
      { err: error, status: 'failed', code: error.code },
      'the destination is out of reach; the service starts without it, and events wait in the queue',
    );
    return new OpenedAtUse(() =>
      open().catch((failure: unknown) => {
        throw mayPass(failure) && !failure.retryable
          ? new SentinelError('destination_unavailable', failure.message, { cause: failure })
          : failure;
      }),
    );
  }
}

const isTaken = (error: unknown): error is SentinelError =>
  error instanceof SentinelError && error.code === 'data_folder_in_use';
const isAway = (error: unknown): error is SentinelError =>
  error instanceof SentinelError && error.code === 'destination_unavailable';

/** Stands for a destination that is opened by its first use. What it lacks then is refused when it is used. */
class OpenedAtUse implements OpenDestination {
  readonly #open: () => Promise<OpenDestination>;
  #opened: OpenDestination | undefined;
  #opening: Promise<OpenDestination> | undefined;
  #isClosed = false;

  constructor(open: () => Promise<OpenDestination>) {
    this.#open = open;
  }

  prepare: Destination['prepare'] = async (tables) => (await this.#reached()).prepare(tables);
  settle: Destination['settle'] = async (settlement) => (await this.#reached()).settle(settlement);
  ping = async (): Promise<void> => (await this.#reached()).ping?.();
  find: Destination['find'] = async (requestId) => (await this.#reached()).find(requestId);
  marked: OpenDestination['marked'] = async (queueId) => (await this.#reached()).marked(queueId);
  unreadable: Required<Destination>['unreadable'] = async () =>
    (await (await this.#reached()).unreadable?.()) ?? [];
  counts: OpenDestination['counts'] = async () => (await this.#reached()).counts();

  prepareRow(row: Row): void {
    this.#opened?.prepareRow?.(row);
  }

  readonly repairs = atUse(async () => (await this.#reached()).repairs);
  readonly withdraw = atUse(() =>
    this.#part('withdraw', () => new SentinelError('conflict', 'the destination gives no rows back')),
  );
  readonly erasing = atUse(() => this.#part('erasing', () => refused('is not erased from here')));
  readonly search = atUse(() => this.#part('search', () => refused('cannot be looked through')));

  readonly originals: KeptOriginals = {
    forget: async (aged) => (await this.#reached()).originals?.forget(aged) ?? 0,
    reclaim: async () => (await this.#reached()).originals?.reclaim?.(),
  };

  readonly export: Export = {
    table: async (request) => (await this.#part('export', noExport)).table(request),
    snapshotSize: async () => (await this.#part('export', noExport)).snapshotSize?.() ?? 0,
    snapshot: async (place) => {
      const { snapshot } = await this.#part('export', noExport);
      if (snapshot === undefined) throw noSnapshot();
      return snapshot(place);
    },
  };

  readonly letterTable: LetterTable = this.#letterTable();

  query: NonNullable<Destination['query']> = async (sql, options) => {
    const destination = await this.#reached();
    if (destination.query === undefined) throw refused('answers no queries here; ask it directly');
    return destination.query(sql, options);
  };

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#opening?.catch(() => undefined); // the caller that needed it is told
    await this.#opened?.close();
  }

  async #reached(): Promise<OpenDestination> {
    if (this.#isClosed)
      throw new SentinelError('destination_unavailable', 'the destination is closed', { retryable: false });
    if (this.#opened !== undefined) return this.#opened;
    this.#opening ??= this.#open()
      .then((destination) => (this.#opened = destination))
      .finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  async #part<K extends keyof OpenDestination>(
    name: K,
    missing: () => SentinelError,
  ): Promise<NonNullable<OpenDestination[K]>> {
    const part = (await this.#reached())[name];
    if (part === undefined) throw missing();
    return part;
  }

  #letterTable(): LetterTable {
    const opened = () => this.#opened?.letterTable;
    // Nobody asks a destination without one twice.
    const reached = async (): Promise<LetterTable> =>
      (await this.#reached()).letterTable ?? { write: async () => undefined, known: async () => [] };
    return {
      get everyMs() {
        return opened()?.everyMs;
      },
      write: async (...args) => (await reached()).write(...args),
      known: async (...args) => (await reached()).known(...args),
    };
  }
}

const refused = (why: string): SentinelError => new SentinelError('query_refused', `the destination ${why}`);

type Method = (...args: unknown[]) => unknown;

/** An object with the methods of what `reach` resolves with, all of which return promises. */
const atUse = <T extends object>(reach: () => Promise<T>): T =>
  new Proxy({} as T, {
    get:
      (_, name) =>
      async (...args: unknown[]) => {
        const part = await reach();
        return Reflect.apply(part[name as keyof T] as Method, part, args);
      },
  });
