import {
  type Content,
  type Comparison,
  type StoredRow,
  judgeRepeats,
} from '../../destination-kit/repeats.ts';
import { storedRowOf } from '../../destination-kit/stored-cells.ts';
import { endedBefore } from '../../destination-kit/judge.ts';
import type { AllCounts, Row, Table } from '../../destination.ts';
import { type Api, cell } from './api.ts';
import { daysAround } from './find.ts';
import type { Recorded } from './outcomes.ts';
import type { Staged } from './stage.ts';
import { literal } from './tables.ts';

export interface SettledRepeats {
  /** Rows of the batch that are duplicates in the end. */
  duplicates: ReadonlySet<Row>;
  /** For the transaction of the rows. */
  writes: string[];
  counts: AllCounts;
}

/**
 * Says how the duplicates among the staged rows stand to the events that have the rows, and lets the latest of them have it
 * where the table's repeats replace. `first`: by `_pos`, the request id that has the key. Changes the verdicts.
 */
export async function settleRepeats(
  api: Api,
  { table, verdicts, events }: Staged,
  first: ReadonlyMap<number, string>,
  recorded: Recorded,
): Promise<SettledRepeats> {
  const counts: AllCounts = { loaded: 0, repaired: 0, duplicate: 0, changed: 0 };
  if (first.size === 0) return { duplicates: new Set(), writes: [], counts };
  const positions = new Map(events.map((row, pos) => [row, pos]));
  const batch = new Map<string, Content>();
  // A redelivered event whose row is in the table already is not written with the batch: its row has to be deleted to be replaced.
  for (const [pos, row] of events.entries())
    if (!first.has(pos) && endedBefore(row, recorded) === undefined)
      batch.set(row.requestId.toLowerCase(), row);
  const sought = [...new Set(first.values())].filter((id) => id !== '' && !batch.has(id));
  const stored = await readStored(api, table, sought);
  const repeats = Array.from(first, ([pos, of]) => ({ row: events[pos]!, of }));
  const judged = judgeRepeats(table, repeats, (id) => batch.get(id) ?? stored.get(id));
  const duplicates = new Map(judged.repeats);
  const writes: string[] = [];
  for (const [of, { by, comparison }] of judged.replaced) {
    writes.push(`UPDATE ${api.table(verdicts)} SET verdict = 'write' WHERE pos = ${positions.get(by)!}`);
    const row = stored.get(of);
    if (row === undefined) duplicates.set(batch.get(of) as Row, comparison);
    else {
      counts.loaded--;
      counts.duplicate++;
      if (row.isRepaired) counts.repaired--;
      if (comparison.isChanged === true) counts.changed++;
      writes.push(
        ...replacedWrites(api, table, row, comparison, (recorded.entries.get(of)?.round ?? -1) + 1),
      );
    }
  }
  const settled = Array.from(duplicates, ([row, comparison]) => ({
    pos: positions.get(row)!,
    ...comparison,
  }));
  counts.changed += settled.filter(({ isChanged }) => isChanged).length;
  writes.push(...verdictWrites(api.table(verdicts), settled));
  return { duplicates: new Set(duplicates.keys()), writes, counts };
}

/** A statement of BigQuery has a megabyte at most. */
const longestStatement = 500_000;

function verdictWrites(verdicts: string, settled: readonly ({ pos: number } & Comparison)[]): string[] {
  const statements: string[] = [];
  let part: { pos: number; of: string; changed: string; event: string }[] = [];
  let length = 0;
  const flush = (): void => {
    if (part.length === 0) return;
    const cases = (of: 'of' | 'changed' | 'event') =>
      `CASE pos ${part.map((one) => `WHEN ${one.pos} THEN ${one[of]}`).join(' ')} END`;
    statements.push(
      `UPDATE ${verdicts} SET verdict = 'duplicate', first = ${cases('of')}, changed = ${cases('changed')}, event = ${cases('event')}
       WHERE pos IN (${part.map(({ pos }) => pos).join(', ')})`,
    );
    [part, length] = [[], 0];
  };
  for (const { pos, of, isChanged, event } of settled) {
    const said = event === undefined ? 'CAST(NULL AS STRING)' : literal(event);
    const changed = isChanged === undefined ? 'CAST(NULL AS BOOL)' : String(isChanged);
    if (length + said.length > longestStatement) flush();
    part.push({ pos, of: of === '' ? 'first' : literal(of), changed, event: said });
    length += said.length + 200;
  }
  flush();
  return statements;
}

function replacedWrites(
  api: Api,
  { name, contract }: Table,
  { requestId, source, version, receivedAt }: StoredRow,
  { of, isChanged, event }: Comparison,
  round: number,
): string[] {
  const texts = [requestId, contract, source, version, name, of].map(literal).join(', ');
  const at = `TIMESTAMP(${literal(new Date(receivedAt).toISOString())})`;
  return [
    `DELETE FROM ${api.table(name)} WHERE _request_id = ${literal(requestId)}`,
    `INSERT INTO ${api.table('_sentinel_duplicates')} (request_id, contract, source, contract_version, table_name,
       first_request_id, received_at, changed, replaced, event)
     VALUES (${texts}, ${at}, ${isChanged ?? 'NULL'}, TRUE, ${event === undefined ? 'NULL' : literal(event)})`,
    `INSERT INTO ${api.table('_sentinel_outcomes')} (request_id, round, outcome)
     VALUES (${literal(requestId)}, ${round}, 'duplicate')`,
  ];
}

/** Rows of a table, by request id. */
async function readStored(
  api: Api,
  { name, columns }: Table,
  ids: readonly string[],
): Promise<Map<string, StoredRow>> {
  if (ids.length === 0) return new Map();
  const cells = columns.map((column) => `TO_JSON_STRING(t.\`${column.name}\`)`);
  const rows = await api.run(
    `SELECT t._request_id, UNIX_MILLIS(t._received_at), TO_JSON_STRING(t._repaired), t._source, t._contract_version,
       TO_JSON_STRING(t._extra), ${cells.join(', ')}
     FROM ${api.table(name)} t WHERE t._request_id IN UNNEST(@ids) ${daysAround(ids)}`,
    { ids: [...ids] },
  );
  return new Map(rows.map((row) => [cell(row[0]), storedRowOf(columns, row)]));
}
