import { Mutex } from '../../../support/mutex.ts';
import { retry } from '../../../support/retry.ts';
import type { OpenDestination, Table } from '../../destination.ts';
import { mergeTables } from '../../destination-kit/merge-tables.ts';
import type { RepairAudit } from '../../repair-audit.ts';
import { type Api, type BigQueryOptions, openApi } from './api.ts';
import { createCounts } from './counts.ts';
import { isCollision, isNotFound, unavailable } from './errors.ts';
import { findEvent } from './find.ts';
import { knownLetters, writeLetterRows } from './letter-table.ts';
import { forgetOriginals } from './originals.ts';
import { settleBatch } from './loader.ts';
import { type Warehouse, preparedTables } from './warehouse.ts';
import { readMark } from './outcomes.ts';
import { withdrawByEvent, withdrawByRule, withdrawnAgain } from './withdraw.ts';
import { countTouched, listRepairs } from './repairs.ts';
import { ensureBookkeeping, ensureTable, keyOf } from './tables.ts';
import { sameName, typeName } from './types.ts';

export type { BigQueryOptions };

/** Collisions with other workers end after some tries; each gets a little longer. */
const collisions = { maxAttempts: 12, factor: 1.2, jitter: 1, maxDelayMs: Infinity };

/**
 * A dataset of BigQuery as the destination; several processes can load into it at once. Tables are partitioned by the
 * day of `_received_at` and clustered by the contract's key. Exactly once by keys: see docs/adr/0006. It answers no
 * queries of people, as each would cost money; BigQuery's own console does. Throws `config_invalid` when the library is
 * not installed, `destination_unavailable`, not retryable, when the login or a right is missing.
 */
export async function openBigQuery(
  options: BigQueryOptions,
): Promise<OpenDestination & Required<Pick<OpenDestination, 'withdraw' | 'letterTable' | 'originals'>>> {
  const api = await openApi(options);
  const { lookBackDays, partitionExpirationDays, retryMs = 1000 } = options;
  const tables = new Map<string, Table>();
  const counts = createCounts(api);
  const warehouse: Warehouse = { api, lookBackDays, tables, seen: undefined, counted: counts.add };
  const mutex = new Mutex();
  /** A table was not there: the next load makes sure of all. */
  let unsure = false;

  async function ensure(specs: Iterable<Table>): Promise<void> {
    await ensureBookkeeping(api);
    for (const spec of specs) await ensureTable(api, spec, partitionExpirationDays);
    unsure = false;
  }

  async function again<T>(doing: string, work: () => Promise<T>): Promise<T> {
    const once = async (): Promise<T> => {
      try {
        if (unsure) await ensure(tables.values());
        return await work();
      } catch (error) {
        // Whatever went wrong, somebody may have loaded: we, in a try whose answer was lost.
        warehouse.seen = undefined;
        counts.forget();
        unsure = isNotFound(error);
        throw error;
      }
    };
    const policy = { ...collisions, initialDelayMs: retryMs };
    return question(doing, () => retry(once, { policy, isPassing: isCollision }));
  }

  /** One at a time, in the order of the calls. */
  const exclusively = <T>(doing: string, work: () => Promise<T>): Promise<T> =>
    mutex.run(() => again(doing, work));

  const prepared = (): string[] => preparedTables(warehouse);

  try {
    await ensure([]);
  } catch (error) {
    throw unavailable('be opened', error, { opening: true });
  }
  return {
    prepare: (specs) =>
      exclusively('prepare its tables', async () => {
        const merged = mergeTables(specs, typeName, sameName);
        for (const spec of merged) keyOf(spec, 't');
        await ensure(merged);
        for (const spec of merged) tables.set(sameName(spec.name), spec);
      }),
    settle: (settlement) => exclusively('settle a batch', () => settleBatch(warehouse, settlement)),
    marked: (queue) => question('read its mark', () => readMark(api, queue)),
    withdraw: {
      byRule: (ruleId, page) => exclusively('take rows out', () => withdrawByRule(warehouse, ruleId, page)),
      again: (ruleId, page) =>
        question('read what was withdrawn', () => withdrawnAgain(warehouse, ruleId, page)),
      byEvent: (events, at) => exclusively('take rows out', () => withdrawByEvent(warehouse, events, at)),
    },
    originals: {
      forget: (aged) => exclusively('empty old originals', () => forgetOriginals(api, aged)),
    },
    letterTable: {
      // A table takes 1,500 load jobs a day.
      everyMs: 60_000,
      write: (letters, gone) =>
        exclusively('write its table of dead letters', () => writeLetterRows(api, letters, gone)),
      known: (page) => question('read its table of dead letters', () => knownLetters(api, page)),
    },
    find: (requestId) => question('look for an event', () => findEvent(api, prepared(), requestId)),
    ping: () => question('be reached', () => api.ping()),
    counts: () => question('read its counters', counts.read),
    repairs: repairsOf(api),
    close: () => mutex.idle(),
  };
}

const question = <T>(doing: string, ask: () => Promise<T>): Promise<T> =>
  ask().catch((error: unknown) => {
    throw unavailable(doing, error);
  });

const repairsOf = (api: Api): RepairAudit => ({
  list: (filter, page) => question('list its repairs', () => listRepairs(api, filter, page)),
  touched: (ruleId) => question('count its repairs', () => countTouched(api, ruleId)),
});
