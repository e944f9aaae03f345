import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ReplyTo } from '../../src/api/client.ts';
import { get, ingest, post, transaction } from '../helpers/sentinel.ts';
import { type ServiceHere, startHere } from '../helpers/service-here.ts';
import { until } from '../helpers/until.ts';

/** Keeps what it is sent, large and small. */
const keeping = `import { defineStep } from 'data-sentinel';
export default defineStep(
  {
    name: 'keeping', description: 'Remembers events.', enqueues: [], flows: ['test'],
    triggers: [{ type: 'queue', topic: 'validated_data' }],
  },
  async ({ event }, { state }) => {
    const count = Number(event.description);
    for (let at = 0; at < count; at++) await state.put('n/' + String(at).padStart(4, '0'), at);
    await state.put('large', 'x'.repeat(20_000));
  },
);
`;

let sentinel: ServiceHere;
const api = (path: string) => `${sentinel.url}/api/v1${path}`;
const list = (query: string) => get<ReplyTo<'GET /api/v1/state'>>(api(`/state${query}`));

beforeAll(async () => {
  sentinel = await startHere({ files: { 'steps/keeping.step.ts': keeping } });
  await ingest(sentinel.url, transaction({ description: '1200' }));
  await post(`${sentinel.url}/ingest`, transaction({ amount: 'much' }));
  await until(async () => (await list('?prefix=steps/keeping/large')).items.length === 1);
  await until(async () => (await list('?prefix=dead-letters/')).items.length === 2);
});
afterAll(() => sentinel.stop());

it('lists entries below a prefix, page by page; a large value is left out', async () => {
  const first = await list('?prefix=steps/keeping/&limit=3');
  expect(first.items).toEqual([
    { key: 'steps/keeping/large', size: 20_002, cut: true },
    { key: 'steps/keeping/n/0000', value: 0, size: 1 },
    { key: 'steps/keeping/n/0001', value: 1, size: 1 },
  ]);
  const second = await list(`?prefix=steps/keeping/&limit=500&cursor=${first.next}`);
  expect(second.items[0]).toMatchObject({ value: 2 });
  expect(second.items).toHaveLength(500);
  expect(await list('?prefix=nothing/')).toEqual({ items: [], next: null });
  expect((await list('')).items.length).toBeGreaterThan(50);
});

it('tells the groups, counted up to a thousand', async () => {
  const { items } = await get<ReplyTo<'GET /api/v1/state/groups'>>(api('/state/groups'));
  expect(items).toContainEqual({ group: 'dead-letters', count: 2, exact: true });
  const steps = items.find(({ group }) => group === 'steps')!;
  expect(steps.exact).toBe(false);
  expect(steps.count).toBeGreaterThanOrEqual(1000);
  expect(new Set(items.map(({ group }) => group)).size).toBe(items.length);
});

it('refuses what makes no sense, by name', async () => {
  for (const [query, name] of [
    [`prefix=${'x'.repeat(1001)}`, 'prefix'],
    ['prefix=%00', 'prefix'],
    ['limit=501', 'limit'],
    ['cursor=%00', 'cursor'],
    ['group=steps', 'group'],
  ] as const) {
    const response = await fetch(api(`/state?${query}`));
    expect(response.status).toBe(422);
    expect(((await response.json()) as { detail: string }).detail).toContain(name);
  }
});
