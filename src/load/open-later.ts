import { SentinelError, isRetryable } from '../model/errors.ts';
import type { Logger } from '../support/log.ts';
import type { Destination, OpenDestination, Row } from './destination.ts';
import type { EventSearch } from './event-search.ts';
import type { Erasing } from './erasing.ts';
import { type Export, noExport, noSnapshot } from './export.ts';
import type { KeptOriginals } from './kept-originals.ts';
import type { LetterTable } from './letter-table.ts';
import type { RepairAudit } from './repair-audit.ts';
import type { Withdraw } from './withdraw.ts';

/**
 * Opens a destination: one that is away at the start, or in use by another program, is opened as soon as somebody uses it and
 * it is back. What only a person can mend (a login, a right, a column's type) is thrown, here or by the first use.
 */
export async function openNowOrLater(
  open: () => Promise<OpenDestination>,
  log: Logger,
): Promise<OpenDestination> {
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

function mayPass(error: unknown): error is SentinelError {
  return (
    error instanceof SentinelError &&
    (error.code === 'data_folder_in_use' || (error.code === 'destination_unavailable' && isRetryable(error)))
  );
}

/** Stands for a destination that is opened by its first use. */
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
  find: Destination['find'] = async (requestId) => (await this.#reached()).find(requestId);
  marked: OpenDestination['marked'] = async (queueId) => (await this.#reached()).marked(queueId);
  counts: OpenDestination['counts'] = async () => (await this.#reached()).counts();

  prepareRow(row: Row): void {
    this.#opened?.prepareRow?.(row);
  }

  readonly repairs: RepairAudit = {
    list: async (...args) => (await this.#reached()).repairs.list(...args),
    touched: async (...args) => (await this.#reached()).repairs.touched(...args),
  };

  readonly withdraw: Withdraw = {
    byRule: async (...args) => (await this.#withdraw()).byRule(...args),
    again: async (...args) => (await this.#withdraw()).again(...args),
    byEvent: async (...args) => (await this.#withdraw()).byEvent(...args),
  };

  readonly letterTable: LetterTable = this.#letterTableAtUse();

  readonly originals: KeptOriginals = {
    forget: async (aged) => (await this.#reached()).originals?.forget(aged) ?? 0,
    reclaim: async () => (await this.#reached()).originals?.reclaim?.(),
  };

  readonly erasing: Erasing = {
    tables: async () => (await this.#erasing()).tables(),
    rows: async (...args) => (await this.#erasing()).rows(...args),
    originals: async (...args) => (await this.#erasing()).originals(...args),
    remove: async (...args) => (await this.#erasing()).remove(...args),
  };

  readonly search: EventSearch = {
    events: async (...args) => (await this.#search()).events(...args),
    row: async (...args) => (await this.#search()).row(...args),
  };

  readonly export: Export = {
    table: async (request) => (await this.#export()).table(request),
    snapshotSize: async () => (await this.#export()).snapshotSize?.() ?? 0,
    snapshot: async (place) => {
      const { snapshot } = await this.#export();
      if (snapshot === undefined) throw noSnapshot();
      return snapshot(place);
    },
  };

  query: NonNullable<Destination['query']> = async (sql, options) => {
    const destination = await this.#reached();
    if (destination.query === undefined)
      throw new SentinelError('query_refused', 'the destination answers no queries here; ask it directly');
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

  async #withdraw(): Promise<Withdraw> {
    const { withdraw } = await this.#reached();
    if (withdraw === undefined) throw new SentinelError('conflict', 'the destination gives no rows back');
    return withdraw;
  }

  async #erasing(): Promise<Erasing> {
    const { erasing } = await this.#reached();
    if (erasing === undefined)
      throw new SentinelError('query_refused', 'nothing is erased from this kind of destination here');
    return erasing;
  }

  #letterTableAtUse(): LetterTable {
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

  async #search(): Promise<EventSearch> {
    const { search } = await this.#reached();
    if (search === undefined)
      throw new SentinelError('query_refused', 'the destination can not be looked through');
    return search;
  }

  async #export(): Promise<Export> {
    const { export: given } = await this.#reached();
    if (given === undefined) throw noExport();
    return given;
  }
}
