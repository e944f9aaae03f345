import type { DuckDBConnection } from '@duckdb/node-api';
import type { Row, Settled, Settlement, Table } from '../../destination.ts';
import { LineStore } from '../../destination-kit/line-store.ts';
import { mergeTables } from '../../destination-kit/merge-tables.ts';
import { hashesAgree } from './hash.ts';
import { ensureBookkeeping } from './bookkeeping.ts';
import { unavailable } from './errors.ts';
import { readKnownEvents } from './known-events.ts';
import { type KnownTable, knowTable } from './known-table.ts';
import { type Warehouse, settleBatch, writerOf } from './loader.ts';
import { prepareRow } from './prepared-row.ts';
import { createRepairKinds, highestRepairKind } from './repair-log.ts';
import { rowsOf } from './rows.ts';
import type { Session } from './session.ts';
import { typeName } from './sql.ts';
import { ensureTables, sameName } from './tables.ts';
import { Mutex } from '../../../support/mutex.ts';

const quietMs = 2_000;
const worthwhile = 10_000;

/** All that writes, one at a time on the writer's connection. */
export class Writer {
  readonly #session: Session;
  readonly #warehouse: Warehouse;
  readonly #tables: Map<string, KnownTable>;
  readonly #mutex = new Mutex();
  /** After a failure the next batch makes sure of its tables first: one may have been dropped. */
  #unsure = false;
  /** Rows and letters since memory was given back. */
  #written = 0;
  readonly #quiet = setTimeout(() => void this.#giveBack().catch(() => undefined), quietMs).unref();
  /** Neighbours mostly are for the same table. */
  #latest: { name: string; table: KnownTable } | undefined;

  private constructor(session: Session, warehouse: Warehouse, tables: Map<string, KnownTable>) {
    this.#session = session;
    this.#warehouse = warehouse;
    this.#tables = tables;
  }

  static async open(session: Session): Promise<Writer> {
    const connection = await session.writer();
    try {
      await ensureAll(connection, []);
      const tables = new Map<string, KnownTable>();
      const warehouse: Warehouse = {
        tables,
        spill: session.spill(),
        writers: new Set(),
        queues: new Set(),
        events: await readKnownEvents(connection),
        lines: new LineStore(),
        repairLines: new LineStore(),
        repairKinds: createRepairKinds(await highestRepairKind(connection)),
      };
      return new Writer(session, warehouse, tables);
    } catch (error) {
      throw unavailable('prepare its bookkeeping', error);
    }
  }

  /** What is remembered of the events that have ended. */
  get events(): Warehouse['events'] {
    return this.#warehouse.events;
  }

  /** In the order of the calls. */
  exclusively<T>(doing: string, work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const mine = this.#mutex.run(async () => {
      try {
        const done = await work(await this.#session.writer());
        await this.#session.checkFiles();
        return done;
      } catch (error) {
        this.#unsure = true;
        await this.#session.recover();
        throw error;
      }
    });
    return mine.catch((error: unknown) => {
      throw unavailable(doing, error);
    });
  }

  async prepare(specs: readonly Table[]): Promise<void> {
    await this.exclusively('prepare its tables', async (connection) => {
      const { writers, repairKinds, events, lines, repairLines } = this.#warehouse;
      const shared = { repairKinds, events, lines, repairLines };
      const merged = mergeTables(specs, typeName, sameName);
      await this.#ensureTables(connection, merged);
      const agree = await hashesAgree(connection);
      for (const spec of merged) {
        const name = sameName(spec.name);
        const known = this.#tables.get(name);
        this.#tables.set(name, await knowTable(connection, spec, { ...shared, agree }, known));
      }
      this.#latest = undefined;
      const rows = await rowsOf(
        connection,
        'SELECT table_name, contract, contract_version FROM _sentinel_contracts',
      );
      for (const row of rows) writers.add(writerOf(...(row.map(String) as [string, string, string])));
    });
    // Beside the work; whoever needs one that could not be read tries again, and fails with it.
    void this.#readKeys(this.#unread()).catch(() => undefined);
  }

  async settle(settlement: Settlement): Promise<Settled> {
    const unread = this.#unread();
    if (unread.length > 0) {
      const names = new Set(settlement.rows.map(({ table }) => sameName(table)));
      await this.#readKeys(unread.filter(({ spec }) => names.has(sameName(spec.name)))).catch(
        (error: unknown) => {
          throw unavailable('read the keys of its rows', error);
        },
      );
    }
    this.#written += settlement.rows.length + settlement.letters.length;
    this.#quiet.refresh();
    return this.exclusively('settle a batch', async (connection) => {
      if (this.#unsure)
        await this.#ensureTables(
          connection,
          Array.from(this.#tables.values(), ({ spec }) => spec),
        );
      return settleBatch(connection, this.#warehouse, settlement);
    });
  }

  /** The tables whose keys are not read yet, small ones first. */
  #unread(): KnownTable[] {
    const unread = Array.from(this.#tables.values()).filter(({ keys }) => !keys.isRead);
    return unread.toSorted((a, b) => a.rowCount - b.rowCount);
  }

  async #readKeys(tables: readonly KnownTable[]): Promise<void> {
    // A load that needs memory in that moment would fail.
    const rest = (): Promise<void> => this.#mutex.run(() => this.#session.givePagesBack());
    for (const { keys } of tables) await keys.read((use) => this.#session.read(use), rest);
    if (tables.length > 0) await rest();
  }

  /** See `Destination.prepareRow`. */
  prepareRow(row: Row): void {
    if (this.#latest?.name !== row.table) {
      const table = this.#tables.get(sameName(row.table));
      // Left to the settlement, which says what is wrong.
      if (table === undefined) return;
      this.#latest = { name: row.table, table };
    }
    // Nor does it tell anything before they are read; then it is made ready when its batch is settled.
    if (this.#latest.table.keys.isRead) row.prepared = prepareRow(this.#latest.table, row);
  }

  /** What a busy time has left, once it is over. */
  async #giveBack(): Promise<void> {
    if (this.#written < worthwhile) return;
    const isDone = await this.exclusively('give its memory back', () => this.#session.rest());
    if (isDone) this.#written = 0;
    else this.#quiet.refresh();
  }

  /** Resolves when all that was begun is done. To be called before the database is closed. */
  idle(): Promise<void> {
    clearTimeout(this.#quiet);
    return this.#mutex.idle();
  }

  async #ensureTables(connection: DuckDBConnection, specs: Iterable<Table>): Promise<void> {
    await ensureAll(connection, [...specs]);
    this.#unsure = false;
  }
}

async function ensureAll(connection: DuckDBConnection, specs: readonly Table[]): Promise<void> {
  await connection.run('BEGIN TRANSACTION');
  await ensureBookkeeping(connection);
  await ensureTables(connection, specs);
  await connection.run('COMMIT');
}
