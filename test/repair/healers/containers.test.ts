import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/model/json.ts';
import type { Operation } from '../../../src/model/plan.ts';
import { tryPlan } from '../../../src/repair/plans/trial.ts';
import { failureOf } from '../../helpers/healing.ts';
import { contract, heal, integer, moment, number, object, text } from './evidence-support.ts';

const subscription = contract('subscription', {
  subscription_ref: text,
  plan_code: text,
  seats: integer,
  'renews_at?': moment,
});
const row = {
  subscription_ref: 'S-1',
  plan_code: 'team',
  seats: 12,
  renews_at: '2027-01-01T00:00:00Z',
};

describe('a container that is known to mean nothing', () => {
  it.each([
    'data',
    'payload',
    'body',
    'attributes',
    'record',
    'object',
    'result',
    'content',
    'subscription',
    'Data',
    'eventData',
    'subscription_details',
    'traits',
    'custom_fields',
  ])('%s is passed through', async (name) => {
    expect(await heal(subscription, { [name]: row })).toEqual(row);
  });

  it('so are two of them', async () => {
    expect(await heal(subscription, { data: { object: row } })).toEqual(row);
  });

  it('and a record of JSON:API', async () => {
    const device = contract('device', { id: text, serial_number: text, 'firmware?': text });
    const { id, ...attributes } = { id: 'd-1', serial_number: 'SN9', firmware: '2.1' };
    const event = { data: { id, type: 'devices', attributes, links: { self: 'https://api.example/d-1' } } };
    const healed = await heal(device, event);
    expect(healed).toMatchObject({ id, ...attributes });
  });
});

describe('what a thing has is not the thing', () => {
  const order = contract('sale', { order_id: text });

  it.each([
    'items',
    'item',
    'entry',
    'event',
    'message',
    'document',
    'response',
    'resource',
    'row',
    'elements',
  ])('order.%s.id is no order_id', async (name) => {
    expect(await heal(order, { order: { [name]: { id: 'i-9' } } })).toMatch('missing');
  });

  it.each(['data', 'attributes', 'record', 'node', 'details'])('order.%s.id is', async (name) => {
    expect(await heal(order, { order: { [name]: { id: 'o-9' } } })).toMatchObject({ order_id: 'o-9' });
  });

  it.each<[string, JsonObject]>([
    ['of several', { orders: { id: 'o-9' } }],
    ['in a list of several', { orders: [{ id: 'o-9' }] }],
    ['in a list within it', { order: { lines: [{ id: 'l-9' }] } }],
  ])('nor is an id %s', async (_, event) => {
    expect(await heal(order, event)).toMatch('missing');
  });

  it('a word of its own is no path', async () => {
    const account = contract('account', { username: text });
    expect(await heal(account, { user: { name: 'Ann Lee' } })).toMatch('missing');
    expect(await heal(contract('account', { user_name: text }), { user: { name: 'al' } })).toMatchObject({
      user_name: 'al',
    });
  });
});

describe('a list of one that holds the record', () => {
  it('is passed through alone, or beside what the contract declares', async () => {
    const { seats, ...rest } = row;
    expect(await heal(subscription, { data: [row] })).toEqual(row);
    expect(await heal(subscription, { data: [rest], seats, next: null })).toMatchObject(row);
  });

  it.each<JsonObject>([
    { has_more: true },
    { page: 1 },
    { next: 'https://api.example/?page=2' },
    { meta: { total: 40 } },
  ])('is one page of a list beside %j', async (beside) => {
    expect(await heal(subscription, { data: [row], ...beside })).toMatch('events: /data/*');
    const failure = failureOf({ data: [row], ...beside }, subscription);
    const operations: Operation[] = [
      { op: 'unwrap', path: '/data' },
      ...Object.keys(row).map((name): Operation => ({ op: 'move', from: `/data/${name}`, to: `/${name}` })),
    ];
    expect(tryPlan(failure, { operations })).toMatchObject({ ok: false });
  });

  it('is a list, when it is called one', async () => {
    expect(await heal(subscription, { records: [row] })).toMatch('missing');
  });
});

describe('any other container', () => {
  it.each([
    'deleted',
    'rejected',
    'draft',
    'sample',
    'prior',
    'template',
    'refunded',
    'archived',
    'cancelled',
    'simulation',
    'metadata',
    'context',
    '_meta',
    'meta',
    'parent_subscription',
    'competitor',
    'defaults',
    'request',
    'quote',
  ])('%s is not, though it holds all that is missing', async (name) => {
    expect(await heal(subscription, { [name]: row })).toMatch('missing');
  });
});

describe('a container that is known to mean nothing is not passed through', () => {
  const said: [string, JsonObject][] = [
    ['op', { op: 'delete', payload: row }],
    ['op, by a letter', { op: 'd', payload: row }],
    ['type', { type: 'subscription.deleted', data: row }],
    ['event_type', { event_type: 'SubscriptionRemoved'.replace('R', '_R'), data: row }],
    ['action', { action: 'destroy', record: row }],
    ['a flag', { is_deleted: true, data: row }],
    ['a tombstone', { kind: 'tombstone', object: row }],
    ['method', { method: 'DELETE', body: row }],
    ['around it', { type: 'removed', data: { object: row } }],
  ];
  it.each(said)('when the event says that it is deleted: %s', async (_, event) => {
    expect(await heal(subscription, event)).toMatch('deleted');
  });

  it('but it is when something else happened', async () => {
    expect(await heal(subscription, { type: 'subscription.updated', data: row })).toMatchObject(row);
    expect(await heal(subscription, { action: 'undelivered', data: row })).toMatchObject(row);
  });

  it.each<[string, JsonObject]>([
    ['record', { record: null, data: row }],
    ['new', { new: null, data: row }],
    ['after', { after: null, payload: row }],
  ])('when %s is null beside it', async (_, event) => {
    expect(await heal(subscription, event)).toMatch('null');
  });

  it.each<[string, JsonObject]>([
    ['of another state', { data: row, draft: row }],
    ['of which some have changed', { object: row, snapshot: { seats: 10 } }],
    ['of another party', { payload: row, reseller: { ...row, margin: 5 } }],
    ['of another party, beside its own name', { subscription: row, reseller: { ...row, margin: 5 } }],
  ])('when one beside it has the same fields: %s', async (_, event) => {
    expect(await heal(subscription, event)).toMatch(/the same fields|could be/);
  });
});

describe('the container that is called as the contract', () => {
  const order = contract('shop_order', { id: text, carrier: text });
  const own = { id: 'o-1', carrier: 'dhl' };

  it.each<JsonObject>([
    { shop_order: own, customer: { id: 'c-1' } },
    { shopOrder: own, customer: { id: 'c-1', name: 'Ada' }, store: { id: 's-1' } },
  ])('is the record, beside other things that have an id: %j', async (event) => {
    expect(await heal(order, event)).toMatchObject(own);
  });

  it.each<JsonObject>([
    { shop_order: own, changes: { carrier: 'ups' } },
    { shop_order: own, new: { id: 'o-2' } },
    { shop_order: own, replacement: { id: 'o-2', carrier: 'ups' } },
    { shop_order: own, data: { id: 'o-2' } },
  ])('may be another state beside one: %j', async (event) => {
    expect(await heal(order, event)).toMatch(/the same fields|could be/);
  });
});

describe('which container is meant', () => {
  const people = { buyer: { email: 'a@example.com', id: 1 }, seller: { email: 'b@example.com', id: 2 } };

  it('is told by a field that is called after it', async () => {
    const sale = contract('sale', { sku: text, buyer_email: text, seller_email: text });
    expect(await heal(sale, { sku: 'S1', ...people })).toMatchObject({
      buyer_email: 'a@example.com',
      seller_email: 'b@example.com',
    });
  });

  it('is not told by any other', async () => {
    const sale = contract('sale', { sku: text, email: text });
    expect(await heal(sale, { sku: 'S1', ...people })).toMatch('/email');
  });

  it('is told by one that says of itself that it is how the record was', async () => {
    const event = { object: row, previous_attributes: { seats: 10 } };
    expect(await heal(subscription, event)).toMatchObject(row);
  });

  it('a profile is that of a person, if the contract is about one', async () => {
    const fields = { full_name: text, birthday: text };
    const profile = { full_name: 'Ana Lima', birthday: 'in May' };
    expect(await heal(contract('member', fields), { profile })).toMatchObject(profile);
    expect(await heal(contract('parcel', fields), { profile })).toMatch('missing');
  });

  it('out of a declared object nothing is taken when the event says that it is deleted', async () => {
    const notice = contract('notice', { notice_ref: text, data: object({ address: text }) });
    const event = { data: { notice_ref: 'n-1', address: 'x' } };
    expect(await heal(notice, event)).toMatchObject({ notice_ref: 'n-1', data: { address: 'x' } });
    expect(await heal(notice, { ...event, op: 'd' })).toMatch('deleted');
  });
});

describe('a change feed', () => {
  const before = { ...row, seats: 10 };
  const source = { db: 'crm', table: 'subscriptions', ts_ms: 1795466911000 };
  it.each<[string, string, JsonObject]>([
    ['Debezium, an insert', '/after', { before: null, after: row, op: 'c', source }],
    ['Debezium, an update', '/after', { before, after: row, op: 'u', source }],
    ['Debezium, a deletion', '/after', { before: row, after: null, op: 'd', source }],
    [
      'Debezium, in its envelope',
      '/payload/after',
      { schema: { type: 'struct' }, payload: { before, after: row, op: 'u', source } },
    ],
    [
      'DMS',
      '/data',
      { data: row, metadata: { operation: 'insert', 'record-type': 'data', 'table-name': 'subscriptions' } },
    ],
    ['Maxwell', '/data', { database: 'crm', table: 'subscriptions', type: 'insert', ts: 1, data: row }],
    [
      'Maxwell, an update',
      '/data',
      { database: 'crm', table: 'subscriptions', type: 'update', data: row, old: { seats: 10 } },
    ],
    ['Supabase', '/record', { type: 'INSERT', table: 'subscriptions', record: row, old_record: null }],
    [
      'MongoDB',
      '/fullDocument',
      { operationType: 'insert', ns: { db: 'crm', coll: 'subscriptions' }, fullDocument: row },
    ],
    ['Hasura', '/event/data/new', { event: { op: 'UPDATE', data: { old: before, new: row } }, id: 'e' }],
    ['old and new', '/new', { old: before, new: row }],
    ['previous and current', '/current', { previous: before, current: row, changedBy: 'ana' }],
    ['images', '/NewImage', { OldImage: before, NewImage: row }],
  ])('%s, is refused with what to configure', async (_, where, event) => {
    expect(await heal(subscription, event)).toMatch(`set \`events: ${where}\``);
  });

  it('is none when the contract is about changes', async () => {
    const change = contract('change', {
      before: object({ seats: integer }),
      after: object({ seats: integer }),
      author: text,
    });
    const event = { before: { seats: 1 }, after: { seats: 2 }, Author: 'ana' };
    expect(await heal(change, event)).toEqual({ before: { seats: 1 }, after: { seats: 2 }, author: 'ana' });
  });
});

describe('the only leaf of a name', () => {
  const invoice = contract('invoice', { number: text, subscription: text, amount_due: number });
  const bill = { number: 'F-1', amount_due: 12 };

  it.each<[string, JsonObject]>([
    [
      'in a container called after it, in the parent',
      { parent: { type: 'subscription_details', subscription_details: { subscription: 'sub_1' } } },
    ],
    ['in a container called after it', { subscription_info: { subscription: 'sub_1', since: 2020 } }],
    ['in a neutral one', { data: { subscription: 'sub_1' } }],
  ])('%s', async (_, place) => {
    expect(await heal(invoice, { ...bill, ...place })).toMatchObject({ ...bill, subscription: 'sub_1' });
  });

  it.each<[string, JsonObject]>([
    ['in one of which it is only a part', { payload_subscription: { subscription: 'sub_1' } }],
    ['in a container that is another thing', { previous_invoice: { subscription: 'sub_1' } }],
    ['in what is around that', { cancelled: { subscription_details: { subscription: 'sub_1' } } }],
    ['twice', { subscription_details: { subscription: 'sub_1' }, data: { subscription: 'sub_2' } }],
  ])('is refused %s', async (_, place) => {
    expect(await heal(invoice, { ...bill, ...place })).toMatch('/subscription');
  });

  it('of a price that has become a pricing', async () => {
    const line = contract('invoice_line', { line_ref: text, price: text });
    const event = { line_ref: 'l-1', pricing: { price_details: { price: 'price_9', product: 'p' } } };
    expect(await heal(line, event)).toMatchObject({ line_ref: 'l-1', price: 'price_9' });
  });

  it('an id that became an object, and back', async () => {
    const payout = contract('payout', { balanceAccountId: text, payout_date: text });
    const event = { balanceAccount: { id: 'BA1', description: 'main', reference: 'r' }, payout_date: 'x' };
    expect(await heal(payout, event)).toMatchObject({ balanceAccountId: 'BA1' });
    const nested = contract('payout', { balanceAccount: object({ id: text }), payout_date: text });
    expect(await heal(nested, { balanceAccountId: 'BA1', payout_date: 'x' })).toEqual({
      balanceAccount: { id: 'BA1' },
      payout_date: 'x',
    });
    const carrier = contract('parcel', { carrier_id: text, parcel_ref: text });
    expect(await heal(carrier, { carrier: { id: 'c', name: 'DHL' }, parcel_ref: 'p' })).toMatchObject({
      carrier_id: 'c',
    });
    expect(await heal(carrier, { sender: { id: 'c', name: 'DHL' }, parcel_ref: 'p' })).toMatch('missing');
  });
});

describe('a leaf of a foreign object', () => {
  const order = contract('order', {
    order_ref: text,
    shipping: object({ street: text, city: text }),
    'note?': text,
  });
  const part = { order_ref: 'O-1', shipping: { street: 'Rua 1' } };

  it.each<[string, JsonObject]>([
    ['of an address by its network', { geo: { city: 'Porto', ip: '1.2.3.4' } }],
    ['of an address by its network, beside it', { city: 'Porto', ip: '1.2.3.4', asn: 3 }],
    ['of another address', { billing: { city: 'Porto' } }],
    ['of the metadata', { metadata: { city: 'Porto' } }],
    ['of the context', { context: { city: 'Porto' } }],
    ['of the warehouse', { warehouse: { address: { city: 'Porto' } } }],
  ])('is refused: %s', async (_, place) => {
    expect(await heal(order, { ...part, ...place })).toMatch('/shipping/city');
  });

  it('is repaired when it is the only one and deeper, and refused when it is higher up', async () => {
    expect(await heal(order, { ...part, city: 'Porto' })).toMatch('/shipping/city');
    const deeper = { order_ref: 'O-1', shipping: { street: 'Rua 1', address: { city: 'Porto' } } };
    expect(await heal(order, deeper)).toMatchObject({ shipping: { street: 'Rua 1', city: 'Porto' } });
  });
});
