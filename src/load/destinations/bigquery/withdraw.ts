import type { KeptHeaders } from '../../../model/event.ts';
import { type Api, cell } from './api.ts';
import { headersField, headersIn } from '../../headers-column.ts';
import { withdrawnOf } from '../../destination-kit/stored-cells.ts';
import type { LetterEntry } from '../../destination.ts';
import type { WithdrawPage, Withdrawn, WithdrawnEvent } from '../../withdraw.ts';
import { type Warehouse, commit, lastBatch, preparedTables } from './warehouse.ts';
import { type TimedEntry, type Recorded, entryWrites, findRecorded } from './outcomes.ts';

/** See `Withdraw.byRule`. Throws a collision when it is to be done again. */
export async function withdrawByRule(
  warehouse: Warehouse,
  ruleId: string,
  page: WithdrawPage,
): Promise<Withdrawn> {
  const { limit, at } = page;
  const seen = await lastBatch(warehouse);
  const repairs = await readRepairs(warehouse, ruleId, page, 'current');
  const ids = repairs.map(({ requestId }) => requestId);
  const recorded = await findRecorded(warehouse.api, preparedTables(warehouse), ids);
  const gone = new Map<string, TimedEntry>();
  const events: WithdrawnEvent[] = [];
  for (const repair of repairs) {
    const id = repair.requestId;
    const row = recorded.rows.get(id);
    const entry = recorded.entries.get(id);
    if (row === undefined) continue;
    const round = (entry?.round ?? -1) + 1;
    gone.set(id, { round, kind: 'withdrawn', receivedAt: row.receivedAt });
    events.push({ ...repair, round, receivedAt: row.receivedAt, withdrawnAt: at });
  }
  if (gone.size > 0) await take(warehouse, seen, { recorded, entries: gone, at });
  return {
    events: await withHeaders(warehouse.api, events),
    after: repairs.length < limit ? undefined : ids.at(-1),
  };
}

/** See `Withdraw.again`. */
export async function withdrawnAgain(
  warehouse: Warehouse,
  ruleId: string,
  page: WithdrawPage,
): Promise<Withdrawn> {
  const repairs = await readRepairs(warehouse, ruleId, page, 'withdrawn');
  const ids = repairs.map(({ requestId }) => requestId);
  const { entries } = await findRecorded(warehouse.api, [], ids);
  const events = repairs.flatMap((repair): WithdrawnEvent[] => {
    const entry = entries.get(repair.requestId);
    if (entry?.kind !== 'withdrawn') return [];
    return [{ ...repair, round: entry.round, receivedAt: entry.receivedAt ?? 0 }];
  });
  return {
    events: await withHeaders(warehouse.api, events),
    after: repairs.length < page.limit ? undefined : ids.at(-1),
  };
}

/** See `Withdraw.byEvent`. Throws a collision when it is to be done again. */
export async function withdrawByEvent(
  warehouse: Warehouse,
  events: readonly LetterEntry[],
  at: number,
): Promise<number> {
  const seen = await lastBatch(warehouse);
  const ids = events.map(({ requestId }) => requestId.toLowerCase());
  const recorded = await findRecorded(warehouse.api, preparedTables(warehouse), ids);
  const entries = new Map<string, TimedEntry>();
  for (const [index, { round }] of events.entries()) {
    const id = ids[index]!;
    const known = entries.get(id) ?? recorded.entries.get(id);
    if (known === undefined || known.round < round) entries.set(id, { round, kind: 'withdrawn' });
  }
  return entries.size === 0 ? 0 : take(warehouse, seen, { recorded, entries, at });
}

/** Rows out of their tables, repairs marked, entries written, counters down, in one transaction. */
async function take(
  warehouse: Warehouse,
  seen: string,
  { recorded, entries, at }: { recorded: Recorded; entries: ReadonlyMap<string, TimedEntry>; at: number },
): Promise<number> {
  const { api } = warehouse;
  const ids = [...entries.keys()].filter((id) => recorded.rows.has(id));
  const tables = new Set(ids.map((id) => recorded.rows.get(id)!.table));
  const repairs = api.table('_sentinel_repairs');
  const repaired = await api.run(
    `SELECT COUNT(DISTINCT r.request_id) FROM ${repairs} r WHERE r.request_id IN UNNEST(@ids) AND r.rolled_back_at IS NULL`,
    { ids },
  );
  await commit(
    warehouse,
    seen,
    { loaded: -ids.length, repaired: -Number(repaired[0]?.[0] ?? 0), duplicate: 0, changed: 0 },
    [
      ...entryWrites(api, entries),
      ...(await headerWrites(api, tables)),
      ...Array.from(tables, (table) => `DELETE FROM ${api.table(table)} WHERE _request_id IN UNNEST(@ids)`),
      `UPDATE ${repairs} SET rolled_back_at = TIMESTAMP(@at) WHERE rolled_back_at IS NULL AND request_id IN UNNEST(@ids)`,
    ],
    { ids, at: new Date(at).toISOString() },
  );
  return ids.length;
}

/** Into the entries, from the rows of `@ids` that are about to go. By the server, as a statement could not hold them all. */
async function headerWrites(api: Api, tables: Iterable<string>): Promise<string[]> {
  const writes: string[] = [];
  for (const table of tables) {
    // A table of a contract that is gone may be older than the column.
    if ((await api.fieldsOf(table))?.some(({ name }) => name === headersField) !== true) continue;
    writes.push(
      `UPDATE ${api.table('_sentinel_outcomes')} o SET headers = TO_JSON_STRING(t.${headersField}) FROM ${api.table(table)} t
       WHERE t._request_id IN UNNEST(@ids) AND t._request_id = o.request_id AND o.outcome = 'withdrawn'`,
    );
  }
  return writes;
}

async function withHeaders(api: Api, events: readonly WithdrawnEvent[]): Promise<WithdrawnEvent[]> {
  if (events.length === 0) return [];
  const rows = await api.run(
    `SELECT o.request_id, o.headers FROM ${api.table('_sentinel_outcomes')} o
     WHERE o.request_id IN UNNEST(@ids) AND o.outcome = 'withdrawn' AND o.headers IS NOT NULL`,
    { ids: events.map(({ requestId }) => requestId) },
  );
  const kept = new Map<string, KeptHeaders | undefined>(
    rows.map(([id, text]) => [cell(id), headersIn(text)]),
  );
  return events.map((event) => ({ ...event, headers: kept.get(event.requestId) }));
}

/** One for each event, whose round and reception are to be added: the one that stands, or the last that was marked at `at` or later. */
async function readRepairs(
  { api }: Warehouse,
  ruleId: string,
  { limit, at, after = '' }: WithdrawPage,
  which: 'current' | 'withdrawn',
): Promise<WithdrawnEvent[]> {
  const state =
    which === 'current'
      ? 'rolled_back_at IS NULL AND original IS NOT NULL'
      : 'rolled_back_at >= TIMESTAMP(@at)';
  const rows = await api.run(
    `SELECT request_id, UNIX_MILLIS(rolled_back_at), contract, contract_version, source, healer,
       rule_id, original, plan, TO_JSON_STRING(by_hand)
     FROM ${api.table('_sentinel_repairs')}
     WHERE rule_id = @rule AND request_id > @after AND ${state}
     QUALIFY ROW_NUMBER() OVER (PARTITION BY request_id ORDER BY rolled_back_at DESC) = 1
     ORDER BY request_id LIMIT ${limit}`,
    { rule: ruleId, after, ...(which === 'withdrawn' ? { at: new Date(at).toISOString() } : undefined) },
  );
  return rows.map(([id, withdrawnAt, ...rest]) => withdrawnOf([id, '0', '0', withdrawnAt, null, ...rest]));
}
