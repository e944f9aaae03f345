import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { get, ingest, post, query, settled, transaction, without } from '../helpers/sentinel.ts';
import { type ServiceHere, startHere } from '../helpers/service-here.ts';
import { bulk } from '../helpers/job.ts';
import { until } from '../helpers/until.ts';

/** Chapter 3: what nobody could repair waits for a person, whole. */
interface Letter {
  id: string;
  status: string;
  raw: string;
  reason: string;
  violations: { path: string }[];
  replays: number;
}
let sentinel: ServiceHere;
beforeAll(async () => {
  sentinel = await startHere();
});
afterAll(() => sentinel.stop());

const letters = (filter = '') =>
  get<{ items: Letter[]; next: string | null }>(`${sentinel.url}/api/v1/dead-letters${filter}`);
const replay = (id: string, body: unknown = {}) =>
  post(`${sentinel.url}/api/v1/dead-letters/${id}/replay`, body);

async function deadLetter(change: Record<string, unknown>, source?: string): Promise<string> {
  const id = await ingest(sentinel.url, transaction(change), source);
  expect((await settled(sentinel.url, id)).status).toBe('dead_letter');
  // Listings and groups follow within a second.
  await until(async () => (await letters(`?q=${id}`)).items.length === 1);
  return id;
}

describe('a dead letter', () => {
  it('keeps the event exactly as it was sent', async () => {
    const text = '{ "amount": 1.50e1,  "currency": "EURO", "n": 12345678901234567890 }';
    const id = await ingest(sentinel.url, text);
    expect((await settled(sentinel.url, id)).status).toBe('dead_letter');
    expect((await get<Letter>(`${sentinel.url}/api/v1/dead-letters/${id}`)).raw).toBe(text);
  });

  it('is listed by contract, source, signature and text, page by page', async () => {
    for (let index = 0; index < 5; index++)
      await deadLetter({ currency: 'EURO', description: `needle ${index}` }, 'list-test');
    const all = await letters('?source=list-test');
    expect(all.items).toHaveLength(5);
    expect((await letters('?source=list-test&q=needle 3')).items).toHaveLength(1);
    expect((await letters('?source=list-test&contract=order')).items).toHaveLength(0);

    const first = await letters('?source=list-test&limit=3');
    const second = await letters(`?source=list-test&limit=3&cursor=${encodeURIComponent(first.next!)}`);
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(all.items.map(({ id }) => id));
  });

  it('is grouped with those that failed in the same way', async () => {
    for (let index = 0; index < 3; index++) await deadLetter({ amount: 'abc' }, 'group-test');
    await deadLetter({ email: 'ada' }, 'group-test');
    const { items } = await get<{
      items: { count: number; source: string; violations: { path: string }[] }[];
    }>(`${sentinel.url}/api/v1/dead-letters/groups?source=group-test`);
    expect(items).toMatchObject([
      { count: 3, violations: [{ path: '/amount' }] },
      { count: 1, violations: [{ path: '/email' }] },
    ]);
  });
});

describe('replay', () => {
  it('of an edited letter loads it, and keeps the original beside it', async () => {
    const event = transaction({ amount: 'not-a-number' });
    const id = await deadLetter(event);
    const response = await replay(id, { event: { ...event, amount: '7.25' } });
    expect(response.status).toBe(202);

    expect(await settled(sentinel.url, id)).toMatchObject({
      status: 'repaired',
      healer: 'person',
      original: { amount: 'not-a-number' },
      result: { amount: '7.25' },
      by_hand: ['/amount'],
      dead_letter_id: id,
    });
    const [row] = await query(sentinel.url, `select amount from transaction where _request_id = '${id}'`);
    expect(row).toEqual({ amount: '7.25' });
    expect((await get<Letter>(`${sentinel.url}/api/v1/dead-letters/${id}`)).status).toBe('replayed');
  });

  it('of a letter that still fails opens it again', async () => {
    const id = await deadLetter({ amount: 'x' });
    await replay(id);
    expect((await settled(sentinel.url, id)).status).toBe('dead_letter');
    expect(await get<Letter>(`${sentinel.url}/api/v1/dead-letters/${id}`)).toMatchObject({
      status: 'open',
      replays: 1,
    });
  });

  it('of many says first how many, and what would become of them', async () => {
    for (let index = 0; index < 4; index++) await deadLetter({ currency: 'EURO' }, 'dry-run');
    const plan = await post(`${sentinel.url}/api/v1/dead-letters/replay`, {
      filter: { source: 'dry-run' },
      dry_run: true,
    });
    expect(await plan.json()).toMatchObject({ dry_run: true, matched: 4, would_load: 0, would_fail: 4 });
    expect((await letters('?source=dry-run')).items.map(({ status }) => status)).toEqual([
      'open',
      'open',
      'open',
      'open',
    ]);
  });

  it('says beforehand what the healers would repair, and learns and counts nothing by that', async () => {
    const renamed = { user_id: undefined, userId: transaction()['user_id'], site: 'x' };
    const rules = async () =>
      (await get<{ items: { id: string }[] }>(`${sentinel.url}/api/v1/rules?source=healed-again`)).items;
    const seen = async () =>
      (
        await get<{ fields: { path: string; count: number; sources: string[] }[] }>(
          `${sentinel.url}/api/v1/contracts/transaction/drift`,
        )
      ).fields
        .filter(({ sources }) => sources.includes('healed-again'))
        .map(({ path, count }) => [path, count]);
    await settled(sentinel.url, await ingest(sentinel.url, transaction(renamed), 'healed-again'));
    const [rule] = await rules();
    expect((await post(`${sentinel.url}/api/v1/rules/${rule!.id}/disable`, {})).status).toBe(200);
    // The pipeline's thread follows within a second.
    let id = '';
    await until(async () => {
      id = await ingest(sentinel.url, transaction(renamed), 'healed-again');
      return (await settled(sentinel.url, id)).status === 'dead_letter';
    });
    expect((await fetch(`${sentinel.url}/api/v1/rules/${rule!.id}`, { method: 'DELETE' })).ok).toBe(true);
    const before = await seen();
    expect(before.map(([path]) => path)).toEqual(['/site', '/userId']);
    await until(async () => (await letters('?source=healed-again')).items.length === 1);

    const filter = { source: 'healed-again' };
    const dryRun = await post(`${sentinel.url}/api/v1/dead-letters/replay`, { filter, dry_run: true });
    const forecast = { matched: 1, would_load: 1, healed: 1, repaired: 0, would_fail: 0 };
    expect(await dryRun.json()).toMatchObject(forecast);
    expect(await rules()).toEqual([]);
    await bulk(sentinel.url, 'replay', { filter });
    expect(await settled(sentinel.url, id)).toMatchObject({ status: 'repaired', healer: 'heuristics' });
    expect(await seen()).toEqual(before);
  });

  it('loads an edited event with what a person left under the name of an optional field', async () => {
    const event = { ...transaction({ amount: '?' }), Description: 'left' };
    const id = await deadLetter(event);
    await replay(id, { event: { ...event, amount: 1 } });
    expect(await settled(sentinel.url, id)).toMatchObject({ status: 'repaired', healer: 'person' });
    const [row] = await query(
      sentinel.url,
      `select description, _extra from transaction where _request_id = '${id}'`,
    );
    expect(row).toEqual({ description: null, _extra: { Description: 'left' } });
  });

  it('makes no second row of an event that is loaded already', async () => {
    const event = transaction({ amount: '?' });
    const id = await deadLetter(event);
    await replay(id, { event: { ...event, amount: 1 } });
    expect((await settled(sentinel.url, id)).status).toBe('repaired');
    expect((await replay(id, { event: { ...event, amount: 1 } })).status).toBe(409);
  });
});

it('a replay of letters that fail again says so, and they are counted once', async () => {
  const before = await get<{ dead_letters: number }>(`${sentinel.url}/api/v1/stats`);
  const failures = async () =>
    Number(
      /sentinel_events_total\{source="again-test",contract="transaction",status="dead_letter"\} (\d+)/.exec(
        await (await fetch(`${sentinel.url}/metrics`)).text(),
      )?.[1],
    );
  for (let at = 0; at < 3; at++) await deadLetter({ currency: 'EURO' }, 'again-test');
  expect(await failures()).toBe(3);
  const ended = await bulk(sentinel.url, 'replay', { filter: { source: 'again-test' } });
  expect(ended).toMatchObject({ total: 3, done: 3, failed: 0, failed_again: 3 });
  expect(await failures()).toBe(3);
  const after = await get<{ dead_letters: number }>(`${sentinel.url}/api/v1/stats`);
  expect(after.dead_letters).toBe(before.dead_letters + 3);
});

describe('learning from an edit', () => {
  const priced = () => without(transaction({ price: '12.50' }), 'amount');
  const corrected = ({ price, ...event }: Record<string, unknown>) => ({ ...event, amount: price });

  it('makes a rule that settles the others of the group, with a dry run first', async () => {
    const events = Array.from({ length: 20 }, priced);
    const ids: string[] = [];
    for (const event of events) {
      const id = await ingest(sentinel.url, event, 'learn-test');
      expect((await settled(sentinel.url, id)).status).toBe('dead_letter');
      ids.push(id);
    }
    await until(async () => (await letters('?source=learn-test')).items.length === 20);
    const response = await replay(ids[0]!, { event: corrected(events[0]!), learn: true });
    expect(response.status).toBe(202);
    const { rule_id: ruleId } = (await response.json()) as { rule_id: string };
    expect(await settled(sentinel.url, ids[0]!)).toMatchObject({
      status: 'repaired',
      healer: 'person',
      by_hand: [],
    });

    const forecast = await post(`${sentinel.url}/api/v1/dead-letters/replay`, {
      filter: { source: 'learn-test' },
      dry_run: true,
    });
    expect(await forecast.json()).toMatchObject({
      matched: 19,
      would_load: 19,
      repaired: 19,
      would_fail: 0,
    });
    expect(await bulk(sentinel.url, 'replay', { filter: { source: 'learn-test' } })).toMatchObject({
      total: 19,
      done: 19,
      failed: 0,
    });
    for (const id of ids.slice(1))
      expect(await settled(sentinel.url, id)).toMatchObject({
        status: 'repaired',
        healer: 'rule',
        rule_id: ruleId,
      });
    const next = await ingest(sentinel.url, priced(), 'learn-test');
    expect(await settled(sentinel.url, next)).toMatchObject({
      status: 'repaired',
      healer: 'rule',
      rule_id: ruleId,
    });
  });

  it('is refused when a value was entered by hand: a rule cannot invent', async () => {
    const event = transaction({ amount: 'not-a-number' });
    const id = await deadLetter(event);
    const response = await replay(id, { event: { ...event, amount: 5 }, learn: true });
    expect(response.status).toBe(422);
    expect(((await response.json()) as { detail: string }).detail).toContain('/amount was entered by hand');
    expect((await get<Letter>(`${sentinel.url}/api/v1/dead-letters/${id}`)).status).toBe('open');
  });
});

describe('discard', () => {
  it('needs a reason, and keeps the letter', async () => {
    const id = await deadLetter({ amount: [] });
    expect((await post(`${sentinel.url}/api/v1/dead-letters/${id}/discard`, {})).status).toBe(422);
    expect(
      (await post(`${sentinel.url}/api/v1/dead-letters/${id}/discard`, { reason: 'a test event' })).status,
    ).toBe(200);
    expect((await settled(sentinel.url, id)).status).toBe('discarded');
    expect(await get<Letter>(`${sentinel.url}/api/v1/dead-letters/${id}`)).toMatchObject({
      status: 'discarded',
      discard_reason: 'a test event',
    });
    expect((await replay(id)).status).toBe(409);
  });
});

it.each([
  ['GET', '/api/v1/dead-letters/nope', undefined, 404],
  ['GET', '/api/v1/dead-letters?limit=0', undefined, 422],
  ['GET', '/api/v1/dead-letters?colour=red', undefined, 422],
  ['POST', '/api/v1/dead-letters/nope/replay', {}, 404],
  ['POST', '/api/v1/dead-letters/replay', { filter: { colour: 'red' } }, 422],
  ['POST', '/api/v1/dead-letters/replay', { filter: {} }, 422],
  ['POST', '/api/v1/dead-letters/replay', { filter: {}, dry_run: true }, 422],
  ['POST', '/api/v1/dead-letters/replay', { filter: { q: '' }, dry_run: true }, 422],
])('%s %s is answered with a problem', async (method, path, body, status) => {
  const response = await fetch(sentinel.url + path, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toContain('application/problem+json');
});
