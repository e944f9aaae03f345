// Where each event is, by its request id: jiti test/chaos/check.ts LEDGER URL [POSTGRES_URL]. Prints JSON.
import { readFileSync } from 'node:fs';
import pg from 'pg';
import type { DeadLetter } from '../../src/model/dead-letter.ts';
import { get, query } from '../helpers/sentinel.ts';
import type { Balance } from './balance.ts';

const [ledger = '', url = '', postgresUrl] = process.argv.slice(2);
const pageSize = 5000;

interface Reader {
  read(sql: string): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

async function openReader(): Promise<Reader> {
  if (postgresUrl === undefined)
    return { read: (sql) => query(url, sql, pageSize), close: async () => undefined };
  const client = new pg.Client(postgresUrl);
  await client.connect();
  return { read: async (sql) => (await client.query(sql)).rows, close: () => client.end() };
}

/** All rows of a query that is ordered by its first column, `id`. */
async function all(reader: Reader, columns: string, from: string, idColumn: string) {
  const rows: Record<string, unknown>[] = [];
  let after = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const page = await reader.read(
      `SELECT ${idColumn}::text AS id, ${columns} FROM ${from} WHERE ${idColumn} > '${after}' ORDER BY ${idColumn} LIMIT ${pageSize}`,
    );
    rows.push(...page);
    if (page.length < pageSize) return rows;
    after = String(page.at(-1)!['id']);
  }
}

async function readLetters(): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  for (const status of ['open', 'replaying', 'replayed', 'discarded']) {
    let cursor: string | undefined;
    do {
      const search = new URLSearchParams({ status, limit: '1000', ...(cursor && { cursor }) });
      const page = await get<{ items: DeadLetter[]; next?: string }>(`${url}/api/v1/dead-letters?${search}`);
      letters.push(...page.items);
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
  }
  return letters;
}

const reader = await openReader();
const rows = await all(reader, 'event_id::text AS event_id', 'transaction', '_request_id');
const entries = await all(reader, 'outcome, round', '_sentinel_outcomes', 'request_id');
// DuckDB keeps these entries with the duplicates themselves.
if (postgresUrl === undefined)
  entries.push(
    ...(await all(
      reader,
      `'duplicate' AS outcome, coalesce(round, 0) AS round`,
      '_sentinel_duplicates',
      'request_id',
    )),
  );
await reader.close();
const letters = await readLetters();

const ends = new Map<string, string[]>();
const end = (id: string, as: string) => void ends.set(id, [...(ends.get(id) ?? []), as]);
for (const { id } of rows) end(String(id), 'row');
const newest = new Map<string, { round: number; outcome: unknown }>();
for (const { id, outcome, round } of entries)
  if (Number(round) >= (newest.get(String(id))?.round ?? 0))
    newest.set(String(id), { round: Number(round), outcome });
for (const [id, { outcome }] of newest) if (outcome === 'duplicate') end(id, 'duplicate');
for (const { request_id: id, status } of letters) if (status !== 'replayed') end(id, `${status} letter`);
const accepted = new Set(readFileSync(ledger, 'utf8').split('\n').filter(Boolean));
const perEvent = new Map<string, number>();
for (const { event_id: id } of rows) perEvent.set(String(id), (perEvent.get(String(id)) ?? 0) + 1);
const count = (as: string) => [...ends.values()].filter((all) => all.includes(as)).length;
const balance: Balance = {
  accepted: accepted.size,
  rows: count('row'),
  duplicates: count('duplicate'),
  open: count('open letter'),
  replaying: count('replaying letter'),
  discarded: count('discarded letter'),
  lost: [...accepted].filter((id) => !ends.has(id)),
  twice: [
    ...[...ends].filter(([, all]) => all.length > 1).map(([id, all]) => `${id}: ${all.join(' and ')}`),
    ...[...perEvent].filter(([, n]) => n > 1).map(([id, n]) => `event ${id}: ${n} rows`),
  ],
};
process.stdout.write(JSON.stringify(balance));
