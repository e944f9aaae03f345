import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FlowGraph } from '../../src/steps/flow-graph.ts';
import { createLogger } from '../../src/support/log.ts';
import { type TestService, startTestService } from '../../src/testing/test-service.ts';
import { IiiEngine, drawFlows } from '../helpers/iii-engine.ts';
import { until } from '../helpers/until.ts';

/** Data Sentinel with the real iii-sdk, at a stand-in engine. */
let engine: IiiEngine;
let service: TestService;
const lines: Record<string, unknown>[] = [];

beforeAll(async () => {
  engine = await new IiiEngine().start();
  const log = createLogger(
    { level: 'debug', format: 'json' },
    {
      destination: { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
    },
  );
  service = await startTestService(
    { bridge: { type: 'iii', url: engine.url, namespace: 'data-sentinel', queue: false } },
    log,
  );
  await until(() => engine.functions.size > 5);
});
afterAll(async () => {
  await service.close();
  await engine.stop();
});

const transaction = (amount: number | string = 12.5): string =>
  `{"event_id":"${randomUUID()}","timestamp":"2026-11-30T10:00:00Z","source":"shop","amount":${amount},"currency":"EUR",` +
  `"user_id":"7f0c3c1e-0d3a-4f6e-9a53-0c8b6f0a1d11","email":"a@example.com"}`;

const metric = async (): Promise<string | undefined> =>
  /^sentinel_bridge_connected (\d)$/m.exec(await (await fetch(`${service.url}/metrics`)).text())?.[1];

describe('the flow in the console of the engine', () => {
  it('is drawn whole: every step and stage, and each topic between two of them', async () => {
    const graph = (await (await fetch(`${service.url}/api/v1/flow`)).json()) as FlowGraph;
    const steps = graph.nodes.flatMap((node) => (node.kind === 'step' ? [node] : []));
    const drawn = [...drawFlows(engine).values()];
    const all = drawn.flatMap(({ steps }) => steps);
    expect(new Set(all.map(({ name }) => name))).toEqual(new Set(steps.map(({ name }) => name)));
    expect(all.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['ingest', 'validator', 'healer', 'loader', 'dead-letters', 'replay']),
    );
    expect(all.every(({ description }) => description !== '')).toBe(true);

    const main = drawFlows(engine).get('data-sentinel')!;
    const names = new Map(main.steps.map(({ id, name }) => [id, name]));
    const edges = main.edges.map(
      ({ source, target, topic }) => `${names.get(source)}|${topic}|${names.get(target)}`,
    );
    const inFlow = steps.filter(({ flows }) => flows.includes('data-sentinel')).map(({ id }) => id);
    const expected = graph.edges.filter(({ from, to }) => inFlow.includes(from) && inFlow.includes(to));
    expect(new Set(edges)).toEqual(new Set(expected.map(({ id }) => id)));
    expect(expected.length).toBeGreaterThan(5);
  });

  it('says of a stage that somebody calls that it is not called', async () => {
    await expect(engine.call('data-sentinel::healer', {})).rejects.toThrow(
      'healer is started by its own triggers',
    );
  });
});

describe('/ingest of the engine', () => {
  const send = (body: string, type = 'application/json', path = '/ingest'): Promise<Response> =>
    fetch(engine.http + path, { method: 'POST', headers: { 'content-type': type }, body });

  it('answers as ours does, once the event is durable; numbers stay exact', async () => {
    const response = await send(transaction('1234567890123456.78'), 'application/json', '/ingest/till?x=1');
    expect(response.status).toBe(202);
    const { request_id: id } = (await response.json()) as { request_id: string };
    await until(
      async () =>
        (await service.query(`SELECT 1 FROM transaction WHERE _request_id = '${id}'`)).rows.length === 1,
    );
    const { rows } = await service.query(
      `SELECT CAST(amount AS TEXT), _source FROM transaction WHERE _request_id = '${id}'`,
    );
    expect(rows).toEqual([['1234567890123456.780000000', 'till']]);
    expect((await send('{"a":', 'application/json')).status).toBe(400);
    expect((await send('a,b', 'text/csv')).status).toBe(415);
    const wrongName = await send(transaction(), 'application/json', '/ingest/no%20name');
    const ours = await fetch(`${service.url}/ingest/no%20name`, { method: 'POST' });
    expect([wrongName.status, await wrongName.json()]).toEqual([ours.status, await ours.json()]);
  });

  it('takes nothing from a body whose bytes the engine has not handed on: its numbers may be rounded', async () => {
    expect(await engine.call('data-sentinel::ingest', { body: { amount: 1 } })).toMatchObject({
      status_code: 415,
    });
    const sent = { body: transaction(), headers: { 'content-type': 'application/json' } };
    expect(await engine.call('data-sentinel::ingest', sent)).toMatchObject({ status_code: 202 });
  });

  it('loads ten thousand events once, while the bridge is cut off three times and comes back', async () => {
    const batches = Array.from({ length: 20 }, () => Array.from({ length: 500 }, () => transaction()));
    let refused = 0;
    let taken = 0;
    const deliver = async (batch: string[]): Promise<void> => {
      for (;;) {
        const answer = await send(batch.join('\n'), 'application/x-ndjson', '/ingest/bulk').catch(
          () => undefined,
        );
        await answer?.text();
        if (answer?.status === 202) break;
        refused++;
        await until(() => engine.functions.has('data-sentinel::ingest'));
      }
      taken++;
      // With deliveries under way.
      if (taken === 4 || taken === 9 || taken === 14) engine.cut('data-sentinel::');
    };
    const queue = batches.values();
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        for (const batch of queue) await deliver(batch);
      }),
    );
    expect(refused).toBeGreaterThanOrEqual(3);
    expect(engine.reattached.length).toBeGreaterThanOrEqual(3);
    const count = async (): Promise<number> =>
      Number((await service.query(`SELECT count(*) FROM transaction WHERE _source = 'bulk'`)).rows[0]![0]);
    await until(async () => (await count()) >= 10_000);
    const pending = async (): Promise<number> =>
      ((await (await fetch(`${service.url}/api/v1/stats`)).json()) as { pending: number }).pending;
    await until(async () => (await pending()) === 0);
    expect(await count()).toBe(10_000);
  });
});

it('an engine that is away is a warning and a metric; the service goes on, and registers again when it is back', async () => {
  expect(await metric()).toBe('1');
  await engine.stop();
  await until(async () => (await metric()) === '0');
  expect(lines.filter(({ code }) => code === 'bridge_away')).not.toEqual([]);
  expect(await service.outcomes('shop', [transaction()])).toMatchObject([{ status: 'loaded' }]);
  expect((await fetch(`${service.url}/ready`)).status).toBe(200);
  const { url } = engine;
  engine = await new IiiEngine(Number(new URL(url).port)).start();
  await until(() => engine.functions.size > 5 && engine.triggers.size >= 2);
  expect(await metric()).toBe('1');
});

it('a route that another worker has is said in the log', async () => {
  const { registerWorker } = await import('iii-sdk');
  const other = new IiiEngine();
  await other.start();
  const worker = registerWorker(other.url, { otel: { enabled: false } });
  worker.registerFunction('other::ingest', async () => null);
  worker.registerTrigger({
    type: 'http',
    function_id: 'other::ingest',
    config: { api_path: '/ingest', http_method: 'POST' },
  });
  await until(() => other.triggers.size === 1);
  const seen: Record<string, unknown>[] = [];
  const log = createLogger(
    { level: 'warn', format: 'json' },
    { destination: { write: (line: string) => void seen.push(JSON.parse(line) as Record<string, unknown>) } },
  );
  const second = await startTestService(
    { bridge: { type: 'iii', url: other.url, namespace: 'second', queue: false } },
    log,
  );
  await until(() => seen.some(({ code }) => code === 'bridge_conflict'));
  expect(String(seen.find(({ code }) => code === 'bridge_conflict')!['msg'])).toContain('POST /ingest');
  await second.close();
  await worker.shutdown();
  await other.stop();
});
