import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { get, ingest, post, query, settled, transaction, without } from '../helpers/sentinel.ts';
import { type ServiceHere, startHere } from '../helpers/service-here.ts';

/** Chapter 1: what happens to one event, from the request to the row. */
let sentinel: ServiceHere;
beforeAll(async () => {
  sentinel = await startHere();
});
afterAll(() => sentinel.stop());

describe('a good event', () => {
  it('is answered with 202 and a request id, and is a row soon after', async () => {
    const event = transaction({ amount: '12.50', description: null });
    const response = await post(`${sentinel.url}/ingest`, event);
    expect(response.status).toBe(202);
    const answer = (await response.json()) as { request_id: string; status: string };
    expect(answer).toEqual({
      request_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      status: 'accepted',
    });

    const info = await settled(sentinel.url, answer.request_id);
    expect(info).toMatchObject({
      status: 'loaded',
      contract: 'transaction',
      version: '1.0.0',
      source: 'shop',
    });

    const [row] = await query(
      sentinel.url,
      `select * from transaction where event_id = '${String(event['event_id'])}'`,
    );
    expect(row).toMatchObject({
      event_id: event['event_id'],
      timestamp: '2026-01-15T10:30:00Z',
      amount: '12.5',
      currency: 'EUR',
      email: 'ada@example.com',
      description: null,
      _request_id: answer.request_id,
      _source: 'shop',
      _contract_version: '1.0.0',
      _repaired: false,
      _rule_id: null,
    });
  });

  it('keeps every digit of money, whichever way it was sent', async () => {
    const amounts = ['0.1', '99.99', '"12345678901234567890.123456789"', '12345678901234567.89'];
    for (const amount of amounts) {
      const event = JSON.stringify(transaction()).replace('"amount":99.99', `"amount":${amount}`);
      const id = await ingest(sentinel.url, event);
      expect((await settled(sentinel.url, id)).status).toBe('loaded');
      const [row] = await query(sentinel.url, `select amount from transaction where _request_id = '${id}'`);
      expect(row!['amount']).toBe(amount.replaceAll('"', ''));
    }
  });

  it('gets an id, a time and a source at ingest when it brings none', async () => {
    const id = await ingest(sentinel.url, without(transaction(), 'event_id', 'timestamp', 'source'));
    expect(await settled(sentinel.url, id)).toMatchObject({ status: 'loaded', source: 'unknown' });
    const [row] = await query(
      sentinel.url,
      `select event_id, source, timestamp = _received_at as same_time from transaction where _request_id = '${id}'`,
    );
    expect(row).toEqual({ event_id: id, source: 'unknown', same_time: true });
  });

  it('keeps fields that the contract does not declare', async () => {
    const id = await ingest(sentinel.url, transaction({ coupon: { code: 'X1' } }));
    await settled(sentinel.url, id);
    const [row] = await query(sentinel.url, `select _extra from transaction where _request_id = '${id}'`);
    expect(row!['_extra']).toEqual({ coupon: { code: 'X1' } });
  });

  it('takes its source from the path', async () => {
    const id = await ingest(sentinel.url, transaction(), 'stripe');
    expect(await settled(sentinel.url, id)).toMatchObject({ status: 'loaded', source: 'stripe' });
  });
});

describe('many events in one request', () => {
  it('are taken from an array, from NDJSON and from gzip', async () => {
    const { gzipSync } = await import('node:zlib');
    const events = [transaction(), transaction(), transaction()];
    const bodies: [string, Record<string, string>, string | Uint8Array<ArrayBuffer>][] = [
      [
        'array',
        { 'content-type': 'application/json' },
        JSON.stringify(events.map((event) => ({ ...event, event_id: crypto.randomUUID() }))),
      ],
      [
        'ndjson',
        { 'content-type': 'application/x-ndjson' },
        events.map((event) => JSON.stringify(event)).join('\n'),
      ],
      [
        'gzip',
        { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' },
        new Uint8Array(
          gzipSync(
            events.map((event) => JSON.stringify({ ...event, event_id: crypto.randomUUID() })).join('\n'),
          ),
        ),
      ],
    ];
    for (const [, headers, body] of bodies) {
      const response = await fetch(`${sentinel.url}/ingest/bulk`, { method: 'POST', headers, body });
      expect(response.status).toBe(202);
      const answer = (await response.json()) as { status: string; accepted: number; request_ids: string[] };
      expect(answer).toMatchObject({ status: 'accepted', accepted: 3 });
      expect(new Set(answer.request_ids).size).toBe(3);
      for (const id of answer.request_ids) expect((await settled(sentinel.url, id)).status).toBe('loaded');
    }
  });
});

describe('the same event twice', () => {
  it('makes one row and one duplicate', async () => {
    const event = transaction();
    const first = await ingest(sentinel.url, event);
    expect((await settled(sentinel.url, first)).status).toBe('loaded');
    const second = await ingest(sentinel.url, event);
    expect(await settled(sentinel.url, second)).toMatchObject({
      status: 'duplicate',
      contract: 'transaction',
    });
    const rows = await query(
      sentinel.url,
      `select _request_id from transaction where event_id = '${String(event['event_id'])}'`,
    );
    expect(rows).toEqual([{ _request_id: first }]);
  });

  it('also within one request', async () => {
    const event = transaction();
    const response = await post(`${sentinel.url}/ingest`, [event, event]);
    const { request_ids: ids } = (await response.json()) as { request_ids: string[] };
    const statuses = await Promise.all(ids.map(async (id) => (await settled(sentinel.url, id)).status));
    expect(statuses.toSorted()).toEqual(['duplicate', 'loaded']);
  });
});

describe('an event that breaks its contract', () => {
  it('is a dead letter that names the field', async () => {
    const id = await ingest(sentinel.url, transaction({ amount: 'not-a-number' }));
    const info = await settled(sentinel.url, id);
    expect(info).toMatchObject({
      status: 'dead_letter',
      contract: 'transaction',
      violations: [{ path: '/amount', found: 'string' }],
      original: { amount: 'not-a-number' },
    });
    const letter = await get<{ reason: string }>(
      `${sentinel.url}/api/v1/dead-letters/${info.dead_letter_id!}`,
    );
    expect(letter.reason).toContain('amount');
  });

  it.each([
    ['an unknown major version', { version: '9.0.0' }, 'unknown_contract_version'],
    ['a version that is no text', { version: [] }, 'unknown_contract_version'],
    ['infinite money', { amount: 'inf' }, 'format'],
    ['a blank currency', { currency: '   ' }, undefined],
    ['a broken e-mail', { email: 'ada' }, undefined],
    ['negative money', { amount: -1 }, 'too_small'],
  ])('%s', async (_, change, code) => {
    const info = await settled(sentinel.url, await ingest(sentinel.url, transaction(change)));
    expect(info.status).toBe('dead_letter');
    expect(info.violations).toHaveLength(1);
    if (code !== undefined) expect(info.violations![0]!.code).toBe(code);
  });
});

describe('versions of a contract', () => {
  const order = {
    type: 'order',
    payload: {
      order_id: 'o-1',
      customer_email: 'ada@example.com',
      items: [{ sku: 'a', quantity: 2, price: '9.95' }],
      total_amount: 19.9,
      currency: 'EUR',
    },
  };

  it('run side by side in one table', async () => {
    const first = await settled(sentinel.url, await ingest(sentinel.url, { ...order, version: '1.0.0' }));
    expect(first).toMatchObject({ status: 'loaded', contract: 'order', version: '1.0.0' });
    const compatible = await settled(
      sentinel.url,
      await ingest(sentinel.url, { ...order, version: '1.7.2' }),
    );
    expect(compatible).toMatchObject({ status: 'loaded', version: '1.0.0' });
    const contracts = await get<{ items: { name: string; version: string }[] }>(
      `${sentinel.url}/api/v1/contracts`,
    );
    expect(contracts.items).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'order', version: '1.0.0' }) as unknown,
        expect.objectContaining({ name: 'order', version: '2.0.0' }) as unknown,
      ]),
    );
  });
});

it('an id that was never given is not found', async () => {
  const response = await fetch(`${sentinel.url}/api/v1/events/01923456-789a-7000-8000-000000000000`);
  expect(response.status).toBe(404);
  expect(response.headers.get('content-type')).toContain('application/problem+json');
});
