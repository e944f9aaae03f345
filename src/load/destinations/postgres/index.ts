import { randomInt } from 'node:crypto';
import type { PoolClient } from 'pg';
import type { Destination, RowOutcome, Table } from '../../destination.ts';
import { mergeTables } from '../../destination-kit/merge-tables.ts';
import { counterSlots, forgetPositions, readCounts, readPositions } from './bookkeeping.ts';
import { findEvent } from './find.ts';
import { heldAmong } from './holds.ts';
import { type KnownTable, knowTable } from './known-table.ts';
import { type Warehouse, loadBatch, makeReady } from './loader.ts';
import { createQuery } from './query.ts';
import { repairAudit } from './repair-audit.ts';
import { createSearch } from './search.ts';
import { CallersError, type PostgresOptions, openSession, patient } from './session.ts';
import { typeName } from './sql.ts';
import { ensureTables } from './tables.ts';

export type { PostgresOptions };

/**
 * A schema of a PostgreSQL database (12 or newer) as the destination. Any number of processes can load into it at once:
 * unique indexes on the request id and on the contract's key are what makes loading exactly once. Rows, bookkeeping
 * (`_sentinel_…` tables) and queue positions are committed together. Throws `destination_unavailable`, not retryable
 * when the login, the database or a right is missing.
 */
export async function openPostgres(options: PostgresOptions): Promise<Destination> {
  const { schema, queueId } = options;
  const session = openSession(options);
  const tables = new Map<string, KnownTable>();
  const warehouse: Warehouse = {
    schema,
    queueId,
    tables,
    writers: new Set(),
    slot: randomInt(counterSlots),
    answerMs: session.answerMs,
  };
  /** After a failure the next load makes sure of its tables first: one may have been dropped. */
  let unsure = false;

  async function prepare(specs: readonly Table[]): Promise<void> {
    const merged = mergeTables(specs, typeName);
    await session.transaction(
      'prepare its tables',
      (client) => ensureTables(client, schema, merged),
      // At the start, or when a contract is new: a right that is missing is nothing to wait for.
      { ...patient, opening: true },
    );
    for (const spec of merged) tables.set(spec.name, knowTable(schema, spec));
  }

  async function makeSure(): Promise<void> {
    const specs = Array.from(tables.values(), ({ spec }) => spec);
    await session.transaction('prepare its tables', (client) => ensureTables(client, schema, specs), patient);
    warehouse.writers.clear();
    unsure = false;
  }

  async function load(
    client: PoolClient,
    ...[rows, positions, beforeCommit]: Parameters<Destination['load']>
  ): ReturnType<typeof loadBatch> {
    return loadBatch(client, warehouse, rows, positions, async (outcomes: readonly RowOutcome[]) => {
      try {
        await beforeCommit?.(outcomes);
      } catch (error) {
        throw new CallersError('before the commit', { cause: error });
      }
    });
  }

  try {
    await session.transaction('prepare its bookkeeping', (client) => ensureTables(client, schema, []), {
      ...patient,
      opening: true,
    });
  } catch (error) {
    await session.close();
    throw error;
  }
  return {
    prepare,
    makeReady: (row) => makeReady(warehouse, row),
    async load(...args) {
      try {
        const { outcomes, committed } = await session.exclusively(
          'load a batch',
          (client) => load(client, ...args),
          async () => {
            if (unsure) await makeSure();
          },
        );
        committed();
        return outcomes;
      } catch (error) {
        unsure = true;
        throw error;
      }
    },
    positions: () =>
      session.question('read its positions', (client) => readPositions(client, schema, queueId)),
    forgetPositions: () =>
      session.transaction('forget its positions', (client) => forgetPositions(client, schema, queueId)),
    find: (requestId) =>
      session.question('look for an event', (client) => findEvent(client, schema, requestId)),
    holds: (requestIds, only) =>
      session.question('look for events', (client) => heldAmong(client, schema, requestIds, only)),
    counts: () => session.question('read its counters', (client) => readCounts(client, schema)),
    repairs: repairAudit(session, warehouse.slot),
    search: createSearch(session),
    query: createQuery(options),
    close: () => session.close(),
  };
}
