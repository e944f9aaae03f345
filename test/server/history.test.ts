import { afterAll, beforeAll, expect, it } from 'vitest';
import type { HistorySeries } from '../../src/observe/history/history.ts';
import type { SourceInfo } from '../../src/observe/history/sources.ts';
import { get, ingest, settled, transaction } from '../helpers/sentinel.ts';
import { type ServiceHere, startHere } from '../helpers/service-here.ts';
import { until } from '../helpers/until.ts';

let sentinel: ServiceHere;
const api = (path: string) => `${sentinel.url}/api/v1${path}`;
const sum = (counts: number[]) => counts.reduce((total, count) => total + count, 0);

beforeAll(async () => {
  sentinel = await startHere();
  const valid = transaction();
  const { amount, ...rest } = transaction();
  const events: [unknown, string][] = [
    [valid, 'shop'],
    [valid, 'shop'],
    [{ ...rest, Amount: amount }, 'till'],
    [transaction({ amount: 'much' }), 'till'],
    [transaction({ version: '9.0.0' }), 'till'],
  ];
  for (const [event, source] of events)
    await settled(sentinel.url, await ingest(sentinel.url, event, source));
  // Counted a moment after it can be seen, and before it is out of the queues.
  await until(async () => (await get<{ pending: number }>(api('/stats'))).pending === 0);
});
afterAll(() => sentinel.stop());

async function expectAll(): Promise<void> {
  const { series } = await get<HistorySeries>(api('/history?minutes=30'));
  expect(Object.fromEntries(Object.entries(series).map(([name, counts]) => [name, sum(counts)]))).toEqual({
    accepted: 5,
    loaded: 1,
    repaired: 1,
    healing: 2,
    dead_letter: 2,
    duplicate: 1,
  });
}

it('history: how many events came to what', async () => {
  await expectAll();
  const { series, times, delay } = await get<HistorySeries>(api('/history?source=till&minutes=1'));
  expect(times.length).toBe(6);
  expect(sum(series.loaded)).toBe(0);
  expect(series.dead_letter.length).toBe(6);
  expect(delay.p50_ms.length).toBe(6);
  const nothing = await get<HistorySeries>(api('/history?contract=nothing'));
  expect(sum(nothing.series.accepted)).toBe(0);
});

it('sources: the unstable one first', async () => {
  const { items } = await get<{ items: SourceInfo[] }>(api('/sources'));
  expect(items.map(({ source }) => source)).toEqual(['till', 'shop']);
  expect(items[0]).toMatchObject({ contracts: ['transaction'], valid: 0, repaired: 1, dead_letter: 2 });
  // Real ones at once, whoever looked before.
  expect(items[0]!.rates.events_per_second).toBeGreaterThan(0);
  expect(items[1]!.rates.rows_per_second).toBeGreaterThan(0);
  expect(items[1]).toMatchObject({ valid: 1, duplicate: 1, last_drift_at: null });
});

it('both survive a restart', async () => {
  await sentinel.restart();
  await expectAll();
  expect((await get<{ items: SourceInfo[] }>(api('/sources'))).items).toMatchObject([
    { source: 'till', repaired: 1 },
    { source: 'shop' },
  ]);
});

it('refuses what it does not know, by name', async () => {
  for (const [path, name] of [
    ['/history?minutes=0', 'minutes'],
    ['/history?minutes=1441', 'minutes'],
    ['/history?minutes=ten', 'minutes'],
    [`/history?source=${'x'.repeat(300)}`, 'source'],
    ['/history?since=1', 'since'],
    ['/sources?limit=2', 'limit'],
  ] as const) {
    const response = await fetch(api(path));
    expect(response.status).toBe(422);
    expect(((await response.json()) as { detail: string }).detail).toContain(name);
  }
});
