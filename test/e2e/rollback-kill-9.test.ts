import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type RunningSentinel,
  countedStats,
  get,
  ingest,
  ingestAll,
  post,
  query,
  settled,
  startProcess,
  transaction,
  without,
} from '../helpers/sentinel.ts';
import { until } from '../helpers/until.ts';

/** Invariants 2 and 3 on the way back: a rollback that is killed again and again leaves each event in one place. */
const total = 2000;
const perRequest = 500;
/** From the request, or the restart, to the kill. */
const killsAfterMs = [30, 0, 60];

let sentinel: RunningSentinel;
beforeAll(async () => {
  sentinel = await startProcess();
});
afterAll(() => sentinel.stop());

const api = <T>(path: string) => get<T>(`${sentinel.url}/api/v1${path}`);
const drifted = () => without(transaction({ user_email: 'ada@example.com' }), 'email');

async function lettersOf(state: string): Promise<string[]> {
  const ids: string[] = [];
  let cursor = '';
  do {
    type Page = { items: { id: string }[]; next: string | null };
    const page = await api<Page>(`/dead-letters?status=${state}&limit=1000${cursor}`);
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.next === null ? '' : `&cursor=${encodeURIComponent(page.next)}`;
  } while (cursor !== '');
  return ids;
}

const rowIds = async () =>
  (await query(sentinel.url, 'select cast(_request_id as varchar) as id from transaction', 50_000)).map(
    (row) => String(row['id']),
  );

it(`takes ${total} rows back, each once, though it is killed ${killsAfterMs.length} times`, async () => {
  const first = await ingest(sentinel.url, drifted());
  const { rule_id: rule } = await settled(sentinel.url, first, 60_000);
  const repaired = [first];
  while (repaired.length < total)
    repaired.push(...(await ingestAll(sentinel.url, Array.from({ length: perRequest }, drifted))));
  const clean = await ingestAll(
    sentinel.url,
    Array.from({ length: perRequest }, () => transaction()),
  );
  await countedStats(sentinel.url, 60_000);
  expect(new Set(await rowIds())).toEqual(new Set([...repaired, ...clean]));

  const answer = await post(`${sentinel.url}/api/v1/rules/${rule}/rollback`, { reason: 'wrong' });
  expect(answer.status).toBe(202);
  let killedUnderWay = 0;
  for (const ms of killsAfterMs) {
    await sleep(ms);
    const { status } = await api<{ status: string }>(`/rules/${rule}/rollback`);
    await sentinel.kill('SIGKILL');
    if (status === 'running') killedUnderWay++;
    await sentinel.restart();

    // At any moment: no event is a letter and a row. Letters first, as rows only ever leave.
    const open = await lettersOf('open');
    const rows = new Set(await rowIds());
    expect(open.filter((id) => rows.has(id))).toEqual([]);
  }
  expect(killedUnderWay).toBeGreaterThan(0);

  await until(
    async () => (await api<{ status: string }>(`/rules/${rule}/rollback`)).status === 'done',
    60_000,
  );
  await countedStats(sentinel.url);
  expect((await rowIds()).toSorted()).toEqual(clean.toSorted());
  expect((await lettersOf('open')).toSorted()).toEqual(repaired.toSorted());
  expect(await api<object>(`/rules/${rule}/rollback`)).toMatchObject({
    total: repaired.length,
    taken: repaired.length,
  });
  expect(await countedStats(sentinel.url)).toMatchObject({
    accepted: repaired.length + clean.length,
    loaded: clean.length,
    repaired: 0,
    dead_letters: repaired.length,
  });
  expect(
    await query(
      sentinel.url,
      `select count(*) as events from _sentinel_outcomes where outcome = 'withdrawn'`,
    ),
  ).toEqual([{ events: repaired.length }]);

  // And back again: once approved, the rule loads each of them, once.
  await post(`${sentinel.url}/api/v1/rules/${rule}/approve`, {});
  await until(async () => (await api<{ status: string }>(`/rules/${rule}`)).status === 'active', 60_000);
  await post(`${sentinel.url}/api/v1/dead-letters/replay`, { filter: { contract: 'transaction' } });
  await until(async () => (await api<{ repaired: number }>('/stats')).repaired === repaired.length, 60_000);
  expect((await rowIds()).toSorted()).toEqual([...repaired, ...clean].toSorted());
  await until(async () => (await lettersOf('open')).length === 0);
}, 300_000);
