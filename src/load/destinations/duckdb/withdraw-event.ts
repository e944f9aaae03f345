import type { DuckDBConnection } from '@duckdb/node-api';
import type { LetterEntry } from '../../destination.ts';
import { findEnds } from './ends.ts';
import { type KnownEvents, rememberEnd } from './known-events.ts';
import { integersOf } from './rows.ts';
import { identifier, instant, literal } from './sql.ts';
import { eventTables } from './tables.ts';

/** See `Withdraw.byEvent`. */
export async function withdrawByEvent(
  connection: DuckDBConnection,
  known: KnownEvents,
  events: readonly LetterEntry[],
  at: number,
): Promise<number> {
  const { entries: standing, rows: loadedIds } = await findEnds(
    connection,
    events.map(({ requestId }) => requestId),
  );
  const rounds = new Map<string, number>();
  for (const { requestId, round } of events) {
    const id = requestId.toLowerCase();
    if (round > (standing.get(id)?.round ?? -1)) rounds.set(id, Math.max(round, rounds.get(id) ?? round));
  }
  if (rounds.size === 0) return 0;
  const rows = [...rounds.keys()].filter((id) => loadedIds.has(id));
  const listed = `(${rows.map((id) => `${literal(id)}::UUID`).join(', ')})`;
  for (const id of rounds.keys()) rememberEnd(known, id);
  await connection.run('BEGIN TRANSACTION');
  const total = { loaded: 0, repaired: 0 };
  for (const table of rows.length === 0 ? [] : await eventTables(connection)) {
    const mine = `main.${identifier(table)} WHERE _request_id IN ${listed}`;
    const [[loaded = 0, repaired = 0] = []] = await integersOf(
      connection,
      `SELECT count(*), count(*) FILTER (_repaired) FROM ${mine}`,
    );
    if (loaded === 0) continue;
    await connection.run(`DELETE FROM ${mine}`);
    total.loaded += loaded;
    total.repaired += repaired;
  }
  if (total.repaired > 0)
    await connection.run(
      `UPDATE _sentinel_repair_log SET rolled_back_at = ${instant(at)}
       WHERE rolled_back_at IS NULL AND request_id IN ${listed}`,
    );
  const entries = [...rounds].map(
    ([id, round]) => `(${literal(id)}::UUID, ${Math.trunc(round)}, 'withdrawn')`,
  );
  await connection.run(
    `INSERT INTO _sentinel_outcomes (request_id, round, outcome) VALUES ${entries.join(', ')};
     UPDATE _sentinel_counters SET loaded = loaded - ${total.loaded}, repaired = repaired - ${total.repaired};
     COMMIT`,
  );
  return total.loaded;
}
