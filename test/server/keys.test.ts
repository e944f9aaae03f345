import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressOf } from '../../src/api/client.ts';
import { type Role, type Route, roles } from '../../src/api/route.ts';
import { api } from '../../src/api/table.ts';
import { until } from '../helpers/until.ts';
import { runCommand, startProcess, transaction } from '../helpers/sentinel.ts';
import { type ServiceHere, startHere } from '../helpers/service-here.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const token = 'a-token-that-only-we-know';
const routes = Object.entries(api) as [string, Route][];
const may: Record<Role, readonly (Role | 'anyone')[]> = {
  ingest: ['anyone', 'ingest'],
  read: ['anyone', 'read'],
  operate: ['anyone', 'ingest', 'read', 'operate'],
  admin: ['anyone', 'ingest', 'read', 'operate', 'admin'],
};

let sentinel: ServiceHere;
const keys = {} as Record<Role, string>;

beforeAll(async () => {
  sentinel = await startHere({ env: { SENTINEL_API_TOKEN: token } });
  for (const role of roles) keys[role] = await create({ role });
});
afterAll(() => sentinel.stop());

const send = (
  method: string,
  path: string,
  key: string | undefined,
  body?: object,
  headers: Record<string, string> = {},
): Promise<Response> =>
  fetch(sentinel.url + path, {
    method,
    headers: {
      ...headers,
      ...(key === undefined ? undefined : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? undefined : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? undefined : { body: JSON.stringify(body) }),
  });

async function create(body: object, key = token): Promise<string> {
  const response = await send('POST', '/api/v1/keys', key, body);
  expect(response.status).toBe(200);
  return ((await response.json()) as { key: string }).key;
}
const codeOf = async (response: Response): Promise<string> =>
  ((await response.json()) as { code: string }).code;

/** What is asked of nothing that is there; who may ask is told 404 or the like, and who may not, 401 or 403. */
const nowhere = { id: 'nothing', name: 'nothing', topic: 'nothing', group: 'nothing', source: 'nothing' };
async function statusFor(key: string, apiKey: string | undefined): Promise<number> {
  const { method, path } = addressOf(key, nowhere);
  // What is not the right form of a body changes nothing.
  const body = method === 'POST' ? { not: 'right' } : undefined;
  const response = await send(method, path, apiKey, path.startsWith('/ingest') ? transaction() : body);
  await response.body?.cancel();
  return response.status;
}

describe('every request of the table', () => {
  it.each(routes)('%s: is for those whose role it is', async (key, { role }) => {
    expect(await statusFor(key, undefined), 'without a key').toSatisfy((status: number) =>
      role === 'anyone' ? status !== 401 : status === 401,
    );
    for (const holder of roles) {
      const refused = [401, 403].includes(await statusFor(key, keys[holder]));
      expect(refused, `with a key that may ${holder}`).toBe(!may[holder].includes(role));
    }
  });

  it('changes nothing without an entry in the audit', () => {
    const acts = routes.filter(
      ([key, { role }]) => !key.startsWith('GET ') && role !== 'ingest' && key !== 'POST /api/v1/query',
    );
    expect(acts.length).toBeGreaterThan(10);
    expect(acts.filter(([, { act }]) => act === undefined).map(([key]) => key)).toEqual([]);
    // A file of what a reader may query is a read, too: it changes nothing but a temporary file of its own.
    const files = /^(POST \/api\/v1\/(exports|snapshots)|DELETE \/api\/v1\/exports\/\{id\})$/;
    expect(acts.filter(([key, { role }]) => role === 'read' && !files.test(key)).map(([key]) => key)).toEqual(
      [],
    );
  });
});

describe('keys', () => {
  it('of a source send for that one alone', async () => {
    const key = await create({ role: 'ingest', source: 'shopify' });
    expect((await send('POST', '/ingest/shopify', key, transaction())).status).toBe(202);
    for (const path of ['/ingest/stripe', '/ingest'])
      expect(await codeOf(await send('POST', path, key, transaction())), path).toBe('source_not_allowed');
  });

  it('are revoked at once, by API and by command line', async () => {
    const key = await create({ role: 'read', name: 'ada' });
    const list = async () =>
      ((await (await send('GET', '/api/v1/keys', token)).json()) as { items: { id: string; name: string }[] })
        .items;
    const { id } = (await list()).find(({ name }) => name === 'ada')!;
    expect((await send('GET', '/api/v1/stats', key)).status).toBe(200);
    const revoked = await runCommand(sentinel.dir, ['keys', 'revoke', id, '--url', sentinel.url], {
      SENTINEL_API_TOKEN: token,
    });
    expect([revoked.code, revoked.out.trim()]).toEqual([0, `${id} is revoked`]);
    expect(await codeOf(await send('GET', '/api/v1/stats', key))).toBe('unauthorized');
    expect((await send('DELETE', `/api/v1/keys/${id}`, token)).status).toBe(404);
  });

  it.each([
    [{}, /^role: write one of ingest, read/],
    [{ role: 'root' }, /^role: write one of/],
    [{ role: 'read', source: 'x' }, /^source: only a key with the role "ingest"/],
    [{ role: 'ingest', source: '../x' }, /^source: write the name/],
    [{ role: 'read', expires_in: 'soon' }, /^expires_in: write hours or days/],
    [{ role: 'read', name: 'two\nlines' }, /^name: write it in one line/],
  ])('cannot be made of %j', async (body, detail) => {
    const response = await send('POST', '/api/v1/keys', token, body);
    expect(response.status).toBe(422);
    expect(((await response.json()) as { detail: string }).detail).toMatch(detail);
  });

  it('show nothing of their text, nor of its hash', async () => {
    for (const path of [
      '/api/v1/keys',
      '/api/v1/state?prefix=auth/',
      '/api/v1/audit',
      '/api/v1/logs?limit=1000',
    ]) {
      const text = await (await send('GET', path, token)).text();
      expect(text).not.toMatch(/"hash"/);
      for (const key of Object.values(keys)) expect(text.includes(key.slice(-20)), path).toBe(false);
    }
  });
});

describe('a browser', () => {
  it('may not act for a page of another host or port, nor send a body that is not JSON', async () => {
    const { host } = new URL(sentinel.url);
    const pause = '/api/v1/consumers/raw_event/pipeline/pause';
    const resume = pause.replace('pause', 'resume');
    for (const origin of ['http://127.0.0.1:1', 'https://evil.example', 'null'])
      expect(await codeOf(await send('POST', pause, token, undefined, { origin }))).toBe(
        'origin_not_allowed',
      );
    for (const path of [pause, resume])
      expect((await send('POST', path, token, undefined, { origin: `http://${host}` })).status).toBe(200);
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const response = await fetch(sentinel.url + pause, {
        method: 'POST',
        headers: { 'content-type': type, authorization: `Bearer ${token}` },
        body: '{}',
      });
      expect(response.status, type).toBe(415);
      expect(((await response.json()) as { detail: string }).detail).toContain(
        'Content-Type: application/json',
      );
    }
  });
});

describe('the audit', () => {
  it('says who did what, without the values of an event, by pages and filters', async () => {
    const operator = await create({ role: 'operate', name: 'grace' });
    const pause = '/api/v1/consumers/validation_error/healer/pause';
    expect((await send('POST', pause, operator)).status).toBe(200);
    expect((await send('POST', pause.replace('pause', 'resume'), operator)).status).toBe(200);
    expect((await send('POST', pause.replace('healer', 'nobody'), operator)).status).toBe(404);
    const filter = { signature: 'none' };
    const discard = { filter, reason: 'a test' };
    await send('POST', '/api/v1/dead-letters/discard', operator, { ...discard, dry_run: true });
    await send('POST', '/api/v1/dead-letters/discard', operator, discard);
    interface Page {
      items: { id: string; act: string; target: object; detail?: object; counts?: object }[];
      next: string | null;
    }
    const audit = async (query: string) =>
      (await (await send('GET', `/api/v1/audit?${query}`, keys.read)).json()) as Page;
    await until(async () => (await audit('actor=grace')).items.length === 4);
    const { items } = await audit('actor=grace');
    expect(items.map(({ act }) => act)).toEqual(['discard_many_end', 'discard_many', 'resume', 'pause']);
    expect(items[0]).toMatchObject({ target: items[1]!.target, counts: { done: 0 } });
    expect(items[1]).toMatchObject({ detail: discard, target: { job_id: expect.any(String) } });
    expect(items[3]).toMatchObject({ target: { topic: 'validation_error', group: 'healer' } });
    const first = await audit('actor=grace&limit=2');
    const second = await audit(`actor=grace&limit=2&cursor=${first.next}`);
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(items.map(({ id }) => id));
    expect((await audit('act=key_create')).items.length).toBeGreaterThan(4);
    expect((await audit('target=healer')).items.length).toBe(2);
    expect((await audit('until=2020-01-01T00:00:00Z')).items).toEqual([]);
    const shown = await runCommand(sentinel.dir, ['audit', '--actor', 'grace', '--url', sentinel.url], {
      SENTINEL_API_TOKEN: token,
    });
    expect(shown.out).toMatch(/grace +Paused a reader +validation_error healer/);
  });
});

it('keys are made in the data folder itself, and hold once the service runs', async () => {
  const folder = { SENTINEL_DATA_DIR: await temporaryFolder() };
  const made = await runCommand('/tmp', ['keys', 'create', '--role', 'admin', '--expires', '90d'], folder);
  expect([made.code, made.out]).toEqual([0, expect.stringMatching(/^ds_[0-9a-f]{16}_[\w-]{43}\n$/)]);
  const service = await startProcess({ env: folder });
  try {
    const stats = (key?: string) =>
      fetch(`${service.url}/api/v1/stats`, { headers: key === undefined ? {} : { 'x-api-key': key } });
    expect((await stats()).status).toBe(401);
    expect((await stats(made.out.trim())).status).toBe(200);
  } finally {
    await service.stop();
  }
});
