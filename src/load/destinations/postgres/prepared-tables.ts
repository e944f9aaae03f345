import type { PoolClient } from 'pg';
import { SentinelError } from '../../../model/errors.ts';
import { mergeTables } from '../../destination-kit/merge-tables.ts';
import type { Table } from '../../destination.ts';
import { ShapeChanged } from './errors.ts';
import { type KnownTable, knowTable } from './known-table.ts';
import { type Limits, type Session, patient } from './session.ts';
import { readShapes } from './shape.ts';
import { typeName } from './sql.ts';
import { ensureTables, eventTables } from './tables.ts';
import type { Warehouse } from './warehouse.ts';

/** The tables as they were prepared, and writing into them only while they are as they were. */
export class PreparedTables {
  readonly #session: Session;
  readonly #warehouse: Warehouse;
  readonly #tables: Map<string, KnownTable>;
  /** After a failure the next load makes sure of its tables first: one may have been dropped. */
  #unsure = false;

  /** `tables` are those of the warehouse, and grow here. */
  constructor(session: Session, warehouse: Warehouse, tables: Map<string, KnownTable>) {
    this.#session = session;
    this.#warehouse = warehouse;
    this.#tables = tables;
  }

  async prepare(specs: readonly Table[]): Promise<void> {
    // At the start, or when a contract is new: a right that is missing is nothing to wait for.
    await this.#ensure(mergeTables(specs, typeName), { ...patient, opening: true });
  }

  async #ensure(specs: readonly Table[], limits: Limits, again = false): Promise<void> {
    const names = specs.map(({ name }) => name);
    const shapes = await this.#session.transaction(
      'prepare its tables',
      async (client) => {
        await ensureTables(client, this.#session.schema, specs, again);
        this.#warehouse.eventTables = await eventTables(client, this.#session.schema);
        return readShapes(client, this.#session.schema, names);
      },
      limits,
    );
    for (const [at, spec] of specs.entries())
      this.#tables.set(spec.name, knowTable(this.#session.schema, spec, shapes[at]!));
  }

  /** What was fine at the start and is not any more is for a person to mend; until then rows wait. */
  async #makeSure(): Promise<void> {
    try {
      await this.#ensure(
        Array.from(this.#tables.values(), ({ spec }) => spec),
        patient,
        true,
      );
    } catch (error) {
      if (!(error instanceof SentinelError) || error.retryable) throw error;
      throw new SentinelError(error.code, error.message, { cause: error, retryable: true });
    }
    this.#warehouse.writers.clear();
    this.#unsure = false;
  }

  /** A table that somebody has changed is looked at again at once; then the batch is tried once more. */
  async write<T>(doing: string, work: (client: PoolClient) => Promise<T>): Promise<T> {
    const once = () =>
      this.#session.exclusively(doing, work, async () => {
        if (this.#unsure) await this.#makeSure();
      });
    try {
      return await once().catch((error: unknown) => {
        this.#unsure = true;
        if (!(error instanceof ShapeChanged)) throw error;
        return once();
      });
    } catch (error) {
      this.#unsure = true;
      throw error;
    }
  }
}
