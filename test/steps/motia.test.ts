import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import type { Json } from '../../src/model/json.ts';
import { loadStep } from '../../src/testing/load.ts';
import { discoverSteps } from '../../src/steps/discover.ts';
import { sharedState } from '../../src/steps/motia/shared-state.ts';
import { type RunningSteps, startSteps } from '../../src/steps/runner.ts';
import type { HttpReply } from '../../src/steps/step.ts';
import { memoryState } from '../../src/testing/memory-state.ts';
import { until } from '../helpers/until.ts';
import { collect, quickRetry, silent, temporaryEngine } from './support.ts';

/** Six step files as users of Motia write them. */
const folder = fileURLToPath(new URL('motia', import.meta.url));

let engine: Engine;
let dispose: () => Promise<void>;
let running: RunningSteps;

beforeAll(async () => {
  ({ engine, dispose } = await temporaryEngine());
  running = await startSteps(await discoverSteps([folder]), {
    engine,
    log: silent,
    subscribed: new Set([
      'order.created',
      'order.charged',
      'order.shipped',
      'orders.counted',
      'state_changed',
    ]),
    contracts: { validate: (_name, _version, value) => ({ ok: true, value }) },
    retry: quickRetry,
    onReplayed: async () => undefined,
    onExhausted: async ({ error }) => expect.unreachable(String(error)),
  });
});
afterAll(async () => {
  await running.stop();
  await dispose();
});

async function request(
  step: string,
  about: { body?: Json; params?: object; headers?: object; query?: object },
) {
  const route = running.routes.find((route) => route.step === step)!;
  return (await route.handle({
    rawBody: '',
    body: undefined,
    params: {},
    query: {},
    headers: {},
    ...about,
  } as never)) satisfies HttpReply;
}

it('step files in the form of Motia run as they are: http, queue, cron and state triggers, shared state, conditions', async () => {
  const [charged, shipped, counted] = await Promise.all(
    ['order.charged', 'order.shipped', 'orders.counted'].map((topic) => collect(engine, topic)),
  );
  const reply = await request('CreateOrder', {
    body: { id: 'A 1/2', total: 12 },
    params: { shop: 'berlin' },
    query: { note: 'no nuts' },
  });
  expect(reply).toEqual({
    status: 201,
    headers: { 'x-shop': 'berlin' },
    body: { id: 'A 1/2', traced: true },
  });
  await until(() => shipped!.length === 1);
  expect(shipped).toEqual([{ id: 'A 1/2', before: 1, by: 'state' }]);
  await until(() => charged!.length === 1 && counted!.some((each) => JSON.stringify(each).includes('A 1/2')));

  // Its condition lets nothing free of charge through.
  await request('CreateOrder', { body: { id: 'free', total: 0 }, params: { shop: 'b' } });
  expect(await request('PackOrder', { body: { id: 'free' } })).toMatchObject({ status: 401 });
  expect(await request('PackOrder', { body: { id: 'free' }, headers: { 'x-packer': 'Eva' } })).toMatchObject({
    body: { packed: 'free', by: 'Eva' },
  });
  await until(() => shipped!.length === 2);
  expect(charged).toEqual([{ id: 'A 1/2' }]);

  const status = { params: { id: 'A 1/2' }, query: { verbose: '1' } };
  expect(await request('OrderStatus', status)).toEqual({ status: 200, body: { done: 2, verbose: true } });
  expect(await request('OrderStatus', status)).toMatchObject({ status: 404 });
});

it("takes a trigger's settings for the queue as the step's, and draws what it enqueues", async () => {
  const { config } = await loadStep(join(folder, 'charge-order.step.ts'));
  expect(config).toMatchObject({
    retry: { maxAttempts: 3, initialDelayMs: 10 },
    batch: { concurrency: 2 },
    triggers: [{ type: 'queue', topic: 'order.created' }],
  });
  const create = await loadStep(join(folder, 'create-order.step.ts'));
  expect(create.config.enqueues).toEqual(['order.created', 'order.audited']);
});

it.each([
  ["type: 'api', emits: ['x']", 'config.type: a form of Motia before 1.0; write triggers'],
  ["triggers: [{ type: 'stream', streamName: 's' }]", 'config.triggers[0]: streams stay with III; enqueue'],
  [
    "triggers: [{ type: 'queue', topic: 't', config: { type: 'fifo' } }]",
    'config.type: fifo is not available',
  ],
  ["triggers: [{ type: 'queue', topic: 't', config: { delaySeconds: 5 } }]", "delivery can't be delayed"],
  ["triggers: [{ type: 'http', method: 'POST', path: '/ingest' }]", "which are the service's own"],
])('names what it refuses, with the remedy: %s', async (config, problem) => {
  const other = await mkdtemp(join(tmpdir(), 'sentinel-motia-'));
  await writeFile(
    join(other, 'x.step.mjs'),
    `export const config = { name: 'x', ${config} }; export const handler = async () => {};`,
  );
  await writeFile(join(other, 'y_step.py'), 'config = {}');
  const refused = discoverSteps([other]);
  await expect(refused).rejects.toThrow(problem);
  await expect(refused).rejects.toThrow('y_step.py: Python steps run on an III engine');
  await rm(other, { recursive: true });
});

it('changes of shared state are atomic, and refuse what they do not fit', async () => {
  const changes: unknown[] = [];
  const shared = sharedState(memoryState(), async (change) => void changes.push(change));
  const plusOne = { type: 'increment', path: 'a.n', by: 1 } as const;
  await Promise.all(Array.from({ length: 20 }, () => shared.update('g', 'k', [plusOne])));
  expect(await shared.get('g', 'k')).toEqual({ a: { n: 20 } });
  expect(changes).toHaveLength(20);
  const { new_value } = await shared.update('g', 'k', [
    { type: 'append', path: 'list', value: 'x' },
    { type: 'remove', path: 'a' },
    { type: 'set', path: 's', value: 's' },
  ]);
  expect(new_value).toEqual({ list: ['x'], s: 's' });
  await expect(shared.update('g', 'k', [{ type: 'increment', path: 's', by: 1 }])).rejects.toThrow(
    'no number',
  );
  await expect(shared.update('g', 'k', [{ type: 'set', path: '__proto__.x', value: 1 }])).rejects.toThrow(
    'change',
  );
  await shared.set('g/k', 'other', 1);
  await shared.clear('g');
  expect([await shared.list('g'), await shared.list('g/k')]).toEqual([[], [1]]);
});
