import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { addressOf } from '../../src/api/client.ts';
import { openApi } from '../../src/api/openapi.ts';
import { type Route, splitKey } from '../../src/api/route.ts';
import { api } from '../../src/api/table.ts';
import type { Json } from '../../src/model/json.ts';
import { until } from '../helpers/until.ts';
import {
  type RunningSentinel,
  get,
  ingest,
  post,
  settled,
  startProcess,
  transaction,
  without,
} from '../helpers/sentinel.ts';
import { order } from '../helpers/job.ts';
import { hostileRequests } from './hostile-request.ts';

const routes = Object.entries(api) as [string, Route][];

describe('the OpenAPI document', () => {
  const document = openApi('1.2.3');

  it('has every request, with a name of its own', () => {
    const paths = document['paths'] as Record<string, Record<string, { operationId: string }>>;
    const operations = routes.map(([key]) => {
      const { method, path } = splitKey(key);
      return paths[path]![method.toLowerCase()]!.operationId;
    });
    expect(new Set(operations).size).toBe(routes.length);
  });

  it('refers only to what it holds', () => {
    const { schemas } = document['components'] as { schemas: Record<string, Json> };
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)];
    expect(references.length).toBeGreaterThan(10);
    expect(references.map(([, name]) => name!).filter((name) => !(name in schemas))).toEqual([]);
  });
});

describe('a running service', () => {
  let sentinel: RunningSentinel;
  const ids: Record<string, string> = { name: 'transaction', topic: 'raw_event', group: 'pipeline' };

  beforeAll(async () => {
    sentinel = await startProcess();
    const { url } = sentinel;
    await settled(url, await ingest(url, transaction()));
    const drifted = { ...without(transaction(), 'email'), user_email: 'ada@example.com' };
    ids['repaired'] = await ingest(url, drifted);
    expect((await settled(url, ids['repaired'])).status).toBe('repaired');
    ids['dead-letter'] = await ingest(url, transaction({ amount: 'much' }));
    await settled(url, ids['dead-letter']);
    const { items } = await get<{ items: { id: string }[] }>(`${url}/api/v1/rules`);
    ids['rule'] = items[0]!.id;
    ids['job'] = await order(url, 'replay', { filter: { source: 'nobody' } });
    const begun = await post(
      `${url}/api/v1/exports`,
      JSON.stringify({ table: 'transaction', format: 'csv' }),
    );
    ids['export'] = ((await begun.json()) as { id: string }).id;
    await until(
      async () => (await get<{ state: string }>(`${url}/api/v1/exports/${ids['export']}`)).state === 'done',
    );
    const copied = await post(`${url}/api/v1/backups`, '{}');
    ids['backup'] = ((await copied.json()) as { id: string }).id;
  });
  afterAll(async () => void (await sentinel.stop()));

  const idFor = (path: string): string =>
    ids[
      (['rule', 'dead-letter', 'job', 'export', 'backup'] as const).find((noun) =>
        path.includes(`/${noun}s/`),
      ) ?? 'repaired'
    ]!;

  const answered = routes.filter(
    ([key, { media }]) =>
      key.startsWith('GET ') && media === undefined && key !== 'GET /api/v1/rules/{id}/rollback',
  );
  it.each(answered)('answers %s as the table says', async (key, { reply }) => {
    const { path } = addressOf(key, { ...ids, id: idFor(key) });
    expectForm(reply, await get(sentinel.url + path));
  });

  it('answers a list with what is in it', async () => {
    const lists = [
      'dead-letters',
      'dead-letters/groups',
      'rules',
      'repairs',
      'events',
      'sources',
      'contracts',
    ];
    for (const list of [...lists, 'consumers', 'state', 'state/groups', 'logs'])
      expect(
        (await get<{ items: unknown[] }>(`${sentinel.url}/api/v1/${list}`)).items.length,
        list,
      ).toBeGreaterThan(0);
  });

  it('answers acts and their forecasts as the table says', async () => {
    const letter = ids['dead-letter']!;
    const event = transaction();
    for (const [key, id, body] of [
      ['POST /api/v1/dead-letters/{id}/replay', letter, { event, dry_run: true }],
      ['POST /api/v1/dead-letters/replay', '', { filter: { source: 'nobody' }, dry_run: true }],
      ['POST /api/v1/query', '', { sql: 'SELECT 1 AS one' }],
      ['POST /api/v1/dead-letters/replay', '', { filter: { source: 'nobody' } }],
      ['POST /api/v1/dead-letters/discard', '', { filter: { source: 'nobody' }, reason: 'a test' }],
      ['POST /api/v1/rules/{id}/disable', ids['rule']!, undefined],
      ['POST /api/v1/rules/{id}/approve', ids['rule']!, undefined],
      ['POST /api/v1/rules/{id}/rollback', ids['rule']!, { dry_run: true }],
      ['POST /api/v1/rules/{id}/rollback', ids['rule']!, {}],
      ['GET /api/v1/rules/{id}/rollback', ids['rule']!, undefined],
      ['POST /api/v1/dead-letters/{id}/discard', letter, { reason: 'a test' }],
    ] as const) {
      const { method, path } = addressOf(key, { id });
      const url = sentinel.url + path;
      const text = JSON.stringify(body ?? {});
      const response = method === 'GET' ? await fetch(url) : await post(url, text);
      const reply = (await response.json()) as { dry_run?: boolean };
      const route: Route = api[key];
      expect(response.ok, `${key} ${JSON.stringify(reply)}`).toBe(true);
      expect(response.status, key).toBe(reply.dry_run === true ? 200 : (route.status ?? 200));
      expectForm(reply.dry_run === true ? route.dryRun! : route.reply, reply);
    }
  });

  it('serves the document', async () => {
    const document = await get<{ openapi: string; paths: object }>(`${sentinel.url}/openapi.json`);
    expect(document.openapi).toBe('3.1.0');
    expect(document.paths).toHaveProperty(['/api/v1/dead-letters/{id}', 'get']);
  });

  it('pages through the rules', async () => {
    const rules = (query: string) =>
      get<{ items: { id: string }[]; next: string | null }>(`${sentinel.url}/api/v1/rules?${query}`);
    const first = await rules('limit=1');
    expect(first.items.length).toBe(1);
    const rest = first.next === null ? [] : (await rules(`limit=1&cursor=${first.next}`)).items;
    expect(rest.map(({ id }) => id)).not.toContain(first.items[0]!.id);
  });

  it('names the field of a request that is wrong, and what to send', async () => {
    for (const [path, detail] of [
      ['rules?limit=0', /^limit: /],
      ['rules?color=red', /color/],
      ['dead-letters?status=shut', /^status: .*open/],
      ['events?from=yesterday', /^from: .*ISO 8601/],
    ] as const) {
      const response = await fetch(`${sentinel.url}/api/v1/${path}`);
      expect([response.status, response.headers.get('content-type')]).toEqual([
        422,
        'application/problem+json; charset=utf-8',
      ]);
      expect(((await response.json()) as { detail: string }).detail).toMatch(detail);
    }
    const response = await post(`${sentinel.url}/api/v1/query`, {});
    expect(response.status).toBe(422);
    expect(((await response.json()) as { detail: string }).detail).toMatch(/^sql: /);
  });

  // FUZZ_RUNS=100000 npx vitest run test/server/api-table.test.ts -t hostile: the long form.
  it('refuses or answers hostile parameters, and neither fails nor hangs', async () => {
    const numRuns = Math.ceil(Number(process.env['FUZZ_RUNS'] ?? 2 * routes.length) / routes.length);
    for (const [key, route] of routes)
      await fc.assert(
        fc.asyncProperty(hostileRequests(key, route), async ({ method, path, body }) => {
          const response = await fetch(sentinel.url + path, {
            method,
            signal: AbortSignal.timeout(answersWithinMs),
            ...(body !== undefined && { body, headers: { 'content-type': 'application/json' } }),
          });
          // What is busy says so.
          const isFine = response.status < 500 || response.headers.has('retry-after');
          if (!isFine) expect(`${response.status} ${await response.text()}`).toBe('an answer or a refusal');
          await response.body?.cancel();
        }),
        { numRuns },
      );
    expect((await fetch(`${sentinel.url}/health`)).status).toBe(200);
  }, 600_000);
});

/** One request that is not answered for so long has hung. */
const answersWithinMs = 20_000;

function expectForm(schema: z.ZodType, value: unknown): void {
  const parsed = schema.safeParse(value);
  expect(parsed.error?.issues ?? []).toEqual([]);
}
