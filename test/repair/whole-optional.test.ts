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
