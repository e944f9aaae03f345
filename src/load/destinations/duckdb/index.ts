import type { DuckDBConnection } from '@duckdb/node-api';
import type { Destination, Row, RowOutcome, Table } from '../../destination.ts';
import { mergeTables } from '../../destination-kit/merge-tables.ts';
import { ensureBookkeeping, forgetPositions, readCounts, readPositions } from './bookkeeping.ts';
import { unavailable } from './errors.ts';
import { findEvent } from './find.ts';
import { heldAmong } from './holds.ts';
import { type KnownTable, knowTable } from './known-table.ts';
import { type Warehouse, loadBatch, writer } from './loader.ts';
import { createRepairKinds, highestRepairKind } from './repair-log.ts';
import { createQuery } from './query.ts';
import { createSearch } from './search.ts';
import { makeReady } from './ready.ts';
import { rowsOf } from './rows.ts';
import { type DuckDbOptions, openSession } from './session.ts';
import { repairAudit } from './repair-audit.ts';
import { typeName } from './sql.ts';
import { ensureTable, sameName } from './tables.ts';

/**
 * A DuckDB file as the destination. Only one process at a time can have it open; `query` is how others read it.
 * Rows, bookkeeping (`_sentinel_…` tables) and queue positions are committed together and are on disk when `load`
 * resolves. Throws `data_folder_in_use` when the file is open elsewhere.
 */
export async function openDuckDb(options: DuckDbOptions): Promise<Destination> {
  const { queueId = '' } = options;
  const session = await openSession(options);
  const tables = new Map<string, KnownTable>();
  const warehouse: Warehouse = {
    tables,
    handover: session.handover(),
    writers: new Set(),
    queueId,
    partitions: new Set(),
    repairKinds: createRepairKinds(0),
  };
  let turn: Promise<unknown> = Promise.resolve();
  /** After a failure the next load makes sure of its tables first: one may have been dropped. */
  let unsure = false;

  /** One at a time on the writer's connection, in the order of the calls. */
  function exclusively<T>(doing: string, work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const mine = turn.then(async () => {
      try {
        return await work(await session.writer());
      } catch (error) {
        unsure = true;
        await session.recover();
        throw error;
      }
    });
    turn = mine.catch(() => undefined);
    return mine.catch((error: unknown) => {
      throw unavailable(doing, error);
    });
  }

  async function ensureTables(connection: DuckDBConnection, specs: Iterable<Table>): Promise<void> {
    await connection.run('BEGIN TRANSACTION');
    await ensureBookkeeping(connection);
    for (const spec of specs) await ensureTable(connection, spec);
    await connection.run('COMMIT');
    unsure = false;
  }

  async function prepare(connection: DuckDBConnection, specs: readonly Table[]): Promise<void> {
    const merged = mergeTables(specs, typeName, sameName);
    await ensureTables(connection, merged);
    for (const spec of merged) {
      const name = sameName(spec.name);
      tables.set(name, await knowTable(connection, spec, warehouse.repairKinds, tables.get(name)));
    }
    latest = undefined;
    const writers = await rowsOf(
      connection,
      'SELECT table_name, contract, contract_version FROM _sentinel_contracts',
    );
    warehouse.writers = new Set(
      writers.map((row) => writer(...(row.map(String) as [string, string, string]))),
    );
  }

  async function load(
    ...[rows, positions, beforeCommit]: Parameters<Destination['load']>
  ): Promise<RowOutcome[]> {
    const theirs: unknown[] = [];
    const watched = async (outcomes: readonly RowOutcome[]): Promise<void> => {
      try {
        await beforeCommit?.(outcomes);
      } catch (error) {
        theirs.push(error);
        throw error;
      }
    };
    return exclusively('load a batch', async (connection) => {
      if (unsure)
        await ensureTables(
          connection,
          Array.from(tables.values(), ({ spec }) => spec),
        );
      return loadBatch(connection, warehouse, rows, positions, watched);
    }).catch((error: unknown) => {
      // What the caller's own code threw goes back to the caller as it was.
      throw theirs.length > 0 ? theirs[0] : error;
    });
  }

  /** Neighbours mostly are for the same table. */
  let latest: { name: string; table: KnownTable } | undefined;
  function ready(row: Row): void {
    if (latest?.name !== row.table) {
      const table = tables.get(sameName(row.table));
      // Left to the load, which says what is wrong.
      if (table === undefined) return;
      latest = { name: row.table, table };
    }
    row.ready = makeReady(latest.table, row);
  }

  const question = <T>(doing: string, ask: (connection: DuckDBConnection) => Promise<T>): Promise<T> =>
    session.read(ask).catch((error: unknown) => {
      throw unavailable(doing, error);
    });

  await exclusively('prepare its bookkeeping', async (connection) => {
    await ensureTables(connection, []);
    warehouse.repairKinds = createRepairKinds(await highestRepairKind(connection));
  });
  return {
    prepare: (specs) => exclusively('prepare its tables', (connection) => prepare(connection, specs)),
    makeReady: ready,
    load,
    positions: () => question('read its positions', (connection) => readPositions(connection, queueId)),
    forgetPositions: () =>
      exclusively('forget its positions', async (connection) => {
        await forgetPositions(connection, queueId);
        warehouse.partitions.clear();
      }),
    find: (requestId) => question('look for an event', (connection) => findEvent(connection, requestId)),
    holds: (requestIds, only) =>
      question('look for events', (connection) => heldAmong(connection, requestIds, only)),
    counts: () => question('read its counters', readCounts),
    repairs: repairAudit({ question, exclusively }),
    search: createSearch(question),
    query: createQuery(session),
    async close() {
      await turn;
      await session.close();
    },
  };
}
