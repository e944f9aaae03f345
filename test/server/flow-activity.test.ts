import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ReplyTo } from '../../src/api/client.ts';
import { get, ingest, post, settled, transaction } from '../helpers/sentinel.ts';
import { type ServiceHere, startHere } from '../helpers/service-here.ts';
import { until } from '../helpers/until.ts';

const failing = `import { defineStep } from 'data-sentinel';
export default defineStep(
  {
    name: 'fragile', description: 'Fails on what it is told to.', enqueues: [], flows: ['test'],
    triggers: [{ type: 'queue', topic: 'validated_data' }],
  },
  async (message) => { if (message.event.description === 'fail') throw new Error('cannot take "a value"'); },
);
`;

let sentinel: ServiceHere;
const api = (path: string) => `${sentinel.url}/api/v1${path}`;
const activity = () => get<ReplyTo<'GET /api/v1/flow/activity'>>(api('/flow/activity'));

beforeAll(async () => {
  sentinel = await startHere({
    config: { steps: { fragile: { retry: { max_attempts: 2, initial_delay_ms: 10 } } } },
    files: { 'steps/fragile.step.ts': failing },
  });
});
afterAll(() => sentinel.stop());

it('tells of each step what it did and how it failed, of each queue how it moves', async () => {
  // Real rates at once, whoever looked before.
  expect((await activity()).steps.every(({ rate }) => rate === 0)).toBe(true);
  const { Amount, ...rest } = { Amount: 5, ...transaction() };
  await post(`${sentinel.url}/ingest`, 'no JSON');
  await settled(sentinel.url, await ingest(sentinel.url, transaction(), 'shop'));
  await settled(sentinel.url, await ingest(sentinel.url, transaction({ description: 'fail' }), 'shop'));
  await settled(sentinel.url, await ingest(sentinel.url, { ...rest, amount: undefined, Amount }, 'shop'));
  await settled(sentinel.url, await ingest(sentinel.url, transaction({ amount: 'much' }), 'shop'));
  let now: ReplyTo<'GET /api/v1/flow/activity'> | undefined;
  const step = (name: string) => now!.steps.find((one) => one.name === name);
  await until(async () => {
    now = await activity();
    const raw = now.queues.find(({ topic, group }) => topic === 'raw_event' && group === 'pipeline');
    return (
      step('fragile')?.errors === 2 &&
      step('fragile')?.handled === 2 &&
      step('healer')?.handled === 2 &&
      step('dead-letters')?.handled === 1 &&
      raw?.pending === 0
    );
  });
  expect(step('ingest')).toMatchObject({ handled: 4, errors: 1 });
  expect(step('validator')).toMatchObject({ handled: 4, errors: 0 });
  expect(step('loader')).toMatchObject({ handled: 3, errors: 0, last_errors: [] });
  expect(step('fragile')!.last_errors[0]).toMatchObject({ message: 'cannot take …' });
  const names = (await get<{ nodes: { kind: string; name?: string }[] }>(api('/flow'))).nodes.flatMap(
    ({ name }) => name ?? [],
  );
  for (const { name } of now!.steps) expect(names).toContain(name);

  expect(now!.queues).toContainEqual(
    expect.objectContaining({ topic: 'raw_event', group: 'pipeline', pending: 0, waiting: 0 }),
  );
  expect(now!.topics.every(({ rate }) => rate !== null)).toBe(true);
});

it('a contract tells which undeclared fields its sources send, and how its events fare', async () => {
  await settled(sentinel.url, await ingest(sentinel.url, transaction({ campaign: 'spring' }), 'web'));
  const drift = await get<ReplyTo<'GET /api/v1/contracts/{name}/drift'>>(api('/contracts/transaction/drift'));
  expect(drift.fields.map(({ path }) => path).toSorted()).toEqual(['/Amount', '/campaign']);
  expect(drift.fields.find(({ path }) => path === '/campaign')).toMatchObject({
    version: '1.0.0',
    types: ['string'],
    count: 1,
    sources: ['web'],
  });
  expect(drift).toMatchObject({ contract: 'transaction', events: 6, valid_share: 0.5 });
  expect(drift.sources).toContainEqual({ source: 'web', events: 1, valid: 1 });
  expect(await get(api('/contracts/order/drift'))).toMatchObject({ fields: [], valid_share: null });
  expect((await fetch(api('/contracts/nothing/drift'))).status).toBe(404);
});
