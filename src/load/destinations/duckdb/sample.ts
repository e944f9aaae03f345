import { DuckDBInstance } from './duckdb.ts';
import { SentinelError } from '../../../model/errors.ts';
import { openingError } from './errors.ts';
import { rowsOf } from './rows.ts';
import { isOpenHere } from './session.ts';
import { identifier } from './sql.ts';

/** Of each table. */
const sampled = 1000;

/**
 * Opens a database file to read only, and reads the first rows of each table. Throws `store_damaged`. A file that a service has
 * open is left to it.
 */
export async function readSample(path: string): Promise<void> {
  if (await isOpenHere(path)) return;
  try {
    const instance = await DuckDBInstance.create(path, { access_mode: 'READ_ONLY' });
    try {
      const connection = await instance.connect();
      const tables = await rowsOf(connection, `SELECT table_name FROM duckdb_tables() WHERE NOT temporary`);
      for (const [table] of tables)
        await connection.run(
          `SELECT count(COLUMNS(*)) FROM (FROM ${identifier(String(table))} LIMIT ${sampled})`,
        );
      connection.closeSync();
    } finally {
      instance.closeSync();
    }
  } catch (error) {
    const failure = openingError(path, error);
    if (failure instanceof SentinelError && failure.code === 'data_folder_in_use') return;
    throw failure;
  }
}
