import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { SentinelError } from '../../src/model/errors.ts';
import type { SourceConfig } from '../../src/config/types.ts';
import { type IngestServer, startIngest } from '../helpers/ingest-server.ts';
import { memoryState } from '../../src/testing/memory-state.ts';
import { until } from '../helpers/until.ts';

const servers: IngestServer[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

const open: SourceConfig = { verify: { type: 'none', secrets: [], public: true } };
const github: SourceConfig = { ...open, id: 'header:x-github-delivery' };

async function start(source: SourceConfig, options: Parameters<typeof startIngest>[1] = {}) {
  const server = await startIngest({ s: source, other: source }, options);
  servers.push(server);
  return server;
}
async function post(server: IngestServer, body: string, headers: Record<string, string> = {}, source = 's') {
  const answer = await fetch(`${server.url}/ingest/${source}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}
const texts = (...all: IngestServer[]) => all.flatMap(({ stored }) => stored.map(({ text }) => text));

describe('a delivery that comes again', () => {
  const headers = { 'x-github-delivery': '72d3162e' };

  it('is answered as the first time, and stored once', async () => {
    const server = await start(github);
    const first = await post(server, '{"a":1}', headers);
    expect(await post(server, '{"a":1}', headers)).toEqual(first);
    expect(await post(server, '{"a":1}', headers)).toEqual(first);
    expect((await post(server, '{"a":1}', { 'x-github-delivery': 'other' })).body).not.toEqual(first.body);
    expect((await post(server, '{"a":1}', headers, 'other')).body).not.toEqual(first.body);
    await post(server, '{"a":1}');
    await post(server, '{"a":1}');
    expect(texts(server)).toHaveLength(5);
    expect(server.counts.events).toBe(5);
  });

  it('is known to another gateway, and after a restart', async () => {
    const state = memoryState();
    const [one, two] = [await start(github, { state }), await start(github, { state })];
    const first = await post(one, '{"a":1}', headers);
    expect(await post(two, '{"a":1}', headers)).toEqual(first);
    const later = await start(github, { state });
    await until(async () =>
      (await state.list('deliveries/')).every(({ value }) => (value as { done?: true }).done === true),
    );
    expect(await post(later, '{"a":1}', headers)).toEqual(first);
    expect(texts(later)).toEqual([]);
    const stored = [...one.stored, ...two.stored].map(({ requestId }) => requestId);
    // What another gateway had not heard to be durable it made durable itself, as the same event.
    expect(new Set(stored)).toEqual(new Set([first.body['request_id']]));
  });

  it('is forgotten after its days', async () => {
    let now = Date.now();
    const state = memoryState(() => now);
    const server = await start({ ...github, idDays: 2 }, { state });
    await post(server, '{"a":1}', headers);
    await until(async () =>
      (await state.list('deliveries/')).some(({ value }) => (value as { done?: true }).done === true),
    );
    now += 86_400_000;
    await post(server, '{"a":1}', headers);
    expect(texts(server)).toHaveLength(1);
    now += 2 * 86_400_000;
    await post(server, '{"a":1}', headers);
    expect(texts(server)).toHaveLength(2);
  });

  it('many at once are one event', async () => {
    const server = await start(github);
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(server, '{"a":1}', headers)));
    expect(new Set(answers.map(({ body }) => body['request_id'])).size).toBe(1);
    expect(new Set(server.stored.map(({ requestId }) => requestId)).size).toBe(1);
  });
});

describe('what a crash or a full queue has cut off', () => {
  const headers = { 'x-github-delivery': '72d3162e' };

  it('is stored by the next try, under the id of the first', async () => {
    const state = memoryState();
    let full = true;
    const publish = async (store: () => void) => {
      if (full) throw new SentinelError('engine_full', 'full');
      store();
    };
    const server = await start(github, { state, publish });
    expect((await post(server, '{"a":1}', headers)).status).toBe(503);
    const [mark] = await state.list<{ id: string; at: number }>('deliveries/');
    expect(mark!.value).not.toHaveProperty('done');
    full = false;
    const again = await post(server, '{"a":1}', headers);
    expect(again).toMatchObject({ status: 202, body: { request_id: mark!.value.id } });
    expect(server.stored).toMatchObject([{ requestId: mark!.value.id, header: { at: mark!.value.at } }]);
  });

  it('of a list with ids of their own is said to be in part, where it may be', async () => {
    let room = 1;
    const server = await start(
      { ...open, id: '/id' },
      {
        publish: async (store) => {
          if (--room < 0) throw new SentinelError('engine_full', 'full');
          store();
        },
      },
    );
    const refused = await post(server, '[{"id":1},{"id":2}]');
    expect(refused).toMatchObject({ status: 503, body: { code: 'queue_unavailable' } });
    expect(refused.body['detail']).toContain('Some events');
    room = 2;
    expect((await post(server, '[{"id":1},{"id":2}]')).status).toBe(202);
    expect(texts(server)).toEqual(['{"id":1}', '{"id":2}']);
  });

  it('is stored although the crash came right after it was published', async () => {
    const state = memoryState();
    // Marks are written; that it is durable is not, as after kill -9.
    const server = await start(github, { state: { ...state, write: () => new Promise(() => undefined) } });
    const first = await post(server, '{"a":1}', headers);
    const restarted = await start(github, { state });
    expect(await post(restarted, '{"a":1}', headers)).toEqual(first);
    expect(restarted.stored.map(({ requestId }) => requestId)).toEqual([first.body['request_id']]);
  });
});

describe('where the id is', () => {
  it('in each event: a list is stored without those that are known', async () => {
    const server = await start({ ...open, id: '/meta/id' });
    const event = (id: string | number) => `{"meta":{"id":${JSON.stringify(id)}}}`;
    const first = await post(server, `[${event('a')},${event('b')},${event('a')}]`);
    expect(first.body['request_ids']).toHaveLength(3);
    expect(texts(server)).toEqual([event('a'), event('b')]);
    const second = await post(server, `[${event('c')},${event('b')},{"none":1},{"none":1}]`);
    expect(second.body['accepted']).toBe(4);
    expect((second.body['request_ids'] as string[])[1]).toBe((first.body['request_ids'] as string[])[1]);
    expect(texts(server).toSorted()).toEqual(
      [event('a'), event('b'), event('c'), '{"none":1}', '{"none":1}'].toSorted(),
    );
    const ids = server.stored.map(({ requestId }) => requestId);
    expect(new Set(ids).size).toBe(5);
    // A number of any size is told apart by its digits.
    await post(server, `[{"meta":{"id":12345678901234567890}},{"meta":{"id":12345678901234567891}}]`);
    expect(texts(server)).toHaveLength(7);
  });

  it('in a header: a list of events is one delivery', async () => {
    const server = await start(github);
    const first = await post(server, '[{"a":1},{"a":2}]', { 'x-github-delivery': 'x' });
    expect(await post(server, '[{"a":1},{"a":2}]', { 'x-github-delivery': 'x' })).toEqual(first);
    expect(texts(server)).toEqual(['{"a":1}', '{"a":2}']);
  });

  it.each(['idempotency-key', 'webhook-id'])('in %s, for every source, with the same body', async (name) => {
    const server = await start(open);
    const first = await post(server, '{"a":1}', { [name]: 'k' });
    expect(await post(server, '{"a":1}', { [name]: 'k' })).toEqual(first);
    // A client that uses its key for another event by mistake loses nothing.
    await post(server, '{"a":2}', { [name]: 'k' });
    expect(texts(server)).toEqual(['{"a":1}', '{"a":2}']);
  });

  it('an id that is hostile is an id like any other', async () => {
    const server = await start({ ...open, id: '/id' });
    for (const id of ['__proto__', '../x', 'a'.repeat(100_000), '\u0000', '💥'.repeat(100)])
      for (let tries = 0; tries < 2; tries++) await post(server, JSON.stringify({ id }));
    expect(texts(server)).toHaveLength(5);
  });
});

describe('a signature that is too old', () => {
  const stripe: SourceConfig = { verify: { type: 'stripe', secrets: ['s'] } };
  const signed = (body: string, at: number) => {
    const time = Math.floor(at / 1000);
    return {
      'stripe-signature': `t=${time},v1=${createHmac('sha256', 's').update(`${time}.${body}`).digest('hex')}`,
    };
  };

  it('is a late try of a delivery that is known, or a replay', async () => {
    let now = Date.now();
    const server = await start(stripe, { outside: { now: () => now } });
    const sent = signed('{"id":"evt_1"}', now);
    const first = await post(server, '{"id":"evt_1"}', sent);
    now += 3_600_000;
    expect(await post(server, '{"id":"evt_1"}', sent)).toEqual(first);
    const replay = await post(server, '{"id":"evt_2"}', signed('{"id":"evt_2"}', now - 3_600_000));
    expect(replay).toMatchObject({ status: 401, body: { code: 'timestamp_too_old' } });
    const noId = await post(server, '{}', signed('{}', now - 3_600_000));
    expect(noId.status).toBe(401);
    expect(texts(server)).toEqual(['{"id":"evt_1"}']);
  });
});

describe('events that a source does not want', () => {
  const rule = { map: { push: 'gh_push' }, otherwise: 'ignore' } as const;

  it('by a header: answered, counted as nothing, and not stored', async () => {
    const server = await start({ ...open, contract: { ...rule, from: 'header:x-github-event' } });
    expect(await post(server, '{"a":1}', { 'x-github-event': 'ping' })).toEqual({
      status: 202,
      body: { status: 'ignored' },
    });
    await post(server, '{"a":2}');
    await post(server, '{"a":3}', { 'x-github-event': 'push' });
    expect(server.stored).toMatchObject([
      { text: '{"a":3}', header: { headers: { 'x-github-event': 'push' } } },
    ]);
  });

  it('by a field of the event', async () => {
    const server = await start({ ...open, contract: { ...rule, from: '/kind' } });
    const answer = await post(server, '[{"kind":"push"},{"kind":"constructor"},{}]');
    expect(answer.body['accepted']).toBe(1);
    expect(texts(server)).toEqual(['{"kind":"push"}']);
  });
});

describe('who may send', () => {
  it('only from the addresses that are allowed, as trusted proxies tell them', async () => {
    const source: SourceConfig = { ...open, allowIps: ['192.30.252.0/22', '2001:db8::/32'] };
    const server = await start(source, { trustedProxies: ['127.0.0.0/8', '::1', '10.0.0.0/8'] });
    const from = (forwarded: string) => post(server, '{}', { 'x-forwarded-for': forwarded });
    expect((await from('192.30.253.7')).status).toBe(202);
    expect((await from('2001:db8::7')).status).toBe(202);
    for (const withPort of ['192.30.253.7:5555', '[2001:db8::7]:443', '[2001:db8::7]', '"[2001:db8::7]:1"'])
      expect((await from(withPort)).status, withPort).toBe(202);
    expect((await from('192.30.253.7, 10.1.2.3:99')).status).toBe(202);
    expect((await from('192.30.253.7, 10.1.2.3')).status).toBe(202);
    // What the client wrote itself stands before what the proxy saw.
    expect((await from('192.30.253.7, 203.0.113.9')).status).toBe(403);
    expect((await from('192.31.0.1')).status).toBe(403);
    expect((await from('garbage')).status).toBe(403);
    expect((await post(server, '{}')).status).toBe(403);
    expect(server.counts.refused.get('s')!.get('address_not_allowed')).toBe(4);
    const direct = await start(source);
    expect((await post(direct, '{}', { 'x-forwarded-for': '192.30.253.7' })).status).toBe(403);
  });

  it('at the rate of the source', async () => {
    const server = await start({ ...open, rateLimit: { requestsPerSecond: 0.01, burst: 2 } });
    const statuses = [];
    for (let n = 0; n < 3; n++) statuses.push((await post(server, '{}')).status);
    expect(statuses).toEqual([202, 202, 429]);
    expect((await post(server, '{}', {}, 'other')).status).toBe(202);
  });

  it('a flood of refusals is counted by reason, and one line of the log', async () => {
    const server = await start({ verify: { type: 'github', secrets: ['hunter2'] } });
    for (let n = 0; n < 50; n++) await post(server, `{"n":${n}}`, { 'x-hub-signature-256': 'sha256=00' });
    expect(Object.fromEntries(server.counts.refused.get('s')!)).toEqual({ signature_wrong: 50 });
    const lines = server.log.filter(({ code }) => code === 'request_refused');
    expect(lines).toHaveLength(1);
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });
});
