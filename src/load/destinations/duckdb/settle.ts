import { type DuckDBConnection, INTEGER } from '@duckdb/node-api';
import { ofUuid } from './hash.ts';
import { KeyFilter } from './key-filter.ts';
import type { KnownTable } from './known-table.ts';
import { rowsOf } from './rows.ts';
import { identifier } from './sql.ts';
import { type Staged, fillTable } from './stage.ts';

export const verdicts = {
  /** New: into the table. */
  write: 0,
  /** Another event with this key is in the table: into `_sentinel_duplicates`. */
  duplicate: 1,
  /** The same event, delivered again: nothing to do, and it counts as loaded. */
  again: 2,
  /** The same duplicate within this batch: nothing to do. */
  duplicateAgain: 3,
  refused: 4,
} as const;

export type Verdict = (typeof verdicts)[keyof typeof verdicts];

export interface Settled {
  /** By `pos`. */
  verdicts: Verdict[];
  /** By `pos` of a duplicate: request id of the event that came first, `''` when nothing knows it. */
  firsts: (string | null)[];
}

/** Decides what becomes of each staged row, in their order, as if they were loaded one by one. */
export async function settle(connection: DuckDBConnection, staged: Staged): Promise<Settled> {
  const ids = staged.rows.map((row) => row.requestId.toLowerCase());
  const known = await findKnown(connection, staged, ids);
  const taken = await findTaken(connection, staged);
  const leaders = await findRepeated(connection, staged);

  const settled: Settled = { verdicts: [], firsts: [] };
  const seenIds = new Map<string, Verdict>();
  const seenKeys = new Map<number, string>();
  for (const [pos, id] of ids.entries()) {
    let first: string | null = null;
    const decide = (): Verdict => {
      if (staged.refused[pos] !== undefined) return verdicts.refused;
      if (known.has(pos)) return verdicts.again;
      const seen = seenIds.get(id);
      if (seen !== undefined) return seen === verdicts.duplicate ? verdicts.duplicateAgain : verdicts.again;
      const leader = leaders.get(pos);
      first = taken.get(pos) ?? (leader === undefined ? undefined : seenKeys.get(leader)) ?? null;
      if (first !== null) return verdicts.duplicate;
      if (leader !== undefined) seenKeys.set(leader, id);
      return verdicts.write;
    };
    const verdict = decide();
    if ((verdict === verdicts.write || verdict === verdicts.duplicate) && !seenIds.has(id))
      seenIds.set(id, verdict);
    settled.verdicts.push(verdict);
    settled.firsts.push(first);
  }
  return settled;
}

/** Rows whose request id is in the table. */
async function findKnown(
  connection: DuckDBConnection,
  { table, sql }: Staged,
  ids: readonly string[],
): Promise<Set<number>> {
  const sorted = ids.toSorted();
  const [from, to] = [sorted[0], sorted.at(-1)];
  if (from === undefined || to === undefined || !ids.some((id) => mayBeKnown(table, id))) return new Set();
  const found = await rowsOf(connection, sql.known(from, to));
  return new Set(found.map(([pos]) => Number(pos)));
}

const mayBeKnown = (table: KnownTable, id: string): boolean => {
  const hash = ofUuid(id);
  return hash === undefined || table.ids.mayHave(id, hash);
};

/** How far back to look for a key, in rows from the end: a source that sends twice mostly does so soon. */
export const lookBack = [500_000, 8_000_000, Infinity];

/** Rows whose key is in the table, with the request id that has it. */
async function findTaken(
  connection: DuckDBConnection,
  { table, sql, stage, hashes }: Staged,
): Promise<Map<number, string>> {
  const suspects: number[] = [];
  for (const [pos, hash] of hashes.entries()) {
    if (hash !== undefined && table.keys.has(...hash)) suspects.push(pos);
  }
  const taken = new Map<number, string>();
  if (suspects.length === 0) return taken;
  await fillTable(connection, stage.suspects, [{ name: 'pos', type: INTEGER, values: suspects }]);
  const [[rows = 0] = []] = await rowsOf(
    connection,
    `SELECT count(*) FROM main.${identifier(table.spec.name)}`,
  );
  for (const distance of lookBack) {
    const from = Math.max(0, Number(rows) - distance);
    for (const [pos, id] of await rowsOf(connection, sql.sameKey(from)))
      taken.set(Number(pos), String(id ?? ''));
    if (taken.size === suspects.length || from === 0) break;
  }
  return taken;
}

/** Rows whose key occurs more than once in the batch, with the number of the first that has it. */
async function findRepeated(
  connection: DuckDBConnection,
  { sql, hashes }: Staged,
): Promise<Map<number, number>> {
  const seen = new KeyFilter(hashes.length);
  const repeats = hashes.reduce(
    (count, hash) => count + (hash === undefined || seen.add(...hash) ? 0 : 1),
    0,
  );
  if (repeats === 0) return new Map();
  const found = await rowsOf(connection, sql.repeated);
  return new Map(found.map(([pos, leader]) => [Number(pos), Number(leader)]));
}
