import type { PoolClient } from 'pg';
import { mergeTables } from '../../destination-kit/merge-tables.ts';
import type { Table } from '../../destination.ts';
import { TableFault } from '../../table-fault.ts';
import { ensureShapes } from './ensure-shapes.ts';
import { ShapeChanged } from './errors.ts';
import { type KnownTable, knowTable } from './known-table.ts';
import { type Limits, type Session, patient } from './session.ts';
import { typeName } from './sql.ts';
import { eventTables } from './tables.ts';
import { findUnreadable } from './unreadable.ts';
import type { Warehouse } from './warehouse.ts';

/** The tables as they were prepared, and writing into them only while they are as they were. */
export class PreparedTables {
  readonly #session: Session;
  readonly #warehouse: Warehouse;
  readonly #tables: Map<string, KnownTable>;
  /** After a failure the next load makes sure of its tables first: one may have been dropped. */
  readonly #unsure = new Set<string>();
  /** The same of the list of all tables with events. */
  #isStale = false;
  #lookedAt = -Infinity;

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
    const { schema } = this.#session;
    const shapes = await this.#session.transaction(
      'prepare its tables',
      async (client) => {
        const known = await ensureShapes(client, schema, specs, again);
        this.#warehouse.eventTables = await eventTables(client, schema);
        return known;
      },
      limits,
    );
    for (const [at, spec] of specs.entries())
      this.#tables.set(spec.name, knowTable(schema, spec, shapes[at]!, this.#warehouse.lines));
  }

  /** What was fine at the start and is not any more is for a person to mend; until then the rows of that table wait. */
  async #makeSure(tables: ReadonlySet<string>): Promise<void> {
    if (this.#warehouse.unreadable.size > 0 && performance.now() - this.#lookedAt > 1000)
      await this.#look([...this.#warehouse.unreadable.keys()]);
    const { unreadable } = this.#warehouse;
    const unsure = [...tables].filter((name) => this.#unsure.has(name) && !unreadable.has(name));
    if (!this.#isStale && unsure.length === 0) return;
    await this.#ensure(
      unsure.map((name) => this.#tables.get(name)!.spec),
      patient,
      true,
    );
    this.#warehouse.writers.clear();
    this.#isStale = false;
    for (const name of unsure) this.#unsure.delete(name);
  }

  /** Which of these tables can't be read. What was found of one at first holds for as long as it can't. */
  async #look(tables: readonly string[]): Promise<void> {
    const { schema } = this.#session;
    const before = this.#warehouse.unreadable;
    const found = await this.#session.transaction('look into its tables', (client) =>
      findUnreadable(client, schema, tables),
    );
    this.#warehouse.unreadable = new Map(
      Array.from(found, ([table, now]) => [
        table,
        { ...now, newest: before.get(table)?.newest ?? now.newest },
      ]),
    );
    this.#lookedAt = performance.now();
  }

  /** Whether a table has come to light since that can't be read. */
  async #findsUnreadable(): Promise<boolean> {
    const before = this.#warehouse.unreadable;
    await this.#look(this.#warehouse.eventTables).catch(() => undefined);
    return [...this.#warehouse.unreadable.keys()].some((table) => !before.has(table));
  }

  #doubt(): void {
    this.#isStale = true;
    for (const name of this.#tables.keys()) this.#unsure.add(name);
  }

  /** Where somebody has dropped a table of the bookkeeping, it is made anew, and the question asked again. */
  question: Session['question'] = async (doing, ask, limits) => {
    const once = () => this.#session.question(doing, ask, limits);
    return once().catch(async (error: unknown) => {
      if (!(error instanceof ShapeChanged)) throw error;
      this.#doubt();
      this.#warehouse.writers.clear();
      await this.#ensure([], patient);
      return once();
    });
  };

  /**
   * Work on the rows of these tables. One that somebody has changed is looked at again at once; then the batch is tried once
   * more. Throws a `TableFault` when it takes no rows any more.
   */
  async write<T>(
    doing: string,
    tables: ReadonlySet<string>,
    work: (client: PoolClient) => Promise<T>,
  ): Promise<T> {
    const once = () => this.#session.exclusively(doing, work, () => this.#makeSure(tables));
    try {
      return await once().catch(async (error: unknown) => {
        this.#doubt();
        if (error instanceof TableFault) throw error;
        if (!(error instanceof ShapeChanged) && !(await this.#findsUnreadable())) throw error;
        return once();
      });
    } catch (error) {
      this.#doubt();
      throw error;
    }
  }
}
