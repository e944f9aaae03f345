import { SentinelError, isRetryable } from '../model/errors.ts';
import type { Logger } from '../support/log.ts';
import type { Destination } from './destination.ts';
import type { EventSearch } from './event-search.ts';
import type { RepairAudit } from './repair-audit.ts';

export interface OpenedOrNot {
  destination: Destination;
  /** False: out of reach so far; whatever is asked of it opens it, or fails with a retryable error. */
  isOpen: boolean;
}

/**
 * Opens a destination that is a server: one that is away at the start is opened as soon as somebody uses it and it is
 * back. What only a person can mend (a login, a right, a column's type) is thrown, here or by the first use.
 */
export async function openNowOrLater(open: () => Promise<Destination>, log: Logger): Promise<OpenedOrNot> {
  try {
    return { destination: await open(), isOpen: true };
  } catch (error) {
    if (!(error instanceof SentinelError && error.code === 'destination_unavailable' && isRetryable(error)))
      throw error;
    log.error(
      { err: error, status: 'failed', code: error.code },
      'the destination is out of reach; the service starts without it, and events wait in the queue',
    );
    return { destination: openedAtUse(open), isOpen: false };
  }
}

function openedAtUse(open: () => Promise<Destination>): Destination {
  let opened: Destination | undefined;
  let opening: Promise<Destination> | undefined;
  let closed = false;

  async function reached(): Promise<Destination> {
    if (closed)
      throw new SentinelError('destination_unavailable', 'the destination is closed', { retryable: false });
    if (opened !== undefined) return opened;
    opening ??= open()
      .then((destination) => (opened = destination))
      .finally(() => (opening = undefined));
    return opening;
  }
  const repairs = async (): Promise<RepairAudit> => (await reached()).repairs;
  async function search(): Promise<EventSearch> {
    const { search } = await reached();
    if (search === undefined)
      throw new SentinelError('query_refused', 'the destination can not be looked through');
    return search;
  }

  return {
    prepare: async (tables) => (await reached()).prepare(tables),
    positions: async () => (await reached()).positions(),
    forgetPositions: async () => (await reached()).forgetPositions(),
    load: async (...args) => (await reached()).load(...args),
    makeReady: (row) => opened?.makeReady?.(row),
    find: async (requestId) => (await reached()).find(requestId),
    holds: async (...args) => (await reached()).holds(...args),
    counts: async () => (await reached()).counts(),
    repairs: {
      list: async (...args) => (await repairs()).list(...args),
      touched: async (...args) => (await repairs()).touched(...args),
      takeOut: async (...args) => (await repairs()).takeOut(...args),
      leaving: async (...args) => (await repairs()).leaving(...args),
      release: async (...args) => (await repairs()).release(...args),
    },
    search: {
      events: async (...args) => (await search()).events(...args),
      row: async (...args) => (await search()).row(...args),
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
