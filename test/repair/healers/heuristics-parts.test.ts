import { describe, expect, it } from 'vitest';
import type { Contract } from '../../../src/contracts/contract.ts';
import { contractFromJsonSchema } from '../../../src/contracts/json-schema/compile.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import { heal as healOf } from './evidence-support.ts';

function contractOf(properties: JsonObject): Contract {
  return contractFromJsonSchema({
    'x-contract': { name: 'visit', version: '1.0.0' },
    type: 'object',
    properties,
    required: Object.keys(properties),
  });
}
const text = { type: 'string' };
const person = contractOf({ first_name: text, last_name: text });
const named = contractOf({ full_name: text });
const timed = contractOf({ created_at: { type: 'string', format: 'date-time' } });
const linked = contractOf({ logo_url: { type: 'string', format: 'uri' } });
const mailed = contractOf({ email: { type: 'string', format: 'email' } });
const placed = contractOf({ lat: { type: 'number' }, lon: { type: 'number' } });
const spanned = contractOf({ min: { type: 'number' }, max: { type: 'number' } });
const listed = contractOf({ last_name: text, email: { type: 'string', format: 'email' } });
const lived = contractOf({ home_city: text, home_zip: text });
const contacted = contractOf({ contact_name: text });
const reached = contractOf({ contact_email: { type: 'string', format: 'email' } });
const paid = contractOf({ amount: { type: 'number' }, currency: { type: 'string', pattern: '^[A-Z]{3}$' } });

const heal = (event: JsonObject, contract: Contract, peers: JsonObject[] = []) =>
  healOf(contract, event, peers);

describe('one text that holds two fields', () => {
  it.each([
    ['a full name', person, { full_name: 'Ana Lima' }, { first_name: 'Ana', last_name: 'Lima' }],
    ['called after both', paid, { amount_currency: '12.5 EUR' }, { amount: 12.5, currency: 'EUR' }],
    [
      'called after both, the other way round',
      paid,
      { currencyAmount: 'EUR|12.5' },
      { amount: 12.5, currency: 'EUR' },
    ],
    [
      'of which one has signs of its own',
      listed,
      { last_name_email: 'Lima ana@example.com' },
      { last_name: 'Lima', email: 'ana@example.com' },
    ],
    [
      'what both begin with is said once',
      lived,
      { home_city_zip: 'Lisbon|1100' },
      { home_city: 'Lisbon', home_zip: '1100' },
    ],
    ['a place', placed, { lat_lon: '48.85,2.35' }, { lat: 48.85, lon: 2.35 }],
    ['a place, with a space', placed, { latLon: '48.85, -2' }, { lat: 48.85, lon: -2 }],
  ])('%s', async (_, contract, event, expected) => {
    expect(await heal(event, contract)).toEqual(expected);
  });

  it.each([
    ['the other way round', person, { full_name: 'Smith, John' }],
    ['the other way round, without a space', person, { full_name: 'Smith,John' }],
    ['with a title', person, { full_name: 'Dr. Smith' }],
    ['with a form of address', person, { full_name: 'Mr Smith' }],
    ['with a particle', person, { full_name: 'van Gogh' }],
    ['of a company', person, { full_name: 'Acme GmbH' }],
    ['of nobody', person, { full_name: '[deleted] user' }],
    ['with what follows the name', person, { full_name: 'Smith Jr.' }],
    ['by a semicolon', person, { name: 'Smith;John' }],
    ['that may be one decimal', placed, { lat_lon: '48,85' }],
    ['of decimals with commas', placed, { lat_lon: '48,85, 2,35' }],
    ['of decimals with commas, by a semicolon', placed, { lat_lon: '48,85;2,35' }],
    ['in another order than its name says', placed, { coordinates: '2.35 48.85' }],
    ['that may be one decimal, of a range', spanned, { min_max: '1,5' }],
    ['that two of its signs split', listed, { last_name_email: 'Lima de#ana@example.com' }],
    ['of three words', person, { full_name: 'Ana Maria Lima' }],
    ['of one word', person, { full_name: 'Ana' }],
    ['with two separators', person, { full_name: 'Ana_Maria Lima' }],
    ['not called after both', person, { title: 'Ana Lima' }],
    ['whose parts do not fit', paid, { amount_currency: '12.5 euros' }],
  ])('%s is refused', async (_, contract, event) => {
    expect(await heal(event, contract)).toMatch('missing');
  });

  it('is refused when another event of the batch does not split so', async () => {
    const event = { full_name: 'Ana Lima' };
    expect(await heal(event, person, [event, { full_name: 'Bo Berg' }])).toMatchObject({ first_name: 'Ana' });
    expect(await heal(event, person, [event, { full_name: 'Bo van den Berg' }])).toMatch('missing');
  });
});

describe('two fields that are one', () => {
  it.each([
    [
      'a date and a time of day',
      timed,
      { created_date: '2026-11-23', created_time: '20:48:31Z' },
      { created_at: '2026-11-23T20:48:31Z' },
    ],
    ['first and last name', named, { first_name: 'Ana', last_name: 'Lima' }, { full_name: 'Ana Lima' }],
    [
      'the scheme and the rest of an address',
      linked,
      { logo_url_scheme: 'https', logo_url_path: 'a.example/l.png' },
      { logo_url: 'https://a.example/l.png' },
    ],
    [
      'a day and a clock',
      timed,
      { created_day: '2026-11-23', created_clock: '20:48:31+01:00' },
      { created_at: '2026-11-23T20:48:31+01:00' },
    ],
    [
      'first and last name of somebody',
      contacted,
      { first_contact_name: 'Ana', last_contact_name: 'Lima' },
      { contact_name: 'Ana Lima' },
    ],
    [
      'the parts of an e-mail address',
      mailed,
      { email_user: 'ana', email_domain: 'example.com' },
      { email: 'ana@example.com' },
    ],
  ])('%s', async (_, contract, event, expected) => {
    expect(await heal(event, contract)).toEqual(expected);
  });

  it.each([
    [
      'a date whose time cannot be read',
      timed,
      { created_date: '2026-11-23', created_time: 'in the evening' },
    ],
    [
      'what only looks like the parts of one',
      reached,
      { contact_user: 'ana', contact_domain: 'example.com' },
    ],
    ['what only looks like an address', linked, { logo_type: 'https', logo_label: 'acme' }],
    ['one part only', named, { first_name: 'Ana' }],
    ['a part that holds the separator', named, { first_name: 'Ana Maria', last_name: 'Lima' }],
    ['parts in an unknown order', named, { name_1: 'Ana', name_2: 'Lima' }],
    ['parts of which one is empty', mailed, { email_user: '', email_domain: 'example.com' }],
  ])('%s is refused', async (_, contract, event) => {
    expect(await heal(event, contract)).toMatch('missing');
  });
});
