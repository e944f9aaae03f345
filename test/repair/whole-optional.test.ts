import { describe, expect, it } from 'vitest';
import { contractFromJsonSchema } from '../../src/contracts/json-schema/compile.ts';
import { type Shape, schemaOf } from '../../bench/drift/shape.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { validateWhole } from '../../src/repair/plans/whole.ts';
import { tryHealing } from '../../src/testing/index.ts';

const contractOf = (fields: Shape, name = 'thing') =>
  contractFromJsonSchema({ 'x-contract': { name, version: '1.0.0' }, ...schemaOf(fields) });

const id = { id: 'string' } as const;

/** The fields but for `id` are optional: nobody would miss them. */
describe('what is repaired where a field is required is not lost where it is optional', () => {
  it.each<[string, Shape, JsonObject, JsonObject]>([
    [
      'a text of two numbers',
      { 'lat?': 'number', 'lon?': 'number' },
      { lat_lon: '48.1,11.5' },
      { lat: 48.1, lon: 11.5 },
    ],
    [
      'a text of two texts',
      { 'city?': 'string', 'zip?': 'string' },
      { zip_city: '10115 Berlin' },
      { zip: '10115', city: 'Berlin' },
    ],
    [
      'a name of two',
      { 'first_name?': 'string', 'last_name?': 'string' },
      { name: 'Ann Lee' },
      { first_name: 'Ann', last_name: 'Lee' },
    ],
    [
      'two names of one',
      { 'full_name?': 'string' },
      { first_name: 'Ann', last_name: 'Lee' },
      { full_name: 'Ann Lee' },
    ],
    [
      'the parts of an object',
      { 'address?': { 'city?': 'string', 'postalCode?': 'string' } },
      { city: 'B', postalCode: '1' },
      { address: { city: 'B', postalCode: '1' } },
    ],
    [
      'in a place of theirs',
      { 'lat?': 'number', 'lon?': 'number' },
      { location: { lat: 1, lon: 2 } },
      { lat: 1, lon: 2 },
    ],
    [
      'in a container of fields that others defined',
      { 'phone?': 'string' },
      { custom_fields: { phone: '1' } },
      { phone: '1' },
    ],
    ['in a container of properties', { 'email?': 'string' }, { traits: { Email: 'a' } }, { email: 'a' }],
    [
      'in an object, which its name is of',
      { 'gross_income?': 'number', 'net_income?': 'number' },
      { income: { gross: 5, net: 4 } },
      { gross_income: 5, net_income: 4 },
    ],
    ['alone in a list', { 'email?': 'string' }, { emails: ['a'] }, { email: 'a' }],
    [
      'under a name of one',
      { 'passengers?': [{ sku: 'string' }] },
      { passenger: [{ sku: 'x' }] },
      { passengers: [{ sku: 'x' }] },
    ],
    [
      'by a convention',
      { 'name?': 'string', 'price?': 'number', 'sort?': 'string' },
      { thing_name: 'a', thing_price: 5, thing_sort: 'b' },
      { name: 'a', price: 5, sort: 'b' },
    ],
    [
      'in the elements of a list',
      { 'people?': [{ 'firstName?': 'string', 'lastName?': 'string' }] },
      { people: [{ name: 'Ann Lee' }] },
      { people: [{ firstName: 'Ann', lastName: 'Lee' }] },
    ],
  ])('%s', async (_, fields, sent, right) => {
    const trial = await tryHealing(contractOf({ ...id, ...fields }), { id: '1', ...sent });
    expect(trial).toMatchObject({ repaired: true, event: { id: '1', ...right } });
  });
});

describe('or the event is refused', () => {
  it.each<[string, Shape, JsonObject]>([
    ['a date of two readings', { 'paidAt?': 'date' }, { paid_at: '03/04/2026' }],
    ['in a container of two readings', { 'paidAt?': 'date' }, { properties: { paid_at: '03/04/2026' } }],
    ['a list in the form of forms', { 'items?': [{ sku: 'string' }] }, { 'items[0][sku]': 'a' }],
    [
      'a list in the form of dots',
      { 'items?': [{ sku: 'string' }] },
      { 'items.0.sku': 'a', 'items.1.sku': 'b' },
    ],
    ['a list in flat names', { 'items?': [{ sku: 'string' }] }, { items_0_sku: 'a' }],
    [
      'a name without its accent beside another',
      { référence: 'string', 'payé?': 'boolean' },
      { reference: 'R', paye: true },
    ],
    ['a short form beside another', { 'amount?': 'integer', 'status?': 'string' }, { amt: 5, stat: 'paid' }],
    ['two of its name', { 'email?': 'string' }, { traits: { email: 'a' }, properties: { email: 'b' } }],
  ])('%s', async (_, fields, sent) => {
    const contract = contractOf({ ...id, ...fields });
    expect(validateWhole(contract, { id: '1', ...sent }).ok).toBe(false);
    expect(await tryHealing(contract, { id: '1', ...sent })).toMatchObject({ repaired: false });
  });
});

describe('what is truly extra stays extra', () => {
  it.each<[string, Shape, JsonObject]>([
    [
      'a name that is none of a person',
      { 'first_name?': 'string', 'last_name?': 'string' },
      { name: 'Acme Logistics' },
    ],
    ['half of two', { 'lat?': 'number', 'lon?': 'number' }, { lat_lon: '48.1' }],
    [
      'the fields of other things',
      { sku: 'string', price: 'number', 'name?': 'string', 'email?': 'string' },
      { sku: 'x', price: 1, seller: { name: 'a', email: 'b' }, vendor_id: '5' },
    ],
    ['ids of other things', { 'order_id?': 'string' }, { customer_id: 'a', product_id: 'b' }],
    ['what does not fit', { 'email?': 'string' }, { traits: { email: { is_valid: true, is_free: false } } }],
    ['when the field is there', { 'email?': 'string' }, { email: 'a', traits: { email: 'b' } }],
    ['a short name where none is short', { 'status?': 'string' }, { stat: 'x' }],
    ['a null', { 'email?': 'string' }, { traits: { email: null } }],
  ])('%s', (_, fields, sent) => {
    expect(validateWhole(contractOf({ ...id, ...fields }), { id: '1', ...sent }).ok).toBe(true);
  });
});

describe('a reason says where what is meant stands, and what to do', () => {
  it.each<[Shape, JsonObject, string]>([
    [
      { children: 'integer' },
      { children: null },
      '/children is null, where the contract takes an integer: allow null in the contract, or have the sender leave the field out',
    ],
    [
      { price: 'number' },
      { price: { amount: 5 } },
      '/price holds /price/amount, where the contract takes a number',
    ],
    [
      { flight_no: 'string' },
      { flight_number: 'LH1' },
      '/flight_no is missing, and /flight_number has another name, or a value that does not fit: if it is the same, make it an alias, or correct one letter and replay its group',
    ],
    [
      { items: [{ sku: 'string' }] },
      { 'items[0][sku]': 'a' },
      '/items is missing, and /items[0][sku] is called as a field of its elements: have the sender send a list',
    ],
    [
      { ...id, total: 'number' },
      { id: '1', detail: { id: '2', total: 5 } },
      '/detail/id says something else than the event has under its own name: if /detail is the event, set "events: /detail" on its source',
    ],
  ])('%j of %j', async (fields, sent, reason) => {
    expect(await tryHealing(contractOf(fields), sent)).toMatchObject({ repaired: false, reason });
  });
});

describe('an alias is a word of a person', () => {
  const aliased = (fields: Shape, aliases: Record<string, string[]>) =>
    contractFromJsonSchema({
      'x-contract': { name: 'thing', version: '1.0.0', aliases },
      ...schemaOf(fields),
    });

  it('in any case, whatever units its letters may spell', async () => {
    const trial = await tryHealing(aliased({ tax: 'number' }, { '/tax': ['mwst'] }), { MwSt: 1 });
    expect(trial).toMatchObject({ repaired: true, event: { tax: 1 } });
  });

  it('for a list and in its elements at once', async () => {
    const contract = aliased(
      { items: [{ sku: 'string', qty: 'integer' }] },
      { '/items': ['positionen'], '/items/*/qty': ['anzahl'] },
    );
    const trial = await tryHealing(contract, { positionen: [{ sku: 'a', anzahl: '1' }] });
    expect(trial).toMatchObject({ repaired: true, event: { items: [{ sku: 'a', qty: 1 }] } });
  });
});

it('a short form of an object is its name, whatever that may mean elsewhere', async () => {
  const contract = contractOf({ bal: { avail: 'number', booked: 'number' } });
  const trial = await tryHealing(contract, { balance: { avail: 1, booked: 2 } });
  expect(trial).toMatchObject({ repaired: true, event: { bal: { avail: 1, booked: 2 } } });
});
