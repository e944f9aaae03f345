import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SearchResult } from '../../src/server/event-search.ts';
import type { EventTrail } from '../../src/server/event-info.ts';
import { get, ingest, post, settled, transaction, without } from '../helpers/sentinel.ts';
import { type ServiceHere, startHere } from '../helpers/service-here.ts';
import { until } from '../helpers/until.ts';

let sentinel: ServiceHere;
const api = (path: string) => `${sentinel.url}/api/v1${path}`;
const search = (query: string) => get<SearchResult>(api(`/events${query}`));
const ids: Record<'loaded' | 'repaired' | 'dead_letter' | 'duplicate' | 'discarded', string> = {
  loaded: '',
  repaired: '',
  dead_letter: '',
  duplicate: '',
  discarded: '',
};
const eventIds = { loaded: crypto.randomUUID(), dead: crypto.randomUUID() };

beforeAll(async () => {
  sentinel = await startHere();
  const send = async (event: object, source: string) => {
    const id = await ingest(sentinel.url, event, source);
    await settled(sentinel.url, id);
    return id;
  };
  const valid = transaction({ event_id: eventIds.loaded, amount: 12.5, coupon: 'x' });
  ids.loaded = await send(valid, 'shop');
  ids.duplicate = await send(valid, 'till');
  ids.repaired = await send({ ...without(transaction(), 'amount'), Amount: ' 7.10 ' }, 'shop');
  ids.dead_letter = await send(transaction({ event_id: eventIds.dead, amount: 'much' }), 'till');
  ids.discarded = await send(transaction({ amount: 'more' }), 'till');
  await post(api(`/dead-letters/${ids.discarded}/discard`), { reason: 'a test' });
  // Listings follow within a second.
  await until(async () => (await search('?status=discarded')).items.length === 1);
});
afterAll(() => sentinel.stop());

describe('search', () => {
  it('finds events wherever they are, newest first', async () => {
    const { items, next } = await search('');
    expect(next).toBe(null);
    expect(items.map(({ status, request_id }) => [status, request_id])).toEqual([
      ['discarded', ids.discarded],
      ['dead_letter', ids.dead_letter],
      ['repaired', ids.repaired],
      ['duplicate', ids.duplicate],
      ['loaded', ids.loaded],
    ]);
    expect(items[1]).toMatchObject({
      dead_letter_id: ids.dead_letter,
      event_id: eventIds.dead,
      source: 'till',
    });
    expect(items[2]).toMatchObject({ healer: 'heuristics', contract: 'transaction', version: '1.0.0' });
    expect(Number.isNaN(Date.parse(items[0]!.received_at))).toBe(false);
  });

  it('by request id, event id, source, contract, status and time', async () => {
    const found = async (query: string) => (await search(query)).items.map(({ status }) => status);
    expect(await found(`?request_id=${ids.repaired.toUpperCase()}`)).toEqual(['repaired']);
    expect(await found(`?request_id=${ids.repaired}&source=till`)).toEqual([]);
    expect(await found(`?event_id=${eventIds.loaded}`)).toEqual(['duplicate', 'loaded']);
    expect(await found(`?event_id=${eventIds.dead}`)).toEqual(['dead_letter']);
    expect(await found('?source=till')).toEqual(['discarded', 'dead_letter', 'duplicate']);
    expect(await found('?contract=order')).toEqual([]);
    expect(await found('?status=dead_letter')).toEqual(['dead_letter']);
    expect(await found('?status=repaired')).toEqual(['repaired']);
    expect(await found('?status=accepted')).toEqual([]);
    expect(await found(`?q=${ids.repaired.toUpperCase()}`)).toEqual(['repaired']);
    // Of the rows by a declared field, of the letters by a value; an event whose letter was discarded, too.
    expect(await found('?q=ADA@example.com')).toEqual(await found(''));
    expect(await found('?q=nobody@example.com')).toEqual([]);
    const { items } = await search('?status=duplicate');
    const at = encodeURIComponent(items[0]!.received_at);
    expect(await found(`?to=${at}`)).toEqual(['duplicate', 'loaded']);
    expect(await found(`?from=${at}&status=loaded`)).toEqual([]);
  });

  it('page by page, each once', async () => {
    const seen: string[] = [];
    let cursor = '';
    do {
      const { items, next } = await search(`?limit=2${cursor}`);
      seen.push(...items.map(({ request_id }) => request_id));
      cursor = next === null ? '' : `&cursor=${next}`;
    } while (cursor !== '');
    expect(seen).toEqual([ids.discarded, ids.dead_letter, ids.repaired, ids.duplicate, ids.loaded]);
    expect(await search('?cursor=made-up')).toEqual({ items: [], next: null });
  });

  it('refuses what makes no sense, by name', async () => {
    for (const [query, name] of [
      ['request_id=abc', 'request_id'],
      ['status=lost', 'status'],
      ['from=yesterday', 'from'],
      ['to=2026-01-31', 'to'],
      ['limit=100000', 'limit'],
      ['source=', 'source'],
      [`event_id=${'x'.repeat(201)}`, 'event_id'],
      ['source=a&source=b', 'source'],
      ['order=asc', 'order'],
    ] as const) {
      const response = await fetch(api(`/events?${query}`));
      expect(response.status, query).toBe(422);
      expect(((await response.json()) as { detail: string }).detail).toContain(name);
    }
    expect(
      (await search(`?source=${encodeURIComponent(`a'; DROP TABLE "transaction"; --\0`)}`)).items,
    ).toEqual([]);
    expect((await search('')).items).toHaveLength(5);
  });
});

describe('the trail of an event', () => {
  it('ends with the row as it is stored', async () => {
    const trail = await get<EventTrail>(api(`/events/${ids.loaded}`));
    expect(trail).toMatchObject({
      status: 'loaded',
      event_id: eventIds.loaded,
      table: 'transaction',
      row: { amount: '12.5', currency: 'EUR', _source: 'shop', _extra: { coupon: 'x' } },
    });
    expect(Math.abs(Date.parse(trail.received_at) - Date.now())).toBeLessThan(60_000);
  });

  it('says what was wrong, what was done to which value, and what came of it', async () => {
    const trail = await get<EventTrail>(api(`/events/${ids.repaired}`));
    expect(trail).toMatchObject({
      status: 'repaired',
      violations: [{ path: '/amount', code: 'required' }],
      original: { Amount: ' 7.10 ' },
      row: { amount: '7.1', _repaired: true, _rule_id: trail.rule_id },
    });
    expect(trail.plan_words).toContain('move /Amount to /amount');
    const change = trail.changes!.find(({ path }) => path === '/amount')!;
    expect(change).toMatchObject({ kind: 'added', from: ['/Amount'], by: 'plan', before: ' 7.10 ' });
    expect(change.operations).toEqual(trail.plan_words);
  });

  it('of a dead letter has what is wrong, and no row', async () => {
    const trail = await get<EventTrail>(api(`/events/${ids.dead_letter}`));
    expect(trail).toMatchObject({ status: 'dead_letter', violations: [{ path: '/amount' }] });
    expect(trail.row).toBeUndefined();
    expect((await get<EventTrail>(api(`/events/${ids.duplicate}`))).received_at).toBeTruthy();
  });

  it('is there while the event is on its way to the dead letters', async () => {
    const keeper = '/consumers/validation_unrecoverable/dead-letter-keeper';
    await post(api(`${keeper}/pause`), {});
    // From the next start on it is certainly in force.
    await sentinel.restart();
    const id = await ingest(sentinel.url, transaction({ version: '9.0.0' }), 'late');
    await until(async () => {
      const { queues } = await get<{ queues: { topic: string; groups: { pending: number }[] }[] }>(
        api('/stats'),
      );
      const pending = (topic: string) => queues.find((one) => one.topic === topic)?.groups[0]?.pending ?? 0;
      return pending('raw_event') === 0 && pending('validation_unrecoverable') > 0;
    });
    expect(await get<EventTrail>(api(`/events/${id}`))).toMatchObject({
      status: 'accepted',
      contract: 'transaction',
      source: 'late',
      violations: [{ path: '/version' }],
    });
    await post(api(`${keeper}/resume`), {});
    expect(await settled(sentinel.url, id)).toMatchObject({ status: 'dead_letter' });
  });
});
