import { SentinelError, isRetryable } from '../model/errors.ts';
import type { Logger } from '../support/log.ts';
import type { OpenDestination } from './destination.ts';
import type { EventSearch } from './event-search.ts';
import { type Export, noExport, noSnapshot } from './export.ts';
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
    return openedAtUse(() =>
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

function openedAtUse(open: () => Promise<OpenDestination>): OpenDestination {
  let opened: OpenDestination | undefined;
  let opening: Promise<OpenDestination> | undefined;
  let closed = false;

  async function reached(): Promise<OpenDestination> {
    if (closed)
      throw new SentinelError('destination_unavailable', 'the destination is closed', { retryable: false });
    if (opened !== undefined) return opened;
    opening ??= open()
      .then((destination) => (opened = destination))
      .finally(() => (opening = undefined));
    return opening;
  }
  const repairs = async (): Promise<RepairAudit> => (await reached()).repairs;
  async function withdraw(): Promise<Withdraw> {
    const { withdraw } = await reached();
    if (withdraw === undefined) throw new SentinelError('conflict', 'the destination gives no rows back');
    return withdraw;
  }
  async function letterTable(): Promise<LetterTable> {
    const { letterTable } = await reached();
    // Nobody asks a destination without one twice.
    return letterTable ?? { write: async () => undefined, known: async () => [] };
  }
  async function search(): Promise<EventSearch> {
    const { search } = await reached();
    if (search === undefined)
      throw new SentinelError('query_refused', 'the destination can not be looked through');
    return search;
  }

  async function exporting(): Promise<Export> {
    const { export: given } = await reached();
    if (given === undefined) throw noExport();
    return given;
  }

  return {
    prepare: async (tables) => (await reached()).prepare(tables),
    settle: async (settlement) => (await reached()).settle(settlement),
    marked: async (queueId) => (await reached()).marked(queueId),
    makeReady: (row) => opened?.makeReady?.(row),
    find: async (requestId) => (await reached()).find(requestId),
    counts: async () => (await reached()).counts(),
    repairs: {
      list: async (...args) => (await repairs()).list(...args),
      touched: async (...args) => (await repairs()).touched(...args),
    },
    withdraw: {
      byRule: async (...args) => (await withdraw()).byRule(...args),
      again: async (...args) => (await withdraw()).again(...args),
      byEvent: async (...args) => (await withdraw()).byEvent(...args),
    },
    letterTable: {
      get everyMs() {
        return opened?.letterTable?.everyMs;
      },
      write: async (...args) => (await letterTable()).write(...args),
      known: async (...args) => (await letterTable()).known(...args),
    },
    search: {
      events: async (...args) => (await search()).events(...args),
      row: async (...args) => (await search()).row(...args),
    },
    export: {
      table: async (request) => (await exporting()).table(request),
      snapshotSize: async () => (await exporting()).snapshotSize?.() ?? 0,
      async snapshot(place) {
        const { snapshot } = await exporting();
        if (snapshot === undefined) throw noSnapshot();
        return snapshot(place);
      },
    },
    async query(sql, options) {
      const destination = await reached();
      if (destination.query === undefined)
        throw new SentinelError('query_refused', 'the destination answers no queries here; ask it directly');
      return destination.query(sql, options);
    },
    async close() {
      closed = true;
      await opening?.catch(() => undefined); // whoever asked for it hears of it
      await opened?.close();
    },
  };
}
