import { describe, expect, it } from 'vitest';
import { contractFromJsonSchema } from '../../../src/contracts/json-schema/compile.ts';
import type { Json, JsonObject } from '../../../src/model/json.ts';
import { partsBy } from '../../../src/repair/plans/operations/split-join.ts';
import { contract, email, heal, integer, number, object, text } from './evidence-support.ts';

describe('fields that stand under their own names, of a missing object', () => {
  const money = object({ amount: number, currency: text });
  const place = object({ lat: number, lon: number });
  const team = object({ name: text, score: number });

  it.each(['previous', 'discount', 'maximum', 'guarantor'])('are not those of a %s', async (name) => {
    const payment = contract('payment', { k: text, [name]: money });
    expect(await heal(payment, { k: '1', amount: 5, currency: 'EUR' })).toMatch('missing');
  });

  it('nor of one of two', async () => {
    const match = contract('match', { home: team, away: team });
    expect(await heal(match, { name: 'x', score: 1, away: { name: 'y', score: 2 } })).toMatch('missing');
  });

  it('are those of what they are together, unless something else has such fields', async () => {
    const visit = contract('visit', { k: text, geo: place });
    expect(await heal(visit, { k: '1', lat: 1, lon: 2 })).toEqual({ k: '1', geo: { lat: 1, lon: 2 } });
    expect(await heal(visit, { k: '1', lat: 1, lon: 2, home: { lat: 3, lon: 4 } })).toMatch('another');
  });
});

describe('a record of which its envelope says that it is none', () => {
  const member = contract('member', { id: text, email: text });
  const data = { id: '1', email: 'a@x.de' };

  it.each([
    [{ op: '-U' }],
    [{ _change_type: 'update_preimage' }],
    [{ kind: 'before' }],
    [{ outdated: true }],
    [{ merged_into: 'x' }],
    [{ success: false }],
    [{ error: { code: 5 } }],
    [{ statusCode: 500 }],
    [{ isTestOrder: true }],
    [{ event: 'customers/redact' }],
  ])('%j', async (said) => {
    expect(await heal(member, { ...said, data })).toBeTypeOf('string');
  });

  it.each([
    [{ op: 'UPDATE_AFTER' }],
    [{ success: true }],
    [{ error: null }],
    [{ errors: [] }],
    [{ statusCode: 200 }],
    [{ outdated: false }],
  ])('and one of which it does not: %j', async (said) => {
    expect(await heal(member, { ...said, data })).toMatchObject(data);
  });
});

describe('two halves', () => {
  it('of a postal code and a city are told by their digits', () => {
    const cut = partsBy(' ', ['/zip', '/city']);
    expect(cut('10115 Berlin')).toEqual(['10115', 'Berlin']);
    for (const other of ['Berlin 10115', 'SW1A 1AA', '1234 AB']) expect(cut(other)).toBeUndefined();
  });

  it('of two places come with the larger one last', () => {
    expect(partsBy(', ', ['/city', '/country'])('Berlin, Germany')).toEqual(['Berlin', 'Germany']);
    expect(partsBy(', ', ['/country', '/city'])('Berlin, Germany')).toBeUndefined();
  });

  it('of a name leave nothing of it out', async () => {
    const person = contract('person', { name: text });
    for (const further of ['prefix', 'tussenvoegsel', 'last_name_2'])
      expect(await heal(person, { first_name: 'Jan', last_name: 'Berg', [further]: 'van' })).toMatch(
        'missing',
      );
  });

  it('of an address are not a name to be shown', async () => {
    const letter = contract('letter', { email });
    expect(await heal(letter, { email_name: 'Ann', email_domain: 'b.de' })).toMatch('missing');
  });
});

describe('a flattened name that leaves out an object between', () => {
  const address = object({ city: text, zip: text }, ['city']);
  const order = contract('sale', { customer: object({ email: text, address }, ['email']) });

  it('may be an optional field in there: half a repair is none', async () => {
    const event = { customer_email: 'a@b.de', customer_city: 'Porto' };
    expect(await heal(order, event)).toMatch('may be the optional /customer/address/city');
    expect(await heal(order, { customer_email: 'a@b.de', address_zip: '4' })).toMatch('may be the optional');
  });

  it('is put there when it leaves out none', async () => {
    const event = { customer_email: 'a@b.de', customer_address_city: 'Porto' };
    expect(await heal(order, event)).toMatchObject({
      customer: { email: 'a@b.de', address: { city: 'Porto' } },
    });
  });
});

describe('two records in one event', () => {
  const order = contract('sale', { id: text, customer: object({ name: text, email: text }) });
  const customer = { email: 'a@b.de' };

  it('where a flattened field says something else than the one in its place', async () => {
    const event = { id: '1', customer, customer_name: 'Ana' };
    expect(await heal(order, event)).toMatchObject({ customer: { name: 'Ana', email: 'a@b.de' } });
    expect(await heal(order, { ...event, customer_email: 'a@b.de' })).toMatchObject({ customer });
    expect(await heal(order, { ...event, customer_email: 'c@d.de' })).toMatch('says something else');
  });
});

describe('a tree', () => {
  const branch = { $ref: '#/$defs/branch' };
  const tree = contractFromJsonSchema({
    'x-contract': { name: 'tree', version: '1.0.0' },
    ...object({ root: branch }),
    $defs: {
      branch: object({ name: text, size: integer, kids: { type: 'array', items: branch } }, ['name']),
    },
  });

  it('is repaired where its branches are of different depths', async () => {
    const event = (small: Json, large: Json): JsonObject => ({
      root: {
        name: 'a',
        kids: [
          { name: 'b', size: small },
          { name: 'c', kids: [{ name: 'd', size: large }] },
        ],
      },
    });
    expect(await heal(tree, event('5', '6'))).toEqual(event(5, 6));
    expect(await heal(tree, event(5, '6'))).toEqual(event(5, 6));
  });
});
