import { type DuckDBConnection, DuckDBDataChunk, VARCHAR } from '@duckdb/node-api';
import type { Position } from '../../../engine/engine.ts';
import type { LoadCounts, Row } from '../../destination.ts';
import { quoteText } from './sql.ts';

export async function writePositions(
  connection: DuckDBConnection,
  positions: readonly Position[],
  added: LoadCounts,
): Promise<void> {
  for (const { partition, offset } of positions) {
    const name = quoteText(partition);
    await connection.run(`DELETE FROM _sentinel_positions WHERE partition = ${name}`);
    await connection.run(`INSERT INTO _sentinel_positions VALUES (${name}, ${offset})`);
  }
  if (added.loaded + added.duplicate > 0)
    await connection.run(
      `UPDATE _sentinel_counters SET loaded = loaded + ${added.loaded}, repaired = repaired + ${added.repaired},
       duplicate = duplicate + ${added.duplicate}`,
    );
}

export async function writeDuplicates(connection: DuckDBConnection, rows: readonly Row[]): Promise<void> {
  await insertTexts(connection, '_sentinel_duplicates', rows, [
    (row) => row.requestId,
    (row) => row.table,
    (row) => row.contract,
    (row) => row.contractVersion,
    (row) => row.source,
    (row) => new Date(row.receivedAt).toISOString(),
  ]);
}

export async function writeRepairs(connection: DuckDBConnection, rows: readonly Row[]): Promise<void> {
  const now = new Date().toISOString();
  await insertTexts(connection, '_sentinel_repairs', rows, [
    (row) => row.requestId,
    (row) => row.table,
    (row) => row.contract,
    (row) => row.contractVersion,
    (row) => row.source,
    ({ repair }) => repair!.healer,
    ({ repair }) => repair!.ruleId ?? null,
    ({ repair }) => repair!.original,
    ({ repair }) => repair!.plan,
    ({ repair }) => repair!.result,
    ({ repair }) => (repair!.byHand === undefined ? null : JSON.stringify(repair!.byHand)),
    () => now,
  ]);
}

/** Appends rows given as text; DuckDB casts to the columns' types. */
async function insertTexts(
  connection: DuckDBConnection,
  table: string,
  rows: readonly Row[],
  columns: readonly ((row: Row) => string | null)[],
): Promise<void> {
  if (rows.length === 0) return;
  const names = columns.map((_, index) => `c${index}`);
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE "texts" (${names.map((name) => `${name} VARCHAR`).join(', ')})`,
  );
  const appender = await connection.createAppender('texts', 'main', 'temp');
  for (let from = 0; from < rows.length; from += chunkRows) {
    const part = rows.slice(from, from + chunkRows);
    const chunk = DuckDBDataChunk.create(
      columns.map(() => VARCHAR),
      part.length,
    );
    for (const [index, valueOf] of columns.entries()) chunk.setColumnValues(index, part.map(valueOf));
    appender.appendDataChunk(chunk);
  }
  appender.flushSync();
  appender.closeSync();
  await connection.run(`INSERT INTO ${table} SELECT * FROM temp."texts"`);
}

const chunkRows = 2048;
