import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import * as zlib from 'node:zlib';
import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type IngestServer, startIngest } from '../helpers/ingest-server.ts';

let server: IngestServer;
const open = { verify: { type: 'none', secrets: [], public: true } };
beforeEach(async () => {
  server = await startIngest({
    s: open,
    batch: { ...open, events: '/batch/*' },
    nested: { ...open, events: '/notificationItems/*/NotificationRequestItem' },
    after: { ...open, events: '/after' },
    pubsub: { ...open, events: '/message/data' },
    kinesis: { ...open, events: '/Records/*/kinesis/data' },
    deep: { ...open, events: '/a/*/b/*' },
    kept: { ...open, headers: ['x-topic'] },
    mailgun: { ...open, respond: 200 },
  });
});
afterEach(() => server.close());

const send = (body: string | Buffer, headers: Record<string, string> = {}, path = '/ingest/s') =>
  fetch(server.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
const base64 = (text: string) => Buffer.from(text).toString('base64');
const texts = () => server.stored.map(({ text }) => text);

describe('content encodings', () => {
  const body = '{"a":1}';
  it.each<[string, Buffer]>([
    ['gzip', gzipSync(body)],
    ['GZIP', gzipSync(body)],
    ['x-gzip', gzipSync(body)],
    ['deflate', deflateSync(body)],
    ['Deflate', deflateRawSync(body)],
    ['br', brotliCompressSync(body)],
    ['identity', Buffer.from(body)],
    ['gzip, br', brotliCompressSync(gzipSync(body))],
    ...('zstdCompressSync' in zlib
      ? [
          ['zstd', (zlib as { zstdCompressSync(text: string): Buffer }).zstdCompressSync(body)] as [
            string,
            Buffer,
          ],
        ]
      : []),
  ])('%s', async (encoding, packed) => {
    expect((await send(packed, { 'content-encoding': encoding })).status).toBe(202);
    expect(texts()).toEqual([body]);
  });

  it('each layer has the limit of the body, and there are few', async () => {
    const large = Buffer.alloc(4 * 2 ** 20, 0x20);
    for (const [encoding, packed] of [
      ['gzip', gzipSync(large)],
      ['br', brotliCompressSync(large)],
      ['deflate', deflateSync(large)],
      ['gzip, gzip', gzipSync(gzipSync(large))],
    ] as const)
      expect((await send(packed, { 'content-encoding': encoding })).status, encoding).toBe(413);
    const thrice = gzipSync(gzipSync(gzipSync(body)));
    expect((await send(thrice, { 'content-encoding': 'gzip, gzip, gzip' })).status).toBe(415);
    expect((await send(body, { 'content-encoding': 'compress' })).status).toBe(415);
    expect((await send(body, { 'content-encoding': 'constructor' })).status).toBe(415);
    for (const encoding of ['gzip', 'br', 'deflate'])
      expect((await send('no archive', { 'content-encoding': encoding })).status).toBe(400);
    expect(texts()).toEqual([]);
  });
});

describe('what stands around the body', () => {
  it('a slash after the name, a query, Expect: 100-continue', async () => {
    expect((await send('{"a":1}', {}, '/ingest/s/')).status).toBe(202);
    expect((await send('{"a":2}', {}, '/ingest/s?x=1')).status).toBe(202);
    expect((await send('{"a":2}', {}, '/ingest/s/?x=1')).status).toBe(202);
    expect((await send('{"a":3}', {}, '/ingest/s//')).status).toBe(401);
    const status = await new Promise((resolve, reject) => {
      const sent = request(`${server.url}/ingest/s`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', expect: '100-continue', 'content-length': 7 },
      });
      sent.on('continue', () => sent.end('{"a":4}'));
      sent.on('response', (response) => resolve(response.statusCode));
      sent.on('error', reject);
      sent.flushHeaders();
    });
    expect(status).toBe(202);
    expect(server.stored.map(({ header }) => header.source)).toEqual(['s', 's', 's', 's']);
  });

  it.each(['text/plain; charset=UTF-8', 'application/vnd.api+json', 'TEXT/JSON', 'Application/JSON'])(
    'JSON as %s',
    async (type) => {
      expect((await send('{"n":12345678901234567890}', { 'content-type': type })).status).toBe(202);
      expect(texts()).toEqual(['{"n":12345678901234567890}']);
    },
  );

  it('text that is no JSON is refused', async () => {
    expect((await send('hello', { 'content-type': 'text/plain' })).status).toBe(400);
  });

  it('an own status, for senders that take only one for success', async () => {
    expect((await send('{"a":1}', {}, '/ingest/mailgun')).status).toBe(200);
  });
});

describe('forms', () => {
  const form = (body: string) => send(body, { 'content-type': 'application/x-www-form-urlencoded' });
  it.each([
    ['payload=%7B%22a%22%3A1.10%7D', '{"a":1.10}'],
    ['token=x&team_id=T1&text=hello+w%C3%B6rld', '{"token":"x","team_id":"T1","text":"hello wörld"}'],
    ['a=1&b=2&a=3', '{"a":["1","3"],"b":"2"}'],
    ['payload=%7B%7D&a=1', '{"payload":"{}","a":"1"}'],
    ['payload=text', '{"payload":"text"}'],
    ['10=b&9=a', '{"10":"b","9":"a"}'],
  ])('%s', async (body, event) => {
    expect((await form(body)).status).toBe(202);
    expect(texts()).toEqual([event]);
  });

  it.each(['', 'payload=%7B', '__proto__=1', Array.from({ length: 101 }, (_, i) => `f${i}=1`).join('&')])(
    'refuses %s',
    async (body) => {
      expect((await form(body)).status).toBe(400);
      expect(texts()).toEqual([]);
    },
  );
});

describe('CloudEvents', () => {
  const attributes = { specversion: '1.0', id: 'e-1', source: '/shop/ä', type: 'order' };

  it('structured: the data is the event, byte for byte; the attributes go with it', async () => {
    const body = `{"specversion":"1.0","id":"e-1","source":"/shop","type":"order","partition":7, "data" : {"n": 1.10, "data":{}} }`;
    const answer = await send(body, { 'content-type': 'application/cloudevents+json; charset=utf-8' });
    expect(answer.status).toBe(202);
    expect(Object.keys((await answer.json()) as object)).toContain('request_id');
    expect(server.stored[0]).toMatchObject({
      text: '{"n": 1.10, "data":{}}',
      header: {
        headers: {
          'ce-specversion': '1.0',
          'ce-id': 'e-1',
          'ce-source': '/shop',
          'ce-type': 'order',
          'ce-partition': '7',
        },
      },
    });
  });

  it('structured, with data in base64, of another kind, or without data', async () => {
    const type = { 'content-type': 'application/cloudevents+json' };
    const base64 = Buffer.from('{"a":1}').toString('base64');
    await send(JSON.stringify({ ...attributes, data_base64: base64 }), type);
    const text = JSON.stringify({ ...attributes, id: 'e-2', data: 'text' });
    await send(text, type);
    const none = JSON.stringify({ ...attributes, id: 'e-3' });
    await send(none, type);
    expect(texts()).toEqual(['{"a":1}', text, none]);
  });

  it('binary: the headers are the attributes', async () => {
    const headers = {
      'ce-specversion': '1.0',
      'ce-id': 'e-1',
      'ce-source': '/shop/%C3%A4',
      'ce-type': 'order',
      'ce-time': '2026-01-01T00:00:00Z',
    };
    expect((await send('{"a":1}', headers)).status).toBe(202);
    expect(server.stored[0]!.header.headers).toMatchObject({ 'ce-source': '/shop/ä', 'ce-type': 'order' });
    expect(texts()).toEqual(['{"a":1}']);
  });

  it('batched: each with its own attributes', async () => {
    const batch = [1, 2, 3].map((n) => ({ ...attributes, id: `e-${n}`, data: { n } }));
    const answer = await send(JSON.stringify(batch), {
      'content-type': 'application/cloudevents-batch+json',
    });
    const { request_ids: ids } = (await answer.json()) as { request_ids: string[] };
    expect(ids).toEqual(server.stored.map(({ requestId }) => requestId));
    expect(new Set(ids).size).toBe(3);
    expect(server.stored.map(({ header }) => header.headers!['ce-id'])).toEqual(['e-1', 'e-2', 'e-3']);
  });

  it.each([
    ['application/cloudevents+json', '{"specversion":"1.0","id":"1","source":"s"}'],
    ['application/cloudevents+json', '{"specversion":"0.3","id":"1","source":"s","type":"t"}'],
    ['application/cloudevents-batch+json', '[{"a":1}]'],
  ])('%s: %s is none', async (type, body) => {
    const answer = await send(body, { 'content-type': type });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'invalid_cloudevent' });
  });

  it('an event is the same delivery when its source and id are, in whatever mode it comes', async () => {
    const body = JSON.stringify({ ...attributes, source: 's', data: { a: 1 } });
    const ce = { 'content-type': 'application/cloudevents+json' };
    const first = (await (await send(body, ce)).json()) as object;
    const binary = { 'ce-specversion': '1.0', 'ce-id': 'e-1', 'ce-source': 's', 'ce-type': 'order' };
    expect(await (await send('{"a":1}', binary)).json()).toEqual(first);
    await send('{"a":1}', { ...binary, 'ce-source': 'other' });
    expect(texts()).toHaveLength(2);
  });
});

describe('envelopes of many', () => {
  it.each([
    ['batch', '{"sentAt":1,"batch":[{"n":1.10},{"a":{"batch":[]}}]}', ['{"n":1.10}', '{"a":{"batch":[]}}']],
    ['batch', '{"batch" : [ {"a":"]},{"} ,\n{"b":"\\"}"} ] }', ['{"a":"]},{"}', '{"b":"\\"}"}']],
    ['batch', '[{"batch":[{"a":1}]},{"batch":[{"a":2}]}]', ['{"a":1}', '{"a":2}']],
    ['batch', '{"batch":["{\\"a\\":1}"]}', ['{"a":1}']],
    ['nested', '{"notificationItems":[{"NotificationRequestItem":{"a":1}}]}', ['{"a":1}']],
    ['after', '{"before":null,"after":{"n":12345678901234567890}}', ['{"n":12345678901234567890}']],
    ['batch', '{"batch":[]}', []],
    ['pubsub', `{"message":{"data":"${base64('{"n":1.10,\n"ä":"😀"}')}"}}`, ['{"n":1.10, "ä":"😀"}']],
    ['kinesis', `{"Records":[{"kinesis":{"data":"${base64(' {"a":1}\n')}"}}]}`, ['{"a":1}']],
  ])('%s: %s', async (source, body, events) => {
    expect((await send(body, {}, `/ingest/${source}`)).status).toBe(202);
    expect(texts()).toEqual(events);
    expect(server.stored.map(({ header }) => header.notAt)).toEqual(events.map(() => undefined));
  });

  it.each([
    ['batch', '{"type":"ping"}', '/batch/*'],
    ['batch', '{"batch":[1,{"a":1}]}', '/batch/*'],
    ['batch', '{"batch":{"a":1}}', '/batch/*'],
    ['batch', '{"Batch":[{"a":1}]}', '/batch/*'],
    ['batch', '{"batch":null}', '/batch/*'],
    ['after', '{"after":null}', '/after'],
    ['deep', '{"a":[{"b":[{"id":1}]},{"c":1}]}', '/a/*/b/*'],
    ['pubsub', '{"message":{"data":"bm8ganNvbg=="}}', '/message/data'],
    ['pubsub', `{"message":{"data":"${base64('[{"a":1}]')}"}}`, '/message/data'],
    ['pubsub', '{"message":{"data":""}}', '/message/data'],
  ])('%s: %s is kept whole, and marked', async (source, body, notAt) => {
    expect((await send(body, {}, `/ingest/${source}`)).status).toBe(202);
    expect(server.stored.map(({ text, header }) => [text, header.notAt])).toEqual([[body, notAt]]);
  });

  it('stand in a request beside what is none, in the order of the request', async () => {
    const answer = await send(
      '[{"batch":[{"a":1},{"a":2}]},{"a":3},{"batch":[{"a":4}]}]',
      {},
      '/ingest/batch',
    );
    expect(await answer.json()).toMatchObject({ accepted: 4 });
    expect(server.stored.map(({ text, header }) => [text, header.notAt])).toEqual([
      ['{"a":1}', undefined],
      ['{"a":2}', undefined],
      ['{"a":3}', '/batch/*'],
      ['{"a":4}', undefined],
    ]);
  });

  it('have the limit of a request', async () => {
    const many = JSON.stringify({ batch: Array.from({ length: 101 }, () => ({})) });
    expect((await send(many, {}, '/ingest/batch')).status).toBe(413);
    const deep = `{"batch":[${'{"a":'.repeat(20)}1${'}'.repeat(20)}]}`;
    expect((await send(deep, {}, '/ingest/batch')).status).toBe(422);
  });
});

it('headers that a source keeps go with its events', async () => {
  await send('{"a":1}', { 'X-Topic': 'orders', 'x-other': 'x' }, '/ingest/kept');
  expect(server.stored[0]!.header.headers).toEqual({ 'x-topic': 'orders' });
});
