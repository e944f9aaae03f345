import { expect } from './expect.ts';
import type { Table } from '../load/destination.ts';
import type { EventFilter, EventPlace } from '../load/event-search.ts';
import { type Promised, Subject, type Suite, row, settleRows, testEach } from './subject.ts';

const payments: Table = {
  name: 'payments',
  contract: 'payment',
  key: ['/event_id'],
  columns: [
    { name: 'event_id', type: { kind: 'string' } },
    { name: 'amount', type: { kind: 'decimal', precision: 38, scale: 9 } },
    { name: 'items', type: { kind: 'json' } },
  ],
};
const visits: Table = {
  name: 'visits',
  contract: 'visit',
  key: [],
  columns: [{ name: 'event_id', type: { kind: 'uuid' } }],
};

const day = Date.UTC(2026, 0, 15);
const visitId = '5f0c1d0e-8a3b-4d7e-9c55-1f2e3d4c5b6a';
const repair = {
  healer: 'heuristics' as const,
  ruleId: 'r1',
  original: '{}',
  plan: '{"operations":[]}',
  result: '{}',
};

/** What every destination that can be looked through must do. */
export function searchConformance(suite: Suite): void {
  suite.describe('search', () => {
    const on = new Searching(suite, [payments, visits]);
    testEach(suite, on, promises);
  });
}

class Searching extends Subject {
  constructor(suite: Suite, tables: readonly Table[]) {
    super(suite, tables);
    suite.beforeEach(async () => void (await settleRows(this.destination, Object.values(rows))));
  }

  async found(
    filter: EventFilter,
    page: { limit: number; before?: EventPlace } = { limit: 9 },
  ): Promise<string[]> {
    const events = await this.destination.search.events(filter, page);
    return events.map(
      ({ requestId }) => Object.entries(rows).find(([, one]) => one.requestId === requestId)![0],
    );
  }
}

const rows = {
  first: row({ event_id: 'a', amount: '1.50', items: [1, { b: 2 }] }, { receivedAt: day + 1 }),
  repaired: row({ event_id: 'b' }, { receivedAt: day + 2, repair, source: 'till' }),
  again: row({ event_id: 'a' }, { receivedAt: day + 3 }),
  newer: row({ event_id: 'c' }, { receivedAt: day + 4, contractVersion: '2.0.0' }),
  visit: row(
    { event_id: visitId },
    { receivedAt: day + 5, table: 'visits', contract: 'visit', source: `o'brien` },
  ),
};

async function listsAll(on: Searching): Promise<void> {
  expect(await on.found({})).toEqual(['visit', 'newer', 'again', 'repaired', 'first']);
  const [visit, , again, repaired] = await on.destination.search.events({}, { limit: 9 });
  expect(visit).toEqual({
    requestId: rows.visit.requestId,
    receivedAt: day + 5,
    status: 'loaded',
    eventId: visitId,
    contract: 'visit',
    version: '1.0.0',
    source: `o'brien`,
    ruleId: undefined,
    healer: undefined,
  });
  expect(again).toMatchObject({ status: 'duplicate', contract: 'payment', eventId: undefined });
  expect(repaired).toMatchObject({
    status: 'repaired',
    ruleId: 'r1',
    healer: 'heuristics',
    eventId: 'b',
  });
}

async function findsByFilter(on: Searching): Promise<void> {
  expect(await on.found({ eventId: 'a' })).toEqual(['again', 'first']);
  expect(await on.found({ eventId: visitId })).toEqual(['visit']);
  expect(await on.found({ source: 'till' })).toEqual(['repaired']);
  expect(await on.found({ source: `o'brien` })).toEqual(['visit']);
  expect(await on.found({ contract: 'visit' })).toEqual(['visit']);
  expect(await on.found({ contract: 'payment', source: 'shop' })).toEqual(['newer', 'again', 'first']);
  expect(await on.found({ statuses: ['repaired'] })).toEqual(['repaired']);
  expect(await on.found({ statuses: ['loaded'] })).toEqual(['visit', 'newer', 'first']);
  expect(await on.found({ statuses: ['duplicate'] })).toEqual(['again']);
  expect(await on.found({ from: day + 2, to: day + 4 })).toEqual(['newer', 'again', 'repaired']);
  expect(await on.found({ contract: 'nothing' })).toEqual([]);
  expect(await on.found({ eventId: `x' OR 'a' = 'a` })).toEqual([]);
  expect(await on.found({ eventId: 'a\0' })).toEqual([]);
}

async function findsByKeys(on: Searching): Promise<void> {
  const orders: Table = {
    name: 'Orders',
    contract: 'order',
    key: ['/shop', '/number'],
    columns: [
      { name: 'shop', type: { kind: 'string' } },
      { name: 'number', type: { kind: 'integer' } },
      { name: 'note', type: { kind: 'string' } },
      { name: 'buyer', type: { kind: 'json' } },
    ],
  };
  await on.destination.prepare([payments, visits, orders]);
  const order = (number: number, shop = 'A-1') =>
    row(
      { shop, number, note: '4711', buyer: { 'e-mail': `Ada+${number}@example.com` } },
      { table: 'Orders', contract: 'order', receivedAt: day + number },
    );
  const all = [order(10), order(4711), order(4711)];
  await settleRows(on.destination, all);
  const keys = { orders: ['shop', 'number', 'no_such_column'] };
  const found = async (text: string, fields?: Fields) =>
    (await on.destination.search.events({ id: { text, keys, fields } }, { limit: 9 })).map(
      ({ requestId }) => requestId,
    );
  const [first, second, repeat] = all.map(({ requestId }) => requestId);
  expect(await found('4711')).toEqual([repeat, second]);
  expect(await found('A-1')).toEqual([repeat, second, first]);
  expect(await found('a')).toEqual([rows.again.requestId, rows.first.requestId]);
  expect(await found(visitId)).toEqual([rows.visit.requestId]);
  const inBuyer = { orders: [{ column: 'buyer', path: ['e-mail'] }, { column: 'note' }, { column: 'gone' }] };
  expect(await found('ada+10@example.com')).toEqual([]);
  expect(await found('ada+10@EXAMPLE.com', inBuyer)).toEqual([first]);
  expect(await found('4711', inBuyer)).toEqual([repeat, second, first]);
  expect(await found(`' OR 1 = 1`, inBuyer)).toEqual([]);
  expect(await found('a\0', inBuyer)).toEqual([]);
}

type Fields = NonNullable<EventFilter['id']>['fields'];

async function pagesThroughEqualTimes(on: Searching): Promise<void> {
  const same = Array.from({ length: 5 }, (_, at) => row({ event_id: `s${at}` }, { receivedAt: day + 9 }));
  await settleRows(on.destination, same);
  const seen: string[] = [];
  let before: EventPlace | undefined;
  for (;;) {
    const page = await on.destination.search.events({}, { limit: 2, ...(before && { before }) });
    if (page.length === 0) break;
    seen.push(...page.map(({ requestId }) => requestId));
    before = page.at(-1);
  }
  const all = [...Object.values(rows), ...same].map(({ requestId }) => requestId);
  expect(seen).toEqual(all.toReversed());
}

async function showsARow(on: Searching): Promise<void> {
  expect(await on.destination.search.row('payments', rows.first.requestId)).toMatchObject({
    event_id: 'a',
    amount: '1.5',
    items: [1, { b: 2 }],
    _request_id: rows.first.requestId,
    _received_at: new Date(day + 1).toISOString(),
    _source: 'shop',
    _repaired: false,
    _extra: null,
  });
  expect(await on.destination.search.row('payments', rows.again.requestId)).toBeUndefined();
  expect(await on.destination.search.row('payments', 'no id')).toBeUndefined();
  expect(await on.destination.search.row('no table', rows.first.requestId)).toBeUndefined();
}

const promises: Promised<Searching>[] = [
  ['lists all events, newest first, with what is known of them', listsAll],
  ['finds by event id, source, contract, status and time', findsByFilter],
  [
    'finds by a part of the key, in whatever type its column is, and by fields, also within JSON',
    findsByKeys,
  ],
  ['goes on behind a place, through events of the same millisecond too', pagesThroughEqualTimes],
  ['shows a row as it is stored', showsARow],
];
