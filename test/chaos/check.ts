// Where each event is, by its request id: jiti test/chaos/check.ts LEDGER URL [POSTGRES_URL]. Prints JSON.
import { readFileSync } from 'node:fs';
import type { DeadLetter } from '../../src/model/dead-letter.ts';
import { get } from '../helpers/sentinel.ts';
import type { Balance, Ledger } from './balance.ts';
import { all, openReader, tablesOf } from './rows.ts';

const [ledger = '', url = '', postgresUrl] = process.argv.slice(2);

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

const reader = await openReader(url, postgresUrl);
const ends = new Map<string, string[]>();
const end = (id: string, as: string) => void ends.set(id, [...(ends.get(id) ?? []), as]);
const perEvent = new Map<string, number>();
const amounts = new Map<string, number>();
for (const table of await tablesOf(reader)) {
  const isTransaction = table === 'transaction';
  const columns = isTransaction ? 'event_id::text AS event_id, amount::text AS amount' : '1 AS one';
  for (const { id, event_id: event, amount } of await all(reader, columns, `"${table}"`, '_request_id')) {
    end(String(id), 'row');
    if (!isTransaction) continue;
    perEvent.set(String(event), (perEvent.get(String(event)) ?? 0) + 1);
    amounts.set(String(id), Number(amount));
  }
}
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
const newest = new Map<string, { round: number; outcome: unknown }>();
for (const { id, outcome, round } of entries)
  if (Number(round) >= (newest.get(String(id))?.round ?? 0))
    newest.set(String(id), { round: Number(round), outcome });
for (const [id, { outcome }] of newest) if (outcome === 'duplicate') end(id, 'duplicate');

const unexplained: string[] = [];
const told = new Map<string, string>();
for (const {
  request_id: id,
  status,
  violations,
  contract,
  code,
  replays,
  attempts,
  created_at,
  updated_at,
} of await readLetters()) {
  told.set(
    id,
    `${told.get(id) ?? ''} letter ${status}, ${code}, ${replays} replays, ${created_at} to ${updated_at}, tried at ${attempts.map(({ at }) => at).join(' ')};`,
  );
  if (status !== 'replayed') end(id, `${status} letter`);
  const isClear = violations.length > 0 && violations.every(({ message }) => message.length > 15);
  if (!isClear) unexplained.push(`${id} (${contract}): ${JSON.stringify(violations).slice(0, 200)}`);
}

const accepted = new Map(
  readFileSync(ledger, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Ledger)
    .map((entry) => [entry.id, entry]),
);
const wrong: string[] = [];
for (const { id, kind, amount, ends: allowed } of accepted.values()) {
  const loaded = amounts.get(id);
  if (amount !== undefined && loaded !== undefined && loaded !== amount)
    wrong.push(`${id} (${kind}): ${amount} was sent, ${loaded} is in the row`);
  const isRow = ends.get(id)?.includes('row') === true;
  if (isRow && allowed?.includes('loaded') === false) wrong.push(`${id} (${kind}) became a row`);
}
const entriesOf = new Map<string, typeof entries>();
for (const entry of entries)
  entriesOf.set(String(entry['id']), [...(entriesOf.get(String(entry['id'])) ?? []), entry]);
const detailOf = (id: string): string => {
  const mine = entriesOf.get(id) ?? [];
  const { kind = 'unheard' } = accepted.get(id) ?? {};
  return `${kind};${told.get(id) ?? ''} entries ${JSON.stringify(mine.map(({ outcome, round }) => [outcome, round]))}`;
};
/** Of the first ones: a letter that is there, and that no listing has, is as good as lost to people; it is another fault. */
const mostLookedUp = 100;
const unlisted = async (id: string): Promise<string> => {
  const response = await fetch(`${url}/api/v1/dead-letters/${id}`);
  if (!response.ok) return '';
  const { status, updated_at } = (await response.json()) as DeadLetter;
  return ` has a letter that no listing has: ${status}, of ${updated_at}`;
};
const lost: string[] = [];
for (const id of accepted.keys())
  if (!ends.has(id))
    lost.push(`${id} (${detailOf(id)})${lost.length < mostLookedUp ? await unlisted(id) : ''}`);
const count = (as: string) => [...ends.values()].filter((all) => all.includes(as)).length;
const balance: Balance = {
  accepted: accepted.size,
  rows: count('row'),
  duplicates: count('duplicate'),
  open: count('open letter'),
  replaying: count('replaying letter'),
  discarded: count('discarded letter'),
  lost,
  twice: [
    ...[...ends]
      .filter(([, all]) => all.length > 1)
      .map(([id, all]) => `${id}: ${all.join(' and ')} (${detailOf(id)})`),
    ...[...perEvent].filter(([, n]) => n > 1).map(([id, n]) => `event ${id}: ${n} rows`),
  ],
  wrong,
  unexplained,
};
process.stdout.write(JSON.stringify(balance));
