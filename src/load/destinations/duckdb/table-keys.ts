import type { DuckDBConnection } from '@duckdb/node-api';
import type { Table } from '../../destination.ts';
import { KeyFilter } from './key-filter.ts';
import { forEachPair, rowsOf } from './rows.ts';
import { identifier } from './sql.ts';
import { keyHashes } from './table-sql.ts';

/** Reading them takes some 0.5 µs a row, which a start waits for; those of a larger table are read while it works. */
const readAtStart = 500_000;

/**
 * What is known of the keys of a table's rows: "certainly new" or "maybe there". As long as those from before this start are
 * not read, each key may be there, and is looked for in the table.
 */
export class TableKeys {
  readonly #filter: KeyFilter;
  readonly #hashes: string | undefined;
  #state: 'unread' | 'reading' | 'read' = 'unread';

  private constructor(expected: number, hashes: string | undefined) {
    this.#filter = new KeyFilter(expected);
    this.#hashes = hashes;
    if (hashes === undefined) this.#state = 'read';
  }

  /** Of a table as it is now, with the number of its rows. */
  static async open(
    connection: DuckDBConnection,
    spec: Table,
  ): Promise<{ keys: TableKeys; rowCount: number }> {
    const hashes = keyHashes(spec);
    const [[count = 0] = []] = await rowsOf(connection, `SELECT count(*) FROM main.${identifier(spec.name)}`);
    const rowCount = Number(count);
    const keys = new TableKeys(hashes === undefined ? 0 : rowCount, hashes);
    if (rowCount <= readAtStart) await keys.read(connection);
    return { keys, rowCount };
  }

  /** Nobody reads them, and somebody should. */
  get areUnread(): boolean {
    return this.#state === 'unread';
  }

  /** False: the key is certainly not in the table. */
  has(high: number, low: number): boolean {
    return this.#state !== 'read' || this.#filter.has(high, low);
  }

  /** The key is there from now on. Returns false when it may have been there before. */
  add(high: number, low: number): boolean {
    return this.#filter.add(high, low) && this.#state === 'read';
  }

  /** Reads what the connection sees. Rows that are written meanwhile are added by who writes them, so none is missed. */
  async read(connection: DuckDBConnection): Promise<void> {
    if (this.#state !== 'unread') return;
    this.#state = 'reading';
    try {
      await forEachPair(connection, this.#hashes!, (high, low) => this.#filter.add(high, low));
      this.#state = 'read';
    } catch (error) {
      this.#state = 'unread';
      throw error;
    }
  }
}
