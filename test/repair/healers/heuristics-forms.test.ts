import { describe, expect, it } from 'vitest';
import order from '../../../contracts/v1/order.ts';
import { contractFromJsonSchema } from '../../../src/contracts/json-schema/compile.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import { transactionWith } from '../../helpers/healing.ts';
import { shipment, shipmentWith } from '../support.ts';
import { heal, propose, without } from './heuristics-support.ts';

const { email: address } = transactionWith({});

describe('a field in another place', () => {
  it('nested where the contract is flat', async () => {
    const event = without('email', { customer: { email: address, vip: true } });
    expect(await heal(event)).toEqual({ ...transactionWith({}), customer: { vip: true } });
  });

  it('all in one container, which goes when it is empty', async () => {
    const { event_id, timestamp, source, ...data } = transactionWith({});
    expect(await heal({ event_id, timestamp, source, data } as JsonObject)).toEqual(transactionWith({}));
    expect(await heal({ event_id, timestamp, source, transaction: data } as JsonObject)).toEqual(
      transactionWith({}),
    );
  });

  it('in a container that is JSON text', async () => {
    const { event_id, timestamp, source, ...data } = transactionWith({});
    const event = { event_id, timestamp, source, data: JSON.stringify(data) } as JsonObject;
    expect(await heal(event)).toEqual(transactionWith({}));
  });

  it('one level too deep', async () => {
    expect(await heal(transactionWith({ email: { address } }))).toEqual(transactionWith({}));
    expect(await heal(transactionWith({ amount: { value: '12.50' } }))).toEqual(transactionWith({}));
    expect(await propose(transactionWith({ amount: { cents: 1250 } }))).toMatchObject({ kind: 'refused' });
  });

  describe('of an order', () => {
    const payload = {
      order_id: 'o-1',
      customer_email: 'ana@example.com',
      items: [
        { sku: 'a', quantity: 1, price: '2.50' },
        { sku: 'b', quantity: 2, price: '1' },
      ],
      total_amount: '4.50',
      currency: 'EUR',
    };
    const { event_id, timestamp, source } = transactionWith({});
    const envelope = { event_id, timestamp, source, version: '1.0.0' };
    const valid = { ...envelope, payload } as JsonObject;

    it.each([
      ['flattened', { ...envelope, ...payload }],
      ['under another spelling', { ...envelope, Payload: payload }],
      ['as JSON text', { ...envelope, payload: JSON.stringify(payload) }],
      ['alone in an array', { ...envelope, payload: [payload] }],
    ])('%s', async (_, event) => {
      expect(await heal(event as JsonObject, order)).toEqual(valid);
    });

    it('the same drift in each element of a list is one operation', async () => {
      const items = payload.items.map(({ quantity, ...item }) => ({ ...item, qty: quantity }));
      const proposal = await propose({ ...envelope, payload: { ...payload, items } } as JsonObject, order);
      expect(proposal).toMatchObject({
        plan: { operations: [{ op: 'move', from: '/payload/items/*/qty', to: '/payload/items/*/quantity' }] },
      });
    });

    it('a type that drifted in each element of a list is one operation', async () => {
      const items = payload.items.map((item) => ({ ...item, quantity: [item.quantity] }));
      const event = { ...envelope, payload: { ...payload, items } } as JsonObject;
      expect(await heal(event, order)).toEqual(valid);
    });
  });
});

describe('a value of another form', () => {
  it.each([
    ['a boolean as text', { insured: 'true' }],
    ['a boolean as a word', { insured: 'Yes' }],
    ['a boolean as a bit', { insured: 1 }],
    ['a date in words', { shipped_at: 'Mon, 23 Nov 2026 20:48:31 GMT' }],
    ['a date with the hours of a clock', { shipped_at: 'Nov 23, 2026 08:48:31 PM UTC' }],
    ['in an array of one', { email: ['ana@example.com'] }],
    ['with spaces around it', { email: ' ana@example.com ' }],
    ['an enum in capitals', { status: 'READY' }],
    ['an enum in capitals with spaces', { status: ' Ready' }],
    ['a UUID without hyphens', { shipment_id: '5f1c8a526a0b4c1e9a380a2b7c9d1e2f' }],
    ['a date of which only one reading exists', { shipped_at: '23/11/2026 20:48:31 GMT' }],
    ['a time of no zone', { shipped_at: '23/11/2026 20:48:31' }, 'refused'],
    ['a number with both separators', { weight: '0,012.50' }, 'refused'],
  ])('%s', async (_, changes, outcome = 'plan') => {
    const proposal = await propose(shipmentWith(changes), shipment);
    expect(proposal).toMatchObject({ kind: outcome });
    if (outcome === 'plan') expect(await heal(shipmentWith(changes), shipment)).toEqual(shipmentWith());
  });

  it('a grouped number', async () => {
    expect(await heal(shipmentWith({ weight: '1,234.5' }), shipment)).toEqual(
      shipmentWith({ weight: '1234.5' }),
    );
    expect(await heal(shipmentWith({ weight: '1.234,5' }), shipment)).toEqual(
      shipmentWith({ weight: '1234.5' }),
    );
  });

  it('a single value where a list is wanted', async () => {
    expect(await heal(shipmentWith({ tags: 'fragile' }), shipment)).toEqual(
      shipmentWith({ tags: ['fragile'] }),
    );
  });

  it('an enum in another spelling; the rule knows the other values too', async () => {
    const proposal = await propose(shipmentWith({ status: 'On the way' }), shipment);
    expect(proposal).toMatchObject({
      plan: {
        operations: [
          {
            op: 'map',
            path: '/status',
            values: { Ready: 'ready', 'On the way': 'on_the_way', Delivered: 'delivered' },
          },
        ],
      },
    });
  });

  it.each([
    ['a date that can be read in two ways', { shipped_at: '03/04/2026' }],
    ['a number that may be grouped', { parcels: '1,234' }],
    ['a number with a unit', { weight: '12kg' }],
    ['2 for a boolean', { insured: 2 }],
    ['maybe for a boolean', { insured: 'maybe' }],
    ['a placeholder for a list', { tags: 'n/a' }],
    ['a list in one text', { tags: 'fragile,heavy' }],
    ['a whole number that may be grouped', { parcels: '1.234' }],
    ['an enum value that nobody listed', { status: 'lost' }],
    ['two values for one', { email: ['a@example.com', 'b@example.com'] }],
    ['nothing', { email: '' }],
  ])('%s is refused', async (_, changes) => {
    expect(await propose(shipmentWith(changes), shipment)).toMatchObject({ kind: 'refused' });
  });

  it('a number as text, where the contract takes numbers only', async () => {
    const contract = contractFromJsonSchema({
      'x-contract': { name: 'count', version: '1.0.0', key: 'count' },
      type: 'object',
      properties: { count: { type: 'integer' } },
      required: ['count'],
    });
    expect(await heal({ count: '12' }, contract)).toEqual({ count: 12 });
    for (const count of ['12abc', '1,234', '007', ' ', '1e3', '0x10', '9007199254740993.5'])
      expect(await heal({ count }, contract)).toMatch('/count');
  });

  it('a Unix time where a JSON Schema wants a date-time', async () => {
    const contract = contractFromJsonSchema({
      'x-contract': { name: 'tick', version: '1.0.0', key: 'at' },
      type: 'object',
      properties: { at: { type: 'string', format: 'date-time' } },
      required: ['at'],
    });
    expect(await heal({ at: 1795466911 }, contract)).toEqual({ at: '2026-11-23T20:48:31Z' });
    expect(await heal({ at: 1795466911000 }, contract)).toEqual({ at: '2026-11-23T20:48:31Z' });
    expect(await heal({ at: 12 }, contract)).toMatch('/at');
    expect(await heal({ at: '23.11.2026 20:48:31Z' }, contract)).toEqual({ at: '2026-11-23T20:48:31Z' });
    // Its time of day is lost: midnight would be made up.
    for (const at of [
      '2026-11-23',
      '23.11.2026',
      'November 23, 2026',
      '2026-11-23 10:00:00',
      0,
      '2026030405',
    ])
      expect(await heal({ at }, contract)).toMatch('/at');
  });
});
