import type { DuckDBConnection } from '@duckdb/node-api';
import type { Row } from '../../destination.ts';
import { keyLiterals } from './key-hash.ts';
import type { Repeat } from '../../destination-kit/repeats.ts';
import { judgeStored } from './stored-rows.ts';
import type { KnownTable } from './known-table.ts';
import { rowsOf } from './rows.ts';
import { lookBack } from './decide.ts';
import { identifier, literal } from './sql.ts';
import { keyOf } from './table-sql.ts';

/** Above this, staging the rows is cheaper than writing them into a statement. */
const mostRepeats = 500;

/**
 * Looks for events in the table that have the key of one of these new ones, and records those that repeat one as
 * duplicates, within the transaction that is open. Two statements instead of the ten that staging takes: with 1 %
 * duplicates nearly every small batch has one. Rows go by their numbers in the list, and so do those that were recorded. What it
 * does not find is left to be staged.
 */
export async function recordRepeats(
  connection: DuckDBConnection,
  table: KnownTable,
  rows: readonly Row[],
): Promise<Recorded> {
  // Which of them is the latest is decided where they are staged.
  if (rows.length === 0 || rows.length > mostRepeats || table.spec.onRepeat === 'replace') return none;
  const firsts = await findFirsts(connection, table, rows);
  const duplicates = [...firsts.keys()];
  if (duplicates.length === 0) return none;
  const { repeats } = await judgeStored(connection, table.spec, duplicatesOf(rows, firsts));

  const values = Array.from(firsts, ([pos, first]) => {
    const { requestId, contract, source, contractVersion, receivedAt, round = 0 } = rows[pos]!;
    const texts = [contract, source, contractVersion, table.spec.name].map(literal).join(', ');
    const at = `make_timestamptz(${Math.trunc(receivedAt)} * 1000)`;
    const { isChanged, event } = repeats.get(rows[pos]!) ?? { isChanged: undefined, event: undefined };
    const said = `${isChanged ?? 'NULL'}, ${event === undefined ? 'NULL' : literal(event)}`;
    return `(${uuid(requestId)}, ${texts}, ${first === null ? 'NULL' : uuid(first)}, ${at}, ${round}, ${said})`;
  });
  await connection.run(
    `INSERT INTO _sentinel_duplicates (request_id, contract, source, contract_version, table_name, first_request_id,
       received_at, round, changed, event) VALUES ${values.join(', ')}`,
  );
  return { recorded: duplicates, changed: [...repeats.values()].filter(({ isChanged }) => isChanged).length };
}

const none: Recorded = { recorded: [], changed: 0 };

interface Recorded {
  recorded: number[];
  /** How many of them say something else than the event that they repeat. */
  changed: number;
}

const duplicatesOf = (rows: readonly Row[], firsts: ReadonlyMap<number, string | null>): Repeat[] =>
  Array.from(firsts, ([pos, of]) => ({ row: rows[pos]!, of: of ?? '' }));

const uuid = (text: string): string => `${literal(text)}::UUID`;

/** By the number of a row whose key is in the table: the request id that has it, null when nothing knows it. */
async function findFirsts(
  connection: DuckDBConnection,
  { spec, rowCount }: KnownTable,
  rows: readonly Row[],
): Promise<Map<number, string | null>> {
  const sought = rows.flatMap(({ values }, pos) => {
    const key = keyLiterals(spec, values);
    // A NUL ends the text of a statement.
    return key.some((part) => part.includes('\0')) ? [] : [`(${[pos, ...key].join(', ')})`];
  });
  const firsts = new Map<number, string | null>();
  if (sought.length === 0) return firsts;
  const key = keyOf(spec, (column) => `t.${identifier(column.name)}`);
  const names = key.map((_, i) => `k${i}`);
  for (const distance of lookBack) {
    const from = Math.max(0, rowCount - distance);
    const found = await rowsOf(
      connection,
      `SELECT s.pos, t._request_id::VARCHAR FROM (VALUES ${sought.join(', ')}) s(pos, ${names.join(', ')})
       JOIN (SELECT * FROM main.${identifier(spec.name)} WHERE rowid >= ${from}) t
       ON ${key.map((part, i) => `s.k${i} = ${part}`).join(' AND ')}`,
    );
    for (const [pos, first] of found) firsts.set(Number(pos), first === null ? null : String(first));
    if (firsts.size === sought.length || from === 0) break;
  }
  return firsts;
}
