import type { DuckDBConnection } from '@duckdb/node-api';
import type { Comparison, StoredRow } from '../../destination-kit/repeats.ts';
import type { AllCounts, Table } from '../../destination.ts';
import { type Decided, verdicts } from './decide.ts';
import { type Ends, findEnds } from './ends.ts';
import { type KnownEvents, rememberEnd } from './known-events.ts';
import { identifier, literal } from './sql.ts';
import type { Staged } from './stage.ts';
import { among, judgeStored } from './stored-rows.ts';

/** A row of the table whose place another event takes. */
export interface ReplacedRow {
  row: StoredRow;
  comparison: Comparison;
}

/**
 * Says how the duplicates among the staged rows stand to the events that have the rows, and lets the latest of them have it
 * where the table's repeats replace. Changes what was decided; returns the rows of the table that are to go. `ends` as in `decide`.
 */
export async function settleRepeats(
  connection: DuckDBConnection,
  { table, rows }: Staged,
  decided: Decided,
  ends: Ends,
): Promise<ReplacedRow[]> {
  const repeats = rows.flatMap((row, pos) =>
    decided.verdicts[pos] === verdicts.duplicate ? [{ row, of: decided.firsts[pos] ?? '' }] : [],
  );
  if (repeats.length === 0) return [];
  const written = rows.filter((_, pos) => decided.verdicts[pos] === verdicts.write);
  const batch = new Map(written.map((row) => [row.requestId.toLowerCase(), row]));
  const judged = await judgeStored(connection, table.spec, repeats, batch);
  decided.repeats = judged.repeats;
  const gone: ReplacedRow[] = [];
  for (const [of, { by, comparison }] of judged.replaced) {
    decided.verdicts[rows.indexOf(by)] = verdicts.write;
    ends.rows.add(by.requestId.toLowerCase());
    const holder = batch.get(of.toLowerCase());
    const stored = judged.stored.get(of.toLowerCase());
    if (holder !== undefined) {
      decided.verdicts[rows.indexOf(holder)] = verdicts.duplicate;
      decided.repeats.set(holder, comparison);
      ends.rows.delete(of.toLowerCase());
      ends.entries.set(of.toLowerCase(), { kind: 'duplicate', round: holder.round ?? 0 });
    } else if (stored !== undefined) gone.push({ row: stored, comparison });
  }
  for (const [pos, row] of rows.entries())
    decided.firsts[pos] = decided.repeats.get(row)?.of ?? decided.firsts[pos]!;
  return gone;
}

/**
 * Takes rows out of the table whose place others take, within the transaction that is open. Their events are duplicates from
 * now on, of the round in which they were loaded. Returns what that does to the counters.
 */
export async function takeReplaced(
  connection: DuckDBConnection,
  { name, contract }: Table,
  events: KnownEvents,
  replaced: readonly ReplacedRow[],
): Promise<AllCounts> {
  const counts: AllCounts = { loaded: 0, repaired: 0, duplicate: 0, changed: 0 };
  if (replaced.length === 0) return counts;
  const ids = replaced.map(({ row }) => row.requestId);
  const { entries } = await findEnds(connection, ids);
  const lines = replaced.map(({ row, comparison }) => {
    const { requestId, source, version, receivedAt, isRepaired } = row;
    counts.loaded--;
    counts.duplicate++;
    if (isRepaired) counts.repaired--;
    if (comparison.isChanged === true) counts.changed++;
    rememberEnd(events, requestId);
    const round = (entries.get(requestId.toLowerCase())?.round ?? -1) + 1;
    const texts = [contract, source, version, name].map(literal).join(', ');
    const event = comparison.event === undefined ? 'NULL' : literal(comparison.event);
    return `(${literal(requestId)}::UUID, ${texts}, ${literal(comparison.of)}::UUID, make_timestamptz(${receivedAt * 1000}),
      ${round}, ${comparison.isChanged ?? 'NULL'}, true, ${event})`;
  });
  await connection.run(
    `INSERT INTO _sentinel_duplicates (request_id, contract, source, contract_version, table_name, first_request_id,
       received_at, round, changed, replaced, event) VALUES ${lines.join(', ')}`,
  );
  await connection.run(`DELETE FROM main.${identifier(name)} WHERE ${among('_request_id', ids)}`);
  return counts;
}
