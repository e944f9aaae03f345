import { SentinelError } from '../model/errors.ts';
import type { Destination, OpenDestination, Settlement } from './destination.ts';

/**
 * A destination with what the service asks of every one. Counters that it does not keep begin when it is opened, repairs
 * that it does not remember can't be listed, and without marks nobody notices that it was restored from a backup.
 */
export function fillIn(given: Destination): OpenDestination {
  const { search, withdraw, letterTable, originals, erasing, repairs = noRepairs } = given;
  const counted = { loaded: 0, repaired: 0, duplicate: 0 };

  async function settleAndCount(settlement: Settlement) {
    const settled = await given.settle(settlement);
    for (const [at, { status }] of settled.rows.entries()) {
      if (status === 'duplicate') counted.duplicate++;
      if (status !== 'loaded') continue;
      counted.loaded++;
      if (settlement.rows[at]!.repair !== undefined) counted.repaired++;
    }
    return settled;
  }

  return {
    prepare: (tables) => given.prepare(tables),
    settle: given.counts === undefined ? settleAndCount : (settlement) => given.settle(settlement),
    find: (requestId) => given.find(requestId),
    close: () => given.close(),
    counts: async () => (await given.counts?.()) ?? { ...counted },
    marked: async (queueId) => given.marked?.(queueId),
    repairs,
    ...(given.ping && { ping: () => given.ping!() }),
    ...(given.prepareRow && { prepareRow: (row) => given.prepareRow!(row) }),
    ...(given.backfill && { backfill: (request) => given.backfill!(request) }),
    ...(given.query && { query: (sql, options) => given.query!(sql, options) }),
    ...(given.unreadable && { unreadable: () => given.unreadable!() }),
    ...(given.export && { export: given.export }),
    search,
    withdraw,
    letterTable,
    originals,
    erasing,
  };
}

const noRepairs: OpenDestination['repairs'] = {
  list: () =>
    Promise.reject(new SentinelError('query_refused', 'this destination keeps no record of its repairs')),
  touched: async () => ({ repairs: 0, rolledBack: 0, duplicates: 0 }),
};
