import { expect, expectRejection } from './expect.ts';
import type { Table } from '../load/destination.ts';
import {
  type Promised,
  Subject,
  type Suite,
  payments,
  row,
  settleRows,
  statuses,
  testEach,
} from './subject.ts';

/** Loading: exactly, and once. */
export function loadingConformance(suite: Suite): void {
  suite.describe('loading', () => {
    const on = new Subject(suite, [payments]);
    testEach(suite, on, promises);
  });
}

const amounts: [number | string, string][] = [
  [0.1, '0.1'],
  [99.99, '99.99'],
  [1e-9, '0.000000001'],
  [123456789012345, '123456789012345'],
  ['-0.5', '-0.5'],
  ['100', '100'],
];

async function loadsExactly(on: Subject): Promise<void> {
  const full = row(
    {
      event_id: 'a',
      amount: '12345678901234567890.123456789',
      at: '2026-01-15T10:30:00.123456Z',
      day: '2026-02-28',
      count: 9007199254740991,
      ratio: 0.1,
      paid: true,
      user_id: '5f0c1d0e-8a3b-4d7e-9c55-1f2e3d4c5b6a',
      items: [{ sku: "it's", n: 1.5 }],
    },
    { extra: { coupon: 'X' } },
  );
  expect(await on.load(full)).toEqual(['loaded']);
  expect(await on.rows('payments')).toEqual([
    {
      ...full.values,
      _request_id: full.requestId,
      _received_at: '2026-01-15T10:30:00Z',
      _source: 'shop',
      _contract_version: '1.0.0',
      _repaired: false,
      _rule_id: null,
      _extra: { coupon: 'X' },
    },
  ]);
}

async function keepsMoney(on: Subject, amount: number | string, stored: string): Promise<void> {
  await settleRows(on.destination, [row({ event_id: 'a', amount })]);
  expect((await on.rows('payments'))[0]!['amount']).toBe(stored);
}

async function takesOneOfAKey(on: Subject): Promise<void> {
  const first = row({ event_id: 'same' });
  expect(await on.load(first, row({ event_id: 'same' }))).toEqual(['loaded', 'duplicate']);
  const third = row({ event_id: 'same' });
  expect(await on.load(third, row({ event_id: 'other' }))).toEqual(['duplicate', 'loaded']);
  await on.reopen([payments]);
  expect(await on.load(row({ event_id: 'same' }))).toEqual(['duplicate']);
  expect((await on.rows('payments')).map((found) => found['_request_id'])).toContain(first.requestId);
  expect(await on.rows('payments')).toHaveLength(2);
  expect(await on.destination.find(third.requestId)).toMatchObject({
    status: 'duplicate',
    contract: 'payment',
  });
  if (on.has('counts'))
    expect(await on.destination.counts()).toMatchObject({ loaded: 2, repaired: 0, duplicate: 3 });
}

async function ignoresRedeliveries(on: Subject): Promise<void> {
  const events = [row({ event_id: 'a' }), row({ event_id: null }), row({ event_id: 'a' })];
  const outcomes = ['loaded', 'loaded', 'duplicate'];
  expect(await on.load(...events)).toEqual(outcomes);
  expect(await on.load(...events)).toEqual(outcomes);
  expect(await on.load(events[0]!, events[0]!)).toEqual(['loaded', 'loaded']);
  expect(await on.rows('payments')).toHaveLength(2);
  if (on.has('counts'))
    expect(await on.destination.counts()).toMatchObject({ loaded: 2, repaired: 0, duplicate: 1 });
}

async function keepsEventsWithoutKeysApart(on: Subject): Promise<void> {
  expect(await on.load(row({ event_id: null }), row({}))).toEqual(['loaded', 'loaded']);
}

async function findsNestedKeys(on: Subject): Promise<void> {
  const table: Table = { ...payments, name: 'nested', key: ['/event_id', '/items/id'] };
  await on.destination.prepare([payments, table]);
  const nested = (event_id: string, id: string) => row({ event_id, items: { id } }, { table: 'nested' });
  expect(
    await statuses(
      settleRows(on.destination, [nested('a', '1'), nested('a', '2'), nested('a', '1'), nested('a|', '1')]),
    ),
  ).toEqual(['loaded', 'loaded', 'duplicate', 'loaded']);
}

async function refusesOneRow(on: Subject): Promise<void> {
  const outcomes = await settleRows(on.destination, [
    row({ event_id: 'a', amount: '1' }),
    row({ event_id: 'b', amount: '1e40' }),
    row({ event_id: 'c', day: '2026-13-01' }),
  ]);
  expect(outcomes).toMatchObject([
    { status: 'loaded' },
    { status: 'rejected', column: 'amount' },
    { status: 'rejected', column: 'day' },
  ]);
  expect(JSON.stringify(outcomes)).notToContain('2026-13-01');
  expect(await on.rows('payments')).toHaveLength(1);
  if (on.has('counts')) expect(await on.destination.counts()).toMatchObject({ loaded: 1 });
}

async function addsColumns(on: Subject): Promise<void> {
  await settleRows(on.destination, [row({ event_id: 'old' })]);
  const wider: Table = {
    ...payments,
    columns: [...payments.columns, { name: 'Channel', type: { kind: 'string' } }],
  };
  await on.destination.prepare([wider]);
  await settleRows(on.destination, [row({ event_id: 'new', Channel: 'web' })]);
  expect((await on.rows('payments')).map((found) => [found['event_id'], found['Channel']])).toEqual([
    ['old', null],
    ['new', 'web'],
  ]);
}

async function refusesAChangedType(on: Subject): Promise<void> {
  const changed: Table = {
    ...payments,
    key: [],
    columns: [{ name: 'amount', type: { kind: 'boolean' } }],
  };
  await expectRejection(
    on.destination.prepare([changed]),
    /"amount" of table "payments".*(?:decimal|numeric).*bool/i,
  );
}

async function remembersRepairs(on: Subject): Promise<void> {
  const repair = {
    healer: 'rule' as const,
    ruleId: 'r1',
    original: '{"id": 1.0}',
    plan: '{"operations":[]}',
    result: '{"event_id":"a"}',
    byHand: ['/x'],
  };
  const event = row({ event_id: 'a' }, { repair });
  await settleRows(on.destination, [event, row({ event_id: 'b' })]);
  expect(await on.destination.find(event.requestId)).toMatchObject({
    status: 'repaired',
    version: '1.0.0',
    source: 'shop',
    repair,
  });
  if (on.has('counts'))
    expect(await on.destination.counts()).toMatchObject({ loaded: 2, repaired: 1, duplicate: 0 });
}

async function loadsConcurrentCalls(on: Subject): Promise<void> {
  const batches = Array.from({ length: 5 }, (_, batch) =>
    settleRows(
      on.destination,
      Array.from({ length: 3000 }, (_, index) => row({ event_id: `${batch}-${index}` })),
    ),
  );
  await Promise.all(batches);
  if (on.has('counts')) expect(await on.destination.counts()).toMatchObject({ loaded: 15_000 });
}

const promises: Promised<Subject>[] = [
  ['loads typed values exactly', loadsExactly],
  ...amounts.map(([amount, stored]): Promised<Subject> => [
    `keeps the money ${JSON.stringify(amount)} as ${stored}`,
    (on) => keepsMoney(on, amount, stored),
  ]),
  ['takes one of two events with the same key, whichever way the second comes', takesOneOfAKey],
  ['changes nothing when an event is delivered again', ignoresRedeliveries],
  ['does not take events without a key for the same event', keepsEventsWithoutKeysApart],
  ['finds keys of several fields, also nested ones', findsNestedKeys],
  ['refuses a row that does not fit, names the column, and loads the others', refusesOneRow],
  ['adds the columns of a newer version, and leaves old rows as they are', addsColumns],
  ['refuses a column whose type has changed, naming both', refusesAChangedType],
  ['remembers what a repair changed', remembersRepairs],
  ['loads calls that come at once, one after the other', loadsConcurrentCalls],
];
