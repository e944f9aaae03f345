import type { DuckDBConnection } from '@duckdb/node-api';
import type { Position } from '../../../engine/engine.ts';
import type { LoadCounts } from '../../destination.ts';
import { ensureRepairLog } from './repair-log.ts';
import { integersOf, rowsOf } from './rows.ts';
import { literal } from './sql.ts';

const tables = [
  `CREATE TABLE IF NOT EXISTS _sentinel_positions (partition VARCHAR, position BIGINT)`,
  // Per queue, as the file may outlive one: the next begins at 0 again, and must not be taken to be where that one was.
  // Positions of older versions belong to no queue, and count for none: better loaded again, which the keys forgive.
  `ALTER TABLE _sentinel_positions ADD COLUMN IF NOT EXISTS queue VARCHAR`,
  `CREATE TABLE IF NOT EXISTS _sentinel_counters (loaded BIGINT, repaired BIGINT, duplicate BIGINT)`,
  `INSERT INTO _sentinel_counters SELECT 0, 0, 0 WHERE NOT EXISTS (FROM _sentinel_counters)`,
  // Which contract wrote a table's rows of a version.
  `CREATE TABLE IF NOT EXISTS _sentinel_contracts (table_name VARCHAR, contract VARCHAR, contract_version VARCHAR)`,
  // Events that were not written because an event with their key was there: `first_request_id`.
  `CREATE TABLE IF NOT EXISTS _sentinel_duplicates (request_id UUID, contract VARCHAR, source VARCHAR,
     contract_version VARCHAR, table_name VARCHAR, first_request_id UUID, received_at TIMESTAMPTZ)`,
  // Events that were taken out and are not yet durable among the dead letters.
  `CREATE TABLE IF NOT EXISTS _sentinel_leaving (request_id UUID, received_at TIMESTAMPTZ, taken_at TIMESTAMPTZ)`,
];

export async function ensureBookkeeping(connection: DuckDBConnection): Promise<void> {
  for (const statement of tables) await connection.run(statement);
  await ensureRepairLog(connection);
}

/** Statements for the transaction of the rows. */
export function addToCounts({ loaded, repaired, duplicate }: LoadCounts): string[] {
  if (loaded + duplicate === 0) return [];
  return [
    `UPDATE _sentinel_counters SET loaded = loaded + ${loaded}, repaired = repaired + ${repaired}, duplicate = duplicate + ${duplicate}`,
  ];
}

/** Statements for the transaction of the rows. A position never moves back. `known`: partitions that have a place. */
export function savePositions(
  queue: string,
  positions: readonly Position[],
  known: ReadonlySet<string>,
): string[] {
  const last = new Map<string, number>();
  for (const { partition, offset } of positions)
    last.set(partition, Math.max(offset, last.get(partition) ?? offset));
  return Array.from(last).flatMap(([partition, offset]) => {
    const mine = `queue = ${literal(queue)} AND partition = ${literal(partition)}`;
    const move = `UPDATE _sentinel_positions SET position = greatest(position, ${offset}) WHERE ${mine}`;
    if (known.has(partition)) return [move];
    return [
      `INSERT INTO _sentinel_positions (queue, partition, position) SELECT ${literal(queue)}, ${literal(partition)}, ${offset}
       WHERE NOT EXISTS (FROM _sentinel_positions WHERE ${mine})`,
      move,
    ];
  });
}

export async function readPositions(
  connection: DuckDBConnection,
  queue: string,
): Promise<Map<string, number>> {
  const rows = await rowsOf(
    connection,
    `SELECT partition, position FROM _sentinel_positions WHERE queue = ${literal(queue)}`,
  );
  return new Map(rows.map(([partition, position]) => [String(partition), Number(position)]));
}

export async function forgetPositions(connection: DuckDBConnection, queue: string): Promise<void> {
  await connection.run(`DELETE FROM _sentinel_positions WHERE queue = ${literal(queue)}`);
}

export async function readCounts(connection: DuckDBConnection): Promise<LoadCounts> {
  const [[loaded = 0, repaired = 0, duplicate = 0] = []] = await integersOf(
    connection,
    'SELECT loaded, repaired, duplicate FROM _sentinel_counters',
  );
  return { loaded, repaired, duplicate };
}
