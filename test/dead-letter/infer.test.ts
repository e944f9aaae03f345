import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineContract } from '../../src/contracts/zod/define.ts';
import { date, decimal, eventId } from '../../src/contracts/fields/index.ts';
import { inferEdit } from '../../src/repair/healers/person/infer.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { Failure } from '../../src/repair/healing/healer.ts';

const contract = defineContract({
  name: 'sale',
  version: '1.0.0',
  schema: z.object({
    event_id: eventId(),
    total: decimal({ positive: true }),
    state: z.enum(['open', 'paid']),
    buyer: z.object({ name: z.string(), age: z.int() }),
    items: z.array(z.object({ sku: z.string(), quantity: z.int() })),
    sold_at: z.iso.datetime(),
    due: date().optional(),
    gift: z.boolean().optional(),
    first_name: z.string().optional(),
    last_name: z.string().optional(),
    contact_email: z.string().optional(),
    billing_email: z.string().optional(),
    tags: z.array(z.string()).optional(),
    note: z.string().nullish(),
  }),
});

const good = {
  event_id: '0b8f4a52-6d0e-4c8e-9d7a-3f1f5f0f9a01',
  total: '5.00',
  state: 'open',
  buyer: { name: 'Ada', age: 36 },
  items: [
    { sku: 'a-17', quantity: 2 },
    { sku: 'b-18', quantity: 3 },
  ],
  sold_at: '2026-04-13T10:30:00Z',
};

/** Without the fields that are undefined. */
const clean = (event: object) => JSON.parse(JSON.stringify(event)) as JsonObject;
const goodBut = (change: object) => clean({ ...good, ...change });

function infer(event: JsonObject, edited: JsonObject) {
  const validation = contract.validate(event);
  const violations = validation.ok ? [] : validation.violations;
  const failure: Failure = { contract, source: 's', event, violations, signature: 'x' };
  return inferEdit(failure, edited);
}

describe('the plan that an edit amounts to', () => {
  it('a time in the zone that the event names', () => {
    const drifted = { sold_at: undefined, zeit: '2026-04-13 10:30:00', zone: 'Europe/Berlin' };
    expect(
      infer(goodBut(drifted), goodBut({ sold_at: '2026-04-13T08:30:00Z', zone: 'Europe/Berlin' })),
    ).toEqual({
      plan: {
        operations: [
          { op: 'move', from: '/zeit', to: '/sold_at' },
          { op: 'cast', path: '/sold_at', to: 'datetime', zone_from: '/zone' },
        ],
      },
      byHand: [],
    });
    const elsewhere = goodBut({ sold_at: '2026-04-13T10:30:00Z', zone: 'Europe/Berlin' });
    expect(infer(goodBut(drifted), elsewhere).plan.operations).not.toContainEqual(
      expect.objectContaining({ op: 'cast' }),
    );
  });

  it.each([
    ['12,50', '12.50', '1.234,56'],
    ['20,00', '20.00', '1.234,56'],
    ['1.200,00', '1200.00', '1.234,56'],
    ['1,187', '1.187', '1234,56'],
    ['1,500', '1.500', '1234,56'],
  ])('a decimal by its value: %s as %s', (total, typed, format) => {
    expect(infer(goodBut({ total }), goodBut({ total: typed }))).toEqual({
      plan: { operations: [{ op: 'cast', path: '/total', to: 'decimal', format }] },
      byHand: [],
    });
  });

  it('one comma before three digits as thousands: for this event alone', () => {
    expect(infer(goodBut({ total: '1,187' }), goodBut({ total: '1187' }))).toMatchObject({
      byHand: ['/total'],
    });
  });

  it('a field that takes the place of the object it was in, once the others have left', () => {
    const before = goodBut({ buyer: { name: { text: 'Ada', note: 'a remark' }, age: 36 } });
    expect(infer(before, goodBut({ note: 'a remark' }))).toEqual({
      plan: {
        operations: [
          { op: 'move', from: '/buyer/name/note', to: '/note' },
          { op: 'move', from: '/buyer/name/text', to: '/buyer/name' },
        ],
      },
      byHand: [],
    });
  });

  const cases: [what: string, before: object, after: object, operations: object[]][] = [
    ['a rename', { total: undefined, sum: '5.00' }, {}, [{ op: 'move', from: '/sum', to: '/total' }]],
    [
      'a rename and a cast, to the type of the contract',
      { buyer: { name: 'Ada', years: '36' } },
      {},
      [
        { op: 'move', from: '/buyer/years', to: '/buyer/age' },
        { op: 'cast', path: '/buyer/age', to: 'integer' },
      ],
    ],
    ['the case of a listed value', { state: 'OPEN' }, {}, [{ op: 'lower', path: '/state' }]],
    [
      'spaces and case',
      { state: ' Open ' },
      {},
      [
        { op: 'trim', path: '/state' },
        { op: 'lower', path: '/state' },
      ],
    ],
    [
      'another word for a listed value',
      { state: 'offen' },
      {},
      [{ op: 'map', path: '/state', values: { offen: 'open' } }],
    ],
    [
      'a word for true',
      { gift: 'yes' },
      { gift: true },
      [{ op: 'map', path: '/gift', values: { yes: true } }],
    ],
    [
      'another word in a field of nearly the same name',
      { state: undefined, order_state: 'offen' },
      {},
      [
        { op: 'move', from: '/order_state', to: '/state' },
        { op: 'map', path: '/state', values: { offen: 'open' } },
      ],
    ],
    [
      'a field of every element',
      { items: good.items.map(({ sku, ...item }) => ({ ...item, article: sku })) },
      {},
      [{ op: 'move', from: '/items/*/article', to: '/items/*/sku' }],
    ],
    [
      'a cast in every element that needs it',
      { items: [{ sku: 'a-17', quantity: '2' }, good.items[1]] },
      {},
      [{ op: 'cast', path: '/items/*/quantity', to: 'integer' }],
    ],
    [
      'a list that moved as a whole, and a field within',
      { items: undefined, lines: good.items.map(({ sku, ...item }) => ({ ...item, article: sku })) },
      {},
      [
        { op: 'move', from: '/lines', to: '/items' },
        { op: 'move', from: '/items/*/article', to: '/items/*/sku' },
      ],
    ],
    ['the one element of a list', { tags: 'new' }, { tags: ['new'] }, [{ op: 'wrap', path: '/tags' }]],
    ['a list of one', { note: ['hello'] }, { note: 'hello' }, [{ op: 'unwrap', path: '/note' }]],
    [
      'one object that should be a list, and a field within',
      { items: { article: 'a-17', quantity: 2 } },
      { items: [good.items[0]] },
      [
        { op: 'wrap', path: '/items' },
        { op: 'move', from: '/items/*/article', to: '/items/*/sku' },
      ],
    ],
    [
      'nested fields that were flat; the empty rest goes by itself',
      { buyer: undefined, person: { data: { name: 'Ada', age: 36 } } },
      {},
      [{ op: 'move', from: '/person/data', to: '/buyer' }],
    ],
    [
      'flat fields that belong in an object',
      { buyer: undefined, name: 'Ada', age: '36' },
      {},
      [
        { op: 'move', from: '/name', to: '/buyer/name' },
        { op: 'move', from: '/age', to: '/buyer/age' },
        { op: 'cast', path: '/buyer/age', to: 'integer' },
      ],
    ],
    ['JSON text in its place', { buyer: '{"name":"Ada","age":36}' }, {}, [{ op: 'parse', path: '/buyer' }]],
    [
      'JSON text that was spread out',
      { total: undefined, sold_at: undefined, payload: '{"sum":"5.00","at":"2026-04-13T10:30:00Z"}' },
      {},
      [
        { op: 'parse', path: '/payload' },
        { op: 'move', from: '/payload/sum', to: '/total' },
        { op: 'move', from: '/payload/at', to: '/sold_at' },
      ],
    ],
    [
      'a time in seconds',
      { sold_at: 1776076200 },
      {},
      [{ op: 'cast', path: '/sold_at', to: 'datetime', format: 'unix' }],
    ],
    [
      'a date in an order that only one format reads',
      { due: '03/04/2026' },
      { due: '2026-04-03' },
      [{ op: 'cast', path: '/due', to: 'date', format: 'DD/MM/YYYY' }],
    ],
    [
      'a grouped number',
      { total: '1.234,50' },
      { total: '1234.5' },
      [{ op: 'cast', path: '/total', to: 'decimal', format: '1.234,56' }],
    ],
    [
      'one text in two fields',
      { state: 'OPEN', full_name: 'Ada Lovelace' },
      { first_name: 'Ada', last_name: 'Lovelace' },
      [
        { op: 'lower', path: '/state' },
        { op: 'split', from: '/full_name', separator: ' ', to: ['/first_name', '/last_name'] },
      ],
    ],
    [
      'one text in two fields, one of another type',
      { buyer: undefined, who: 'Ada, 36' },
      {},
      [
        { op: 'split', from: '/who', separator: ', ', to: ['/buyer/name', '/buyer/age'] },
        { op: 'cast', path: '/buyer/age', to: 'integer' },
      ],
    ],
    [
      'two texts in one',
      { buyer: { first: 'Ada', last: 'Lovelace', age: 36 } },
      { buyer: { name: 'Ada Lovelace', age: 36 } },
      [{ op: 'join', from: ['/buyer/first', '/buyer/last'], separator: ' ', to: '/buyer/name' }],
    ],
    [
      'a day and a time in one',
      { sold_at: undefined, sold_day: '2026-04-13', sold_time: '10:30:00Z' },
      {},
      [{ op: 'join', from: ['/sold_day', '/sold_time'], separator: 'T', to: '/sold_at' }],
    ],
    [
      'a value that is needed twice',
      { state: 'OPEN', contact_email: 'ada@example.com' },
      { contact_email: 'ada@example.com', billing_email: 'ada@example.com' },
      [
        { op: 'lower', path: '/state' },
        { op: 'copy', from: '/contact_email', to: '/billing_email' },
      ],
    ],
    [
      'a field that nobody needs',
      { total: undefined, sum: '5.00', debug: { trace: [1, 2] } },
      {},
      [
        { op: 'move', from: '/sum', to: '/total' },
        { op: 'remove', path: '/debug' },
      ],
    ],
    [
      'of two equal values the one that its name speaks for',
      { total: undefined, order_total: '5.00', fee: '5.00' },
      { fee: '5.00' },
      [{ op: 'move', from: '/order_total', to: '/total' }],
    ],
  ];
  it.each(cases)('%s', (_, before, after, operations) => {
    const inferred = infer(goodBut(before), goodBut(after));
    expect(inferred).toEqual({ plan: { operations }, byHand: [] });
  });
});

describe('what no plan explains is by hand, and makes no rule', () => {
  const cases: [what: string, before: object, after: object, byHand: string[], reason: RegExp][] = [
    ['a value entered by hand', { total: 'x' }, {}, ['/total'], /value of \/total was entered by hand/],
    [
      'two of them',
      { total: 'x', buyer: { name: 'Ada', age: 'old' } },
      {},
      ['/buyer/age', '/total'],
      /values of \/buyer\/age, \/total were entered by hand/,
    ],
    [
      'a number that only happens to stand elsewhere too',
      { buyer: { name: 'Ada', age: null }, retries: 36 },
      { retries: 36 },
      ['/buyer/age'],
      /\/buyer\/age was entered by hand: it also stands at \/retries/,
    ],
    [
      'a value that stood in two places',
      { total: null, a: '5.00', b: '5.00' },
      {},
      ['/total'],
      /value of \/total stood in several places: \/a, \/b/,
    ],
    [
      'a date that two formats read alike',
      { due: '04/04/2026' },
      { due: '2026-04-04' },
      ['/due'],
      /does not tell DD\/MM\/YYYY from MM\/DD\/YYYY/,
    ],
    [
      'a change of some elements of a list only',
      {
        items: [
          { sku: ' a ', quantity: '2' },
          { sku: ' b ', quantity: '3' },
        ],
      },
      {
        items: [
          { sku: ' a ', quantity: 2 },
          { sku: ' b ', quantity: '3' },
        ],
      },
      ['/items/0/quantity'],
      /\/items\/\*\/quantity was changed in some elements only/,
    ],
    [
      'a field that was right already',
      { state: 'OPEN', note: 'HELLO' },
      { note: 'hello' },
      ['/note'],
      /\/note was valid as it was/,
    ],
    [
      'a word that the contract does not list',
      { state: 'offen', note: 'x' },
      { note: 'y' },
      ['/note'],
      /\/note/,
    ],
    [
      'two equal parts of a text',
      { full_name: 'Ada Ada' },
      { first_name: 'Ada', last_name: 'Ada' },
      ['/first_name', '/last_name'],
      /which part/,
    ],
  ];
  it.each(cases)('%s', (_, before, after, byHand, reason) => {
    // Valid events are no dead letters.
    const broken = contract.validate(goodBut(before)).ok
      ? { ...before, sum: '5.00', total: undefined }
      : before;
    const inferred = infer(goodBut(broken), goodBut(after));
    expect(inferred.byHand).toEqual(byHand);
    expect(inferred.unlearnable).toMatch(reason);
  });

  it('beside it, the structural part is shown as the plan', () => {
    const inferred = infer(
      goodBut({ total: undefined, sum: '5.00', buyer: { name: 'Ada', age: 'old' } }),
      goodBut({ buyer: { name: 'Ada', age: 37 } }),
    );
    expect(inferred.plan.operations).toEqual([{ op: 'move', from: '/sum', to: '/total' }]);
    expect(inferred.byHand).toEqual(['/buyer/age']);
    expect(inferred.unlearnable).toBe('the value of /buyer/age was entered by hand');
  });

  it('a declared field that was taken away', () => {
    const inferred = infer(goodBut({ gift: 'perhaps' }), goodBut({}));
    expect(inferred).toMatchObject({ plan: { operations: [] }, byHand: [] });
    expect(inferred.unlearnable).toMatch(/\/gift was removed/);
  });

  it('nothing at all', () => {
    const same = goodBut({ total: 'x' });
    expect(infer(same, same)).toEqual({
      plan: { operations: [] },
      byHand: [],
      unlearnable: 'nothing was changed',
    });
  });
});
