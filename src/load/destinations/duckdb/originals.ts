import type { DuckDBConnection } from '@duckdb/node-api';
import type { AgedOriginals } from '../../kept-originals.ts';
import { instant } from './sql.ts';

/** See `KeptOriginals.forget`. */
export async function forgetOriginals(
  connection: DuckDBConnection,
  { from, before, limit }: AgedOriginals,
): Promise<number> {
  const repairs = await connection.run(
    `UPDATE _sentinel_repair_log SET original = NULL, patch = NULL, result = NULL WHERE rowid IN (
       SELECT rowid FROM _sentinel_repair_log WHERE repaired_at >= ${instant(from)} AND repaired_at < ${instant(before)}
         AND original IS NOT NULL LIMIT ${limit})`,
  );
  const left = limit - repairs.rowsChanged;
  if (left <= 0) return repairs.rowsChanged;
  const repeats = await connection.run(
    `UPDATE _sentinel_duplicates SET event = NULL WHERE rowid IN (
       SELECT rowid FROM _sentinel_duplicates WHERE received_at < ${instant(before)} AND event IS NOT NULL LIMIT ${left})`,
  );
  return repairs.rowsChanged + repeats.rowsChanged;
}
