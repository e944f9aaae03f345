import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { SourceConfig } from '../../src/config/types.ts';
import { type IngestServer, startIngest } from '../helpers/ingest-server.ts';

let server: IngestServer;
afterEach(() => server?.close());

const post = (body: unknown, headers: Record<string, string> = {}, path = '/ingest/s') =>
  fetch(server.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const start = async (source: SourceConfig, options = {}) =>
  (server = await startIngest({ s: source }, options));
const stored = () => server.stored.length;

const signedAs = (name: 'slack' | 'zm', secret: string) => (body: object) => {
  const text = JSON.stringify(body);
  const time = String(Math.floor(Date.now() / 1000));
  const signature = `v0=${createHmac('sha256', secret).update(`v0:${time}:${text}`).digest('hex')}`;
  const prefix = `x-${name}`;
  return post(text, { [`${prefix}-request-timestamp`]: time, [`${prefix}-signature`]: signature });
};

it('Slack: the challenge comes back, when it is signed', async () => {
  await start({ verify: { type: 'slack', secrets: ['s'] } });
  const answer = await signedAs('slack', 's')({ type: 'url_verification', challenge: '3eZbrw' });
  expect([answer.status, await answer.text()]).toEqual([200, '3eZbrw']);
  expect((await signedAs('slack', 'x')({ type: 'url_verification', challenge: '3eZbrw' })).status).toBe(401);
  expect(stored()).toBe(0);
  expect((await signedAs('slack', 's')({ type: 'event_callback', challenge: 'x' })).status).toBe(202);
  expect(stored()).toBe(1);
});

it('Zoom: the token comes back encrypted', async () => {
  await start({ verify: { type: 'zoom', secrets: ['s'] } });
  const answer = await signedAs(
    'zm',
    's',
  )({ event: 'endpoint.url_validation', payload: { plainToken: 'abc' } });
  expect(await answer.json()).toEqual({
    plainToken: 'abc',
    encryptedToken: createHmac('sha256', 's').update('abc').digest('hex'),
  });
  expect(stored()).toBe(0);
});

it('Meta: the challenge comes back, when the token is ours', async () => {
  await start({ verify: { type: 'meta', secrets: ['s'], verifyToken: 'ours' } });
  const ask = (token: string, mode = 'subscribe') =>
    fetch(`${server.url}/ingest/s?hub.mode=${mode}&hub.challenge=1158201444&hub.verify_token=${token}`);
  const answer = await ask('ours');
  expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
    200,
    'text/plain',
    '1158201444',
  ]);
  expect((await ask('theirs')).status).toBe(403);
  expect((await ask('')).status).toBe(403);
  expect((await ask('ours', 'other')).status).toBe(405);
  expect((await fetch(`${server.url}/ingest/s`)).status).toBe(405);
});

it('Meta without a token of ours answers nobody', async () => {
  await start({ verify: { type: 'meta', secrets: ['s'] } });
  const answer = await fetch(`${server.url}/ingest/s?hub.mode=subscribe&hub.challenge=1&hub.verify_token=`);
  expect(answer.status).toBe(403);
});

it('Azure Event Grid: the code comes back, when the request is verified', async () => {
  await start({ verify: { type: 'api_key', in: 'query', name: 'code', secrets: ['k'] } });
  const body = [
    {
      id: '1',
      eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
      data: { validationCode: '512d38b6' },
    },
  ];
  const headers = { 'aeg-event-type': 'SubscriptionValidation' };
  const answer = await post(body, headers, '/ingest/s?code=k');
  expect([answer.status, await answer.json()]).toEqual([200, { validationResponse: '512d38b6' }]);
  expect((await post(body, headers, '/ingest/s?code=x')).status).toBe(401);
  expect(stored()).toBe(0);
});

it('CloudEvents: a source that is known may be sent to', async () => {
  await start({ verify: { type: 'bearer', secrets: ['k'] } });
  const ask = (path: string) =>
    fetch(server.url + path, {
      method: 'OPTIONS',
      headers: { 'webhook-request-origin': 'eventemitter.example.com' },
    });
  const answer = await ask('/ingest/s');
  expect([answer.status, answer.headers.get('webhook-allowed-origin')]).toEqual([
    200,
    'eventemitter.example.com',
  ]);
  expect((await ask('/ingest/unknown')).status).toBe(401);
});

it('Twitch: the challenge comes back, when it is signed', async () => {
  const header = 'twitch-eventsub-message-signature';
  const signed = '{header:twitch-eventsub-message-id}{timestamp}{body}';
  const timestampHeader = 'twitch-eventsub-message-timestamp';
  await start({
    verify: { type: 'hmac', header, prefix: 'sha256=', signed, timestampHeader, secrets: ['s'] },
  });
  const body = '{"challenge":"pogchamp","subscription":{}}';
  const time = new Date().toISOString();
  const headers = {
    [timestampHeader]: time,
    'twitch-eventsub-message-id': 'm1',
    'twitch-eventsub-message-type': 'webhook_callback_verification',
    [header]: `sha256=${createHmac('sha256', 's').update(`m1${time}${body}`).digest('hex')}`,
  };
  const answer = await post(body, headers);
  expect([answer.status, await answer.text()]).toEqual([200, 'pogchamp']);
  expect((await post(body, { ...headers, [header]: 'sha256=00' })).status).toBe(401);
});

it('Asana: the secret comes back in its header, with a request that has no events', async () => {
  await start({ verify: { type: 'none', secrets: [], public: true } });
  for (const body of ['', '{}']) {
    const answer = await post(body, { 'x-hook-secret': 'b537207f' });
    expect([answer.status, answer.headers.get('x-hook-secret'), await answer.text()]).toEqual([
      200,
      'b537207f',
      '',
    ]);
  }
  expect(stored()).toBe(0);
  expect((await post({ events: [] }, { 'x-hook-secret': 'b537207f' })).status).toBe(202);
  expect(stored()).toBe(1);
});

describe('a sender that signs nothing yet', () => {
  const sourceOf = (header: string) => ({ verify: { type: 'hmac', header, secrets: ['s'] } });

  it('Asana: the secret comes back from the source that will check its signatures, and from no other', async () => {
    await start(sourceOf('X-Hook-Signature'));
    for (const body of ['', '{}']) {
      const answer = await post(body, { 'x-hook-secret': 'b537207f' });
      expect([answer.status, answer.headers.get('x-hook-secret')]).toEqual([200, 'b537207f']);
    }
    expect((await post('{"a":1}', { 'x-hook-secret': 'b537207f' })).status).toBe(401);
    expect((await post('{}', {})).status).toBe(401);
    const wrong = await post('{}', { 'x-hook-secret': 'b537207f', 'x-hook-signature': '00' });
    expect([wrong.status, wrong.headers.get('x-hook-secret')]).toEqual([401, null]);
    expect(stored()).toBe(0);
  });

  it('WooCommerce: a form with the number of the webhook alone is answered', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    await start(sourceOf('x-wc-webhook-signature'));
    expect((await post('webhook_id=5', form)).status).toBe(200);
    for (const body of ['webhook_id=5&x=1', 'webhook_id=', 'webhook_id=a'])
      expect((await post(body, form)).status).toBe(401);
    expect(stored()).toBe(0);
  });

  it('another source answers neither', async () => {
    await start(sourceOf('x-signature'));
    expect((await post('{}', { 'x-hook-secret': 'b537207f' })).status).toBe(401);
    expect((await post('webhook_id=5', { 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(
      401,
    );
  });
});

it('monday: the challenge comes back as it came, when nothing stands beside it', async () => {
  await start({ verify: { type: 'api_key', in: 'query', name: 'code', secrets: ['k'] } });
  const answer = await post({ challenge: '3eZbrw' }, {}, '/ingest/s?code=k');
  expect([answer.status, await answer.json()]).toEqual([200, { challenge: '3eZbrw' }]);
  expect((await post({ challenge: '3eZbrw' }, {}, '/ingest/s?code=x')).status).toBe(401);
  expect(stored()).toBe(0);
  expect((await post({ challenge: '3eZbrw', id: 1 }, {}, '/ingest/s?code=k')).status).toBe(202);
  expect(stored()).toBe(1);
});

describe('Amazon SNS: the address that confirms a subscription', () => {
  const url = 'https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=t';
  const body = {
    Type: 'SubscriptionConfirmation',
    MessageId: 'm',
    Token: 't',
    TopicArn: 'arn:aws:sns:a:1:b',
    SubscribeURL: url,
  };
  // Whether it is signed is tested with the presets; here it is taken as such.
  const verified = { fetchCertificate: () => Promise.reject(new Error('not asked')) };

  it('is refused unsigned, and visited by nobody', async () => {
    const visited: string[] = [];
    const visit = async (address: string) => void visited.push(address);
    await start({ verify: { type: 'sns', secrets: [], confirm: true } }, { visit, outside: verified });
    expect((await post(body, { 'content-type': 'text/plain; charset=UTF-8' })).status).toBe(401);
    expect(visited).toEqual([]);
    expect(stored()).toBe(0);
  });
});
