import { describe, expect, it } from 'vitest';
import { contractFromJsonSchema } from '../../../src/contracts/json-schema/compile.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import { contract, heal, number, integer, object, text } from './evidence-support.ts';

const list = (items: JsonObject): JsonObject => ({ type: 'array', items });
const order = contract('sale', { items: list(object({ sku: text, qty: integer })) });
const lines = [{ sku: 'a', qty: 1 }];

describe('a value alone in an object of its name', () => {
  const contact = contract('contact', { id: text, email: text });

  it.each<[string, JsonObject]>([
    ['as a custom field', { id: '1', properties: { email: { value: 'a' } } }],
    ['in another spelling', { id: '1', Email: { Value: 'a' } }],
    ['with its type', { fields: { id: { stringValue: '1' }, email: { stringValue: 'a' } } }],
  ])('is that value: %s', async (_, event) => {
    expect(await heal(contact, event)).toMatchObject({ id: '1', email: 'a' });
  });

  it.each<[string, JsonObject]>([
    ['beside another', { id: '1', Email: { value: 'a', old: 'b' } }],
    ['in a container that says something', { id: '1', deleted: { email: { value: 'a' } } }],
  ])('is not %s', async (_, event) => {
    expect(await heal(contact, event)).toMatch('missing');
  });

  it('is a list, as XML has it', async () => {
    expect(await heal(order, { Items: { Item: [{ Sku: 'a', Qty: '1' }] } })).toEqual({ items: lines });
    expect(await heal(order, { Items: { Item: { Sku: 'a', Qty: '1' } } })).toEqual({ items: lines });
  });

  it('may have an optional one beside it, which leaves first', async () => {
    const payment = contract('payment', { amount: number, 'currency?': { enum: ['EUR', 'USD'] } });
    const event = { amount: { value: 5, Currency: 'eur' } };
    expect(await heal(payment, event)).toEqual({ amount: 5, currency: 'EUR' });
  });
});

describe('alternatives', () => {
  const contact = contractFromJsonSchema({
    'x-contract': { name: 'contact', version: '1.0.0' },
    ...object({ note: text, email: text, phone: text }, []),
    anyOf: [{ required: ['email'] }, { required: ['phone'] }],
  });

  it('are told by the fields that are there under other names', async () => {
    expect(await heal(contact, { Email: 'a' })).toEqual({ email: 'a' });
    expect(await heal(contact, { note: 'x', Phone: '5' })).toEqual({ note: 'x', phone: '5' });
    expect(await heal(contact, { note: 'x', billing_phone: '5' })).toMatch('no change of structure');
  });
});

describe('a place', () => {
  const stop = contract('stop', { lat: number, lon: number });

  it('is what its object says, and nothing else', async () => {
    expect(await heal(stop, { lat: 1, long: 2 })).toEqual({ lat: 1, lon: 2 });
    expect(await heal(stop, { location: { lat: 1, lng: 2 } })).toMatchObject({ lat: 1, lon: 2 });
    expect(await heal(stop, { location: { lat: 1, lng: 2, ip: 'x' } })).toMatch('missing');
    expect(await heal(stop, { warehouse: { lat: 1, lng: 2 } })).toMatch('missing');
  });
});

describe('a full name', () => {
  const person = contract('visitor', { first_name: text, last_name: text, 'email?': text });
  const names = { first_name: 'Ann', last_name: 'Lee' };

  it.each<[string, JsonObject]>([
    ['in a container that means nothing', { data: { full_name: 'Ann Lee' } }],
    ['alone in a list', { full_name: ['Ann Lee'] }],
  ])('is split %s', async (_, event) => {
    expect(await heal(person, event)).toMatchObject(names);
  });

  it('is split beside an optional field that is named as the heuristics would take it', async () => {
    const event = { full_name: 'Ann Lee', email_address: 'a@b.de' };
    expect(await heal(person, event)).toEqual({ ...names, email: 'a@b.de' });
  });
});

describe('a word of a language that is not known', () => {
  it.each([
    ['kunde', 'kundenberater'],
    ['artikel', 'artikelgruppe'],
    ['konto', 'kontoinhaber'],
    ['prezzo', 'prezzolistino'],
    ['заказ', 'заказчик'],
  ])('%s is no short form of %s', async (declared, sent) => {
    expect(await heal(contract('vorgang', { [declared]: text }), { [sent]: 'x' })).toMatch('missing');
  });

  it('while a known one is shortened', async () => {
    expect(await heal(contract('thing', { description_ref: text }), { descript_ref: 'x' })).toMatchObject({
      description_ref: 'x',
    });
  });
});

describe('the id of a message', () => {
  const account = contract('account', { id: text, email: text });

  it.each<JsonObject>([
    { id: 'evt_9', type: 'account.created', data: { email: 'a' } },
    { id: 'msg_9', sent_at: 'x', payload: { email: 'a' } },
    { id: 'evt_9', object: 'event', data: { attributes: { email: 'a' } } },
    { data: { email: 'a' }, event: { id: 'evt_9' } },
  ])('may be another than that of what it holds: %j', async (event) => {
    expect(await heal(account, event)).toMatch('that of the message');
  });

  it.each<JsonObject>([
    { id: '9', attributes: { email: 'a' } },
    { id: '9', data: { email: 'a' } },
    { id: '9', details: { email: 'a' } },
    { data: { id: '9', attributes: { email: 'a' } } },
  ])('is not that of a record beside its fields: %j', async (event) => {
    expect(await heal(account, event)).toMatchObject({ id: '9', email: 'a' });
  });
});

describe('what a container says of itself', () => {
  const account = contract('account', { id: text, email: text });
  const row = { id: '1', email: 'a' };

  it.each<JsonObject>([
    { payload: { ...row, header: { changeType: 'DELETE' } } },
    { data: row, stage: 'before' },
    { data: row, version_state: 'previous' },
    { data: row, is_duplicate: true },
  ])('counts: %j', async (event) => {
    expect(await heal(account, event)).toMatch(/deleted|not real/);
  });
});
