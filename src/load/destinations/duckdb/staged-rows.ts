import type { DuckDBConnection } from '@duckdb/node-api';
import type { Row, Settled } from '../../destination.ts';
import { type Decided, decide, verdicts } from './decide.ts';
import { noEnds } from './ends.ts';
import { type KnownEvents, rememberEnd } from './known-events.ts';
import type { KnownTable } from './known-table.ts';
import { type ReplacedRow, settleRepeats } from './replace.ts';
import { type Staged, lineOf, stage } from './stage.ts';

export interface Group {
  staged: Staged;
  decided: Decided;
  /** Rows of the table that others take the place of. */
  replaced: ReplacedRow[];
}

export type Outcome = Settled['rows'][number];
export type ByTable = ReadonlyMap<KnownTable, readonly number[]>;

/** Decides the outcome of the rows that have none yet; writes nothing yet. */
export async function stageRows(
  connection: DuckDBConnection,
  byTable: ByTable,
  rows: readonly Row[],
  outcomes: (Outcome | undefined)[],
): Promise<Group[]> {
  const groups: Group[] = [];
  const ends = noEnds();
  for (const [table, numbers] of byTable) {
    const undecided = numbers.filter((number) => outcomes[number] === undefined);
    const { accepted, lines } = linesOf(table, rows, undecided, outcomes);
    if (accepted.length === 0) continue;
    const acceptedRows = accepted.map((number) => rows[number]!);
    const staged = await stage(connection, table, acceptedRows, lines, groups.length);
    const decided = await decide(connection, staged, ends);
    const replaced = await settleRepeats(connection, staged, decided, ends);
    for (const [pos, number] of accepted.entries()) outcomes[number] = outcomeOf(staged, decided, pos);
    groups.push({ staged, decided, replaced });
  }
  return groups;
}

function linesOf(
  table: KnownTable,
  rows: readonly Row[],
  numbers: readonly number[],
  outcomes: (Outcome | undefined)[],
): { accepted: number[]; lines: string[] } {
  const accepted: number[] = [];
  const lines: string[] = [];
  for (const number of numbers) {
    const line = lineOf(table, rows[number]!);
    if (!line.ok) {
      outcomes[number] = { status: 'rejected', ...line.error };
      continue;
    }
    accepted.push(number);
    lines.push(line.value);
  }
  return { accepted, lines };
}

function outcomeOf({ refused }: Staged, { verdicts: all, endedAs }: Decided, pos: number): Outcome {
  const refusal = refused[pos];
  if (refusal !== undefined) return { status: 'rejected', ...refusal };
  const as = endedAs.get(pos);
  if (as !== undefined) return { status: 'already', as };
  const verdict = all[pos];
  return verdict === verdicts.duplicate || verdict === verdicts.duplicateAgain
    ? { status: 'duplicate' }
    : { status: 'loaded' };
}

/** A row of this very batch may be one that a later one of it has replaced. */
export function noteReplaced(
  groups: readonly Group[],
  rows: readonly Row[],
  outcomes: (Outcome | undefined)[],
): void {
  const gone = new Set(groups.flatMap(({ replaced }) => replaced.map(({ row }) => row.requestId)));
  if (gone.size === 0) return;
  for (const [at, row] of rows.entries())
    if (gone.has(row.requestId.toLowerCase()) && outcomes[at]?.status === 'loaded')
      outcomes[at] = { status: 'duplicate' };
}

export function remember(groups: readonly Group[], events: KnownEvents): void {
  for (const { staged, decided } of groups) {
    const { table, hashes, rows } = staged;
    for (const [pos, verdict] of decided.verdicts.entries()) {
      if (verdict !== verdicts.write && verdict !== verdicts.duplicate) continue;
      rememberEnd(events, rows[pos]!.requestId.toLowerCase());
      const hash = hashes[pos];
      if (hash === undefined || verdict === verdicts.duplicate) continue;
      table.keys.add(...hash);
      events.recentWrites.add(hash);
    }
  }
}
