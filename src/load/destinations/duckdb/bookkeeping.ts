import type { DuckDBConnection } from '@duckdb/node-api';
import type { AllCounts, QueueMark } from '../../destination.ts';
import { createLetterTable } from './letter-table.ts';
import { ensureRepairLog } from './repair-log.ts';
import { rowsOf, textsOf } from './rows.ts';
import { countsOf } from '../../destination-kit/stored-cells.ts';
import { literal } from './sql.ts';

const tables = [
  `CREATE TABLE IF NOT EXISTS _sentinel_counters (loaded BIGINT, repaired BIGINT, duplicate BIGINT)`,
  `INSERT INTO _sentinel_counters (loaded, repaired, duplicate) SELECT 0, 0, 0 WHERE NOT EXISTS (FROM _sentinel_counters)`,
  // Which contract wrote a table's rows of a version.
  `CREATE TABLE IF NOT EXISTS _sentinel_contracts (table_name VARCHAR, contract VARCHAR, contract_version VARCHAR)`,
  // Events that were not written because an event with their key was there: `first_request_id`.
  `CREATE TABLE IF NOT EXISTS _sentinel_duplicates (request_id UUID, contract VARCHAR, source VARCHAR,
     contract_version VARCHAR, table_name VARCHAR, first_request_id UUID, received_at TIMESTAMPTZ)`,
  // Of a later version: what a changed repeat says, by column, and whether it had the row before. NULL: nobody looked.
  `ALTER TABLE _sentinel_duplicates ADD COLUMN IF NOT EXISTS changed BOOLEAN`,
  `ALTER TABLE _sentinel_duplicates ADD COLUMN IF NOT EXISTS replaced BOOLEAN`,
  `ALTER TABLE _sentinel_duplicates ADD COLUMN IF NOT EXISTS event VARCHAR`,
  `ALTER TABLE _sentinel_counters ADD COLUMN IF NOT EXISTS changed BIGINT DEFAULT 0`,
  // NULL: from before rounds were kept, which is round 0.
  `ALTER TABLE _sentinel_duplicates ADD COLUMN IF NOT EXISTS round INTEGER`,
  // Events that ended otherwise than as a row or a duplicate: see docs/exactly-once.md. Of a row that was withdrawn, when its
  // event was received, and its `_headers`.
  `CREATE TABLE IF NOT EXISTS _sentinel_outcomes (request_id UUID, round INTEGER, outcome VARCHAR, received_at TIMESTAMPTZ)`,
  `ALTER TABLE _sentinel_outcomes ADD COLUMN IF NOT EXISTS headers VARCHAR`,
  `CREATE TABLE IF NOT EXISTS _sentinel_marks (queue VARCHAR, newest UUID)`,
  // By which pointers repeats of a table were told at last.
  `CREATE TABLE IF NOT EXISTS _sentinel_keys (table_name VARCHAR, key VARCHAR)`,
  createLetterTable,
];

export async function ensureBookkeeping(connection: DuckDBConnection): Promise<void> {
  for (const statement of tables) await connection.run(statement);
  await ensureRepairLog(connection);
  await takeOverLeaving(connection);
}

/** Before version 0.3, events whose rows were taken out stood in a table of their own until they were dead letters. */
async function takeOverLeaving(connection: DuckDBConnection): Promise<void> {
  const present = await rowsOf(
    connection,
    `FROM duckdb_tables() WHERE schema_name = 'main' AND table_name = '_sentinel_leaving'`,
  );
  if (present.length === 0) return;
  await connection.run(
    `INSERT INTO _sentinel_outcomes (request_id, round, outcome, received_at)
     SELECT request_id, 0, 'withdrawn', received_at FROM main._sentinel_leaving`,
  );
  await connection.run('DROP TABLE main._sentinel_leaving');
  await connection.run('DROP TABLE IF EXISTS main._sentinel_positions');
}

/** Statements for the transaction of the rows. */
export function addToCounts({ loaded, repaired, duplicate, changed }: AllCounts): string[] {
  if (loaded === 0 && repaired === 0 && duplicate === 0) return [];
  return [
    `UPDATE _sentinel_counters SET loaded = loaded + ${loaded}, repaired = repaired + ${repaired},
       duplicate = duplicate + ${duplicate}, changed = coalesce(changed, 0) + ${changed}`,
  ];
}

/** Statements for the transaction of the rows. A mark never moves back. `known`: queues that have one. */
export function moveMark(mark: QueueMark | undefined, known: ReadonlySet<string>): string[] {
  if (mark === undefined) return [];
  const mine = `queue = ${literal(mark.queueId)}`;
  const newest = `${literal(mark.newest)}::UUID`;
  const move = `UPDATE _sentinel_marks SET newest = greatest(newest, ${newest}) WHERE ${mine}`;
  if (known.has(mark.queueId)) return [move];
  return [
    `INSERT INTO _sentinel_marks SELECT ${literal(mark.queueId)}, ${newest}
     WHERE NOT EXISTS (FROM _sentinel_marks WHERE ${mine})`,
    move,
  ];
}

export async function readMark(connection: DuckDBConnection, queueId: string): Promise<string | undefined> {
  const [row] = await rowsOf(
    connection,
    `SELECT newest::VARCHAR FROM _sentinel_marks WHERE queue = ${literal(queueId)}`,
  );
  return row === undefined ? undefined : String(row[0]);
}

export async function readCounts(connection: DuckDBConnection): Promise<AllCounts> {
  const [row] = await textsOf(
    connection,
    'SELECT loaded, repaired, duplicate, changed FROM _sentinel_counters',
  );
  return countsOf(row);
}
