import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../helpers/until.ts';
import { type RunningSentinel, get, post, query, settled, startProcess } from '../helpers/sentinel.ts';

/** Chapter 12: a sender that signs its requests, repeats them, and says what they are in headers. */
const secret = 'a secret of the sender';
const contract = (name: string, more: object = {}) => ({
  [`contracts/${name}.schema.json`]: JSON.stringify({
    'x-contract': { name, version: '1.0.0', table: name, ...more },
    type: 'object',
    properties: { action: { type: 'string' }, count: { type: 'integer' } },
    required: ['action'],
  }),
});
const signed = (body: string, key = secret) => ({
  'x-hub-signature-256': `sha256=${createHmac('sha256', key).update(body).digest('hex')}`,
});

/** Tells what it was given, and sends it into the flow. */
const step = `
  export const config = {
    name: 'take_push',
    description: 'Takes a signed push.',
    triggers: [{ type: 'http', method: 'POST', path: '/push', source: 'github' }],
    enqueues: ['raw_event'],
    flows: [],
  };
  export async function handler({ body, rawBody, headers }, { enqueue }) {
    await enqueue('raw_event', { type: 'gh_push', action: headers['x-github-event'], count: body.count }, { source: 'events' });
    return { status: 200, body: { raw: Buffer.from(rawBody).toString(), count: body.count, form: body.form } };
  }
`;

let sentinel: RunningSentinel;
beforeAll(async () => {
  sentinel = await startProcess({
    config: {
      contracts: ['./contracts'],
      sources: {
        github: {
          verify: { type: 'github', secret_env: 'GITHUB_SECRET' },
          contract: {
            from: 'header:X-GitHub-Event',
            map: { issues: 'gh_issue', push: 'gh_push' },
            otherwise: 'keep',
          },
          headers: ['X-GitHub-Delivery'],
          version: 'ignore',
        },
        events: {},
      },
    },
    env: { GITHUB_SECRET: secret },
    files: { ...contract('gh_issue'), ...contract('gh_push'), 'steps/push.step.js': step },
  });
});
afterAll(() => sentinel.stop());

async function deliver(event: object, headers: Record<string, string>, key = secret) {
  const body = JSON.stringify(event);
  const response = await post(`${sentinel.url}/ingest/github`, body, { ...signed(body, key), ...headers });
  return { status: response.status, ...((await response.json()) as { request_id?: string; code?: string }) };
}

describe('a source that is verified', () => {
  it('is taken without a key, and without its signature refused with every key', async () => {
    const headers = { 'x-github-event': 'issues', 'x-github-delivery': 'd-0' };
    const forged = await deliver(
      { action: 'forged' },
      { ...headers, authorization: 'Bearer anything' },
      'guessed',
    );
    expect(forged).toMatchObject({ status: 401, code: 'signature_wrong' });
    const { request_id: id } = await deliver({ action: 'opened', version: '7.0.0' }, headers);
    expect(await settled(sentinel.url, id!)).toMatchObject({ status: 'loaded', contract: 'gh_issue' });
    expect(await query(sentinel.url, "select count(*) as n from gh_issue where action = 'forged'")).toEqual([
      { n: 0 },
    ]);
    const metrics = await (await fetch(`${sentinel.url}/metrics`)).text();
    expect(metrics).toContain('sentinel_ingest_refused_total{source="github",reason="signature_wrong"} 1');
  });

  it('has its headers kept in _headers, and its contract chosen by one', async () => {
    const push = await deliver(
      { action: 'pushed' },
      { 'x-github-event': 'push', 'x-github-delivery': 'd-1' },
    );
    expect(await settled(sentinel.url, push.request_id!)).toMatchObject({
      contract: 'gh_push',
      status: 'loaded',
    });
    const [row] = await query(
      sentinel.url,
      `select _headers->>'x-github-delivery' as delivery, _headers->>'x-github-event' as event from gh_push`,
    );
    expect(row).toEqual({ delivery: 'd-1', event: 'push' });
  });

  it('that names no contract is a dead letter, which keeps its headers through a replay', async () => {
    const star = await deliver(
      { action: 'starred' },
      { 'x-github-event': 'star', 'x-github-delivery': 'd-2' },
    );
    const info = await settled(sentinel.url, star.request_id!);
    expect(info).toMatchObject({ status: 'dead_letter', violations: [{ code: 'unknown_contract' }] });
    const letter = () =>
      get<{ headers: object; status: string; replays: number }>(
        `${sentinel.url}/api/v1/dead-letters/${info.dead_letter_id!}`,
      );
    expect(await letter()).toMatchObject({
      headers: { 'x-github-event': 'star', 'x-github-delivery': 'd-2' },
    });
  });

  it('whose event has drifted keeps its headers through the healers', async () => {
    const drifted = await deliver(
      { Action: 'closed', count: '3' },
      { 'x-github-event': 'push', 'x-github-delivery': 'd-3' },
    );
    expect(await settled(sentinel.url, drifted.request_id!)).toMatchObject({
      status: 'repaired',
      contract: 'gh_push',
    });
    const rows = await query(
      sentinel.url,
      `select _headers->>'x-github-delivery' as d from gh_push where action = 'closed'`,
    );
    expect(rows).toEqual([{ d: 'd-3' }]);
  });

  it("a field that is called like the column stays the sender's own", async () => {
    const { request_id: id } = await deliver(
      { action: 'odd', _headers: { 'x-github-event': 'forged' } },
      { 'x-github-event': 'push', 'x-github-delivery': 'd-4' },
    );
    expect((await settled(sentinel.url, id!)).status).toBe('loaded');
    const rows = await query(
      sentinel.url,
      `select _headers->>'x-github-event' as kept, _extra->'_headers'->>'x-github-event' as sent from gh_push where action = 'odd'`,
    );
    expect(rows).toEqual([{ kept: 'push', sent: 'forged' }]);
  });
});

describe('one delivery sent three times', () => {
  it('is one row, also when the service was killed in between', async () => {
    const headers = { 'x-github-event': 'issues', 'x-github-delivery': 'd-9' };
    const first = await deliver({ action: 'thrice' }, headers);
    expect(await deliver({ action: 'thrice' }, headers)).toEqual(first);
    await sentinel.kill('SIGKILL');
    await sentinel.restart();
    expect(await deliver({ action: 'thrice' }, headers)).toEqual(first);
    await settled(sentinel.url, first.request_id!);
    const other = await deliver(
      { action: 'last' },
      { 'x-github-event': 'issues', 'x-github-delivery': 'd-10' },
    );
    await settled(sentinel.url, other.request_id!);
    expect(await query(sentinel.url, "select count(*) as n from gh_issue where action = 'thrice'")).toEqual([
      { n: 1 },
    ]);
  });
});

it('is shown with what was refused and why, never with a secret, and can be tried', async () => {
  await deliver({ action: 'forged' }, {}, 'guessed');
  const list = async () => (await fetch(`${sentinel.url}/api/v1/sources`)).text();
  const of = async (name: string) =>
    (JSON.parse(await list()) as { items: Record<string, unknown>[] }).items.find(
      (item) => item['source'] === name,
    )!;
  expect(await of('github')).toMatchObject({
    asks_for: 'signature',
    sender: { verified_by: 'github', secret_from: ['GITHUB_SECRET'], can_test: true },
    refused: { recent: [{ reason: 'signature_wrong', address: '127.0.0.1' }] },
  });
  // Without a token, whoever is on this machine may send.
  expect(await of('events')).toMatchObject({ asks_for: 'nothing', last_delivery_at: null });
  expect(await list()).not.toContain(secret);

  const before = (await of('github'))['last_delivery_at'];
  const tried = await post(`${sentinel.url}/api/v1/sources/github/test`, '{}');
  // Nothing is stored of it.
  expect(await tried.json()).toMatchObject({ accepted: true, status: 202, answer: '{"status":"ignored"}' });
  expect((await of('github'))['last_delivery_at']).toBe(before);
  expect((await post(`${sentinel.url}/api/v1/sources/events/test`, '{}')).status).toBe(422);
  expect((await post(`${sentinel.url}/api/v1/sources/nobody/test`, '{}')).status).toBe(404);
});

describe('a step whose route names a source', () => {
  const body = '{ "count": 738529527931269425 }\n';
  const push = (text: string, headers: Record<string, string>) => post(`${sentinel.url}/push`, text, headers);

  it('gets the bytes, every digit and the headers, and says of which source its events are', async () => {
    const response = await push(body, { ...signed(body), 'x-github-event': 'stepped' });
    expect(await response.text()).toBe(`{"raw":${JSON.stringify(body)},"count":738529527931269425}`);
    const rows = () =>
      query(sentinel.url, "select count::text as count, _source from gh_push where action = 'stepped'");
    await until(async () => (await rows()).length > 0);
    expect(await rows()).toEqual([{ count: '738529527931269425', _source: 'events' }]);
  });

  it('is called for requests that satisfy its settings, and for no others', async () => {
    for (const headers of [signed(''), signed(body, 'guessed'), { authorization: 'Bearer anything' }])
      expect((await push(body, headers)).status).toBe(401);
    expect((await push(body.replace('5', '6'), signed(body))).status).toBe(401);
  });

  it('takes forms, and refuses what can be read in two ways', async () => {
    const form = 'form=a+b&count=1';
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    expect(await (await push(form, { ...signed(form), ...type })).json()).toMatchObject({ form: 'a b' });
    for (const text of ['{"count":1,"count":2}', '{', `${'['.repeat(5000)}${']'.repeat(5000)}`])
      expect((await push(text, signed(text))).status).toBe(400);
  });
});

it('a CloudEvent: its type is the contract, its attributes are kept', async () => {
  const event = {
    specversion: '1.0',
    id: 'c-1',
    source: '/shop',
    type: 'gh_push',
    data: { action: 'cloud' },
  };
  const response = await post(`${sentinel.url}/ingest/events`, event, {
    'content-type': 'application/cloudevents+json',
  });
  const { request_id: id } = (await response.json()) as { request_id: string };
  expect(await settled(sentinel.url, id)).toMatchObject({ status: 'loaded', contract: 'gh_push' });
  const rows = await query(
    sentinel.url,
    `select _headers->>'ce-source' as source from gh_push where action = 'cloud'`,
  );
  expect(rows).toEqual([{ source: '/shop' }]);
});
