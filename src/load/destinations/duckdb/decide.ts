import type { DuckDBConnection } from '@duckdb/node-api';
import { INTEGER } from './duckdb.ts';
import { endedBefore } from '../../destination-kit/judge.ts';
import { type Ends, findEnds } from './ends.ts';
import { KeyFilter } from './key-filter.ts';
import { mayHaveEnded } from './known-events.ts';
import type { Comparison } from '../../destination-kit/repeats.ts';
import type { EntryKind, Row } from '../../destination.ts';
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
  /** The same duplicate once more: nothing to do. */
  duplicateAgain: 3,
  refused: 4,
  /** The event ended otherwise, at this round or a later one. */
  already: 5,
} as const;

export type Verdict = (typeof verdicts)[keyof typeof verdicts];

export interface Decided {
  /** By `pos`. */
  verdicts: Verdict[];
  /** By `pos` of a duplicate: request id of the event that came first, `''` when nothing knows it. */
  firsts: (string | null)[];
  /** By `pos` of what ended otherwise: how. */
  endedAs: Map<number, EntryKind>;
  /** How each new duplicate stands to the event that has the row; see repeats.ts. */
  repeats: Map<Row, Comparison>;
}

/**
 * Decides what becomes of each staged row, in their order, as if they were loaded one by one. `ends`: what the batch has found and
 * decided so far; it grows.
 */
export async function decide(connection: DuckDBConnection, staged: Staged, ends: Ends): Promise<Decided> {
  const ids = staged.rows.map((row) => row.requestId.toLowerCase());
  const asked = ids.filter((id) => mayHaveEnded(staged.table.events, id));
  await findEnds(connection, asked, ends);
  const taken = await findTaken(connection, staged);
  const leaders = await findRepeated(connection, staged);

  const decided: Decided = { verdicts: [], firsts: [], endedAs: new Map(), repeats: new Map() };
  const seenKeys = new Map<number, string>();
  for (const [pos, id] of ids.entries()) {
    const row = staged.rows[pos]!;
    let first: string | null = null;
    const decideOne = (): Verdict => {
      if (staged.refused[pos] !== undefined) return verdicts.refused;
      const ended = endedBefore(row, ends);
      if (ended?.status === 'loaded') return verdicts.again;
      if (ended?.status === 'duplicate') return verdicts.duplicateAgain;
      if (ended?.status === 'already') {
        decided.endedAs.set(pos, ended.as);
        return verdicts.already;
      }
      const leader = leaders.get(pos);
      first = taken.get(pos) ?? (leader === undefined ? undefined : seenKeys.get(leader)) ?? null;
      if (first !== null) {
        ends.entries.set(id, { kind: 'duplicate', round: row.round ?? 0 });
        return verdicts.duplicate;
      }
      if (leader !== undefined) seenKeys.set(leader, id);
      ends.rows.add(id);
      return verdicts.write;
    };
    decided.verdicts.push(decideOne());
    decided.firsts.push(first);
  }
  return decided;
}

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
