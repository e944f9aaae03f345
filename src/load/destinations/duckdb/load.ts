import type { DuckDBConnection } from '@duckdb/node-api';
import type { Position } from '../../../engine/engine.ts';
import type { Row, RowOutcome } from '../../destination.ts';
import { writeDuplicates, writePositions, writeRepairs } from './bookkeeping.ts';
import type { KeySet } from './key-set.ts';
import { quoteName } from './sql.ts';
import type { Staging } from './staging.ts';

/** A table with its staging area and the keys that it may hold. */
export interface LoadTarget {
  staging: Staging;
  keys: KeySet;
}

/** What one batch did, to be remembered once it is committed. */
interface Loaded {
  outcomes: RowOutcome[];
  /** Hashes of the keys that are new in their table. */
  newKeys: { keys: KeySet; hashes: bigint[] }[];
}

/**
 * Loads a batch in one transaction. The first try casts strictly and costs nothing extra; when some value does not fit
 * its column, DuckDB aborts the transaction, and the second try looks for such rows first and leaves them out.
 */
export async function loadBatch(
  connection: DuckDBConnection,
  targets: ReadonlyMap<string, LoadTarget>,
  rows: readonly Row[],
  positions: readonly Position[],
  beforeCommit: ((outcomes: readonly RowOutcome[]) => Promise<void>) | undefined,
): Promise<RowOutcome[]> {
  const inTransaction = async (rejectFirst: boolean): Promise<Loaded> => {
    await connection.run('BEGIN TRANSACTION');
    try {
      const loaded = await loadRows(connection, targets, rows, rejectFirst);
      const count = (status: RowOutcome['status']) =>
        loaded.written.filter((outcome) => outcome?.status === status).length;
      await writePositions(connection, positions, {
        loaded: count('loaded'),
        repaired: rows.filter(
          (row, index) => row.repair !== undefined && loaded.written[index]?.status === 'loaded',
        ).length,
        duplicate: count('duplicate'),
      });
      await beforeCommit?.(loaded.outcomes);
      await connection.run('COMMIT');
      return loaded;
    } catch (error) {
      // Fails when DuckDB has ended the transaction by itself; the first error is the one that tells.
      await connection.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  };

  const loaded = await inTransaction(false).catch((error: unknown) => {
    if (!isCastError(error)) throw error;
    return inTransaction(true);
  });
  for (const { keys, hashes } of loaded.newKeys) for (const hash of hashes) keys.add(hash);
  return loaded.outcomes;
}

async function loadRows(
  connection: DuckDBConnection,
  targets: ReadonlyMap<string, LoadTarget>,
  rows: readonly Row[],
  rejectFirst: boolean,
): Promise<Loaded & { written: (RowOutcome | undefined)[] }> {
  const outcomes: RowOutcome[] = rows.map(() => ({ status: 'loaded' }));
  /** What was written now; undefined for an event that had been settled before and is delivered again. */
  const written: (RowOutcome | undefined)[] = [...outcomes];
  const newKeys: Loaded['newKeys'] = [];

  for (const [name, indexes] of byTable(rows)) {
    const target = targets.get(name);
    if (target === undefined) throw new Error(`table "${name}" was not prepared`);
    const { staging, keys } = target;
    await staging.fill(indexes.map((index) => rows[index]!));

    const skip = new Set<number>();
    if (rejectFirst)
      for (const { row, column } of await badRows(connection, staging)) {
        skip.add(row);
        written[indexes[row]!] = outcomes[indexes[row]!] = {
          status: 'rejected',
          reason: `the value of "${column}" does not fit its column`,
          column,
        };
      }

    const hashes = await keyHashes(connection, staging);
    const maybeSeen = suspects(hashes, keys, skip);
    for (const [row, seen] of await resolve(connection, staging, maybeSeen, indexes, rows)) {
      skip.add(row);
      const index = indexes[row]!;
      if (seen === 'duplicate') outcomes[index] = { status: 'duplicate' };
      written[index] = seen === 'duplicate' ? outcomes[index] : undefined;
    }
    if (skip.size < indexes.length) await connection.run(staging.insertSql([...skip]));
    newKeys.push({ keys, hashes: hashes.filter((_, row) => !skip.has(row)) });
  }

  const known = await alreadyRecorded(connection, rows, outcomes);
  for (const index of known) written[index] = undefined;
  await writeDuplicates(
    connection,
    rows.filter((_, index) => written[index]?.status === 'duplicate'),
  );
  await writeRepairs(
    connection,
    rows.filter((row, index) => row.repair !== undefined && written[index]?.status === 'loaded'),
  );
  return { outcomes, written, newKeys };
}

function byTable(rows: readonly Row[]): Map<string, number[]> {
  const tables = new Map<string, number[]>();
  for (const [index, { table }] of rows.entries()) {
    const indexes = tables.get(table);
    if (indexes === undefined) tables.set(table, [index]);
    else indexes.push(index);
  }
  return tables;
}

async function badRows(
  connection: DuckDBConnection,
  staging: Staging,
): Promise<{ row: number; column: string }[]> {
  const reader = await connection.runAndReadAll(staging.badRowsSql);
  const columns = [...staging.table.columns.map(({ name }) => name)];
  return reader
    .getRows()
    .map(([row, column]) => ({ row: Number(row), column: columns[Number(column)] ?? 'its metadata' }));
}

async function keyHashes(connection: DuckDBConnection, staging: Staging): Promise<bigint[]> {
  const reader = await connection.runAndReadAll(
    `SELECT hash(${staging.stagedKey}) FROM ${staging.name} s ORDER BY _i`,
  );
  return reader.getColumns()[0] as bigint[];
}

/** Rows whose key may be in the table, or stands earlier in the batch. */
function suspects(hashes: readonly bigint[], keys: KeySet, skip: ReadonlySet<number>): number[] {
  const inBatch = new Set<bigint>();
  const found = new Set<bigint>();
  for (const hash of hashes) {
    if (keys.has(hash) || inBatch.has(hash)) found.add(hash);
    inBatch.add(hash);
  }
  if (found.size === 0) return [];
  return [...hashes.keys()].filter((row) => found.has(hashes[row]!) && !skip.has(row));
}

/** Of the suspects, those not to be written: duplicates, and events that are in the table already. */
async function resolve(
  connection: DuckDBConnection,
  staging: Staging,
  suspects: readonly number[],
  indexes: readonly number[],
  rows: readonly Row[],
): Promise<Map<number, 'duplicate' | 'same event'>> {
  const resolved = new Map<number, 'duplicate' | 'same event'>();
  if (suspects.length === 0) return resolved;
  const list = suspects.join(', ');
  const table = quoteName(staging.table.name);
  const reader = await connection.runAndReadAll(
    `WITH s AS (SELECT s._i, ${staging.stagedKey} AS key FROM ${staging.name} s WHERE _i IN (${list}))
     SELECT s._i, s.key, CAST(t.id AS VARCHAR) FROM s
     LEFT JOIN (SELECT ${staging.tableKey} AS key, t._request_id AS id FROM ${table} t) t ON t.key = s.key
     ORDER BY s._i`,
  );
  const owners = new Map<string, string>();
  for (const [row, key, owner] of reader.getRows()) {
    const requestId = rows[indexes[Number(row)]!]!.requestId;
    const first = owner === null ? owners.get(String(key)) : String(owner);
    if (first === undefined) owners.set(String(key), requestId);
    else resolved.set(Number(row), first === requestId ? 'same event' : 'duplicate');
  }
  return resolved;
}

/** Duplicates that were recorded when they were delivered before. */
async function alreadyRecorded(
  connection: DuckDBConnection,
  rows: readonly Row[],
  outcomes: readonly RowOutcome[],
): Promise<number[]> {
  const duplicates = [...outcomes.keys()].filter((index) => outcomes[index]!.status === 'duplicate');
  if (duplicates.length === 0) return [];
  const ids = duplicates.map((index) => `'${rows[index]!.requestId}'::UUID`).join(', ');
  const reader = await connection.runAndReadAll(
    `SELECT CAST(request_id AS VARCHAR) FROM _sentinel_duplicates WHERE request_id IN (${ids})`,
  );
  const known = new Set(reader.getRows().map(([id]) => String(id)));
  return duplicates.filter((index) => known.has(rows[index]!.requestId));
}

function isCastError(error: unknown): boolean {
  return error instanceof Error && /^(Conversion|Out of Range|Invalid Input) Error/.test(error.message);
}
