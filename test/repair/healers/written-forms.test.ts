import { describe, expect, test } from 'vitest';
import { contractFromJsonSchema } from '../../../src/contracts/json-schema/compile.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import { tryHealing } from '../../../src/testing/index.ts';

const text = { type: 'string' };

function contract(properties: JsonObject) {
  return contractFromJsonSchema({
    'x-contract': { name: 'thing', version: '1.0.0' },
    type: 'object',
    properties,
    required: Object.keys(properties),
  });
}

describe('Numbers with one reading', () => {
  const wanted = contract({ v: { type: 'number' } });

  test.each([
    ['+5', 5],
    ['\u22125', -5],
    ['.5', 0.5],
    ['-.50', -0.5],
    ['1.23E+2', 123],
    ['1e3', 1000],
    ['1.5e-3', 0.0015],
    ['+1,234.50', 1234.5],
    ["1'234.50", 1234.5],
    ['1’234’567', 1234567],
    ['1 234 567', 1234567],
    ['1 234,50', 1234.5],
    ['1\u00a0234,50', 1234.5],
    ['1\u202f234,50', 1234.5],
  ])('%s', async (v, read) => {
    expect(await tryHealing(wanted, { v })).toMatchObject({ repaired: true, event: { v: read } });
  });

  test.each([
    "1'234",
    '1 234',
    '1\u00a0234',
    '+1,234',
    '-+5',
    '0005',
    '1e400',
    '10e3',
    '0x10',
    '5 6',
    '1 23,5',
    "1'234 567",
  ])('%s has another one', async (v) => {
    expect(await tryHealing(wanted, { v })).toMatchObject({ repaired: false });
  });

  test('a sign alone makes no text a fraction', async () => {
    const whole = contract({ v: { type: 'integer' } });
    expect(await tryHealing(whole, { v: '+5' })).toMatchObject({ repaired: true, event: { v: 5 } });
    expect(await tryHealing(whole, { v: '5e0' })).toMatchObject({ repaired: false });
  });
});

describe('Dates with one reading', () => {
  const wanted = contract({ d: { type: 'string', format: 'date' } });

  test.each([
    '4 March 2026',
    'March 4, 2026',
    'Wednesday, March 4, 2026',
    'Wednesday, 4 March 2026',
    20260304,
  ])('%s', async (d) => {
    expect(await tryHealing(wanted, { d })).toMatchObject({ repaired: true, event: { d: '2026-03-04' } });
  });

  test.each(['Tuesday, March 4, 2026', 20261304, 2026034, 1772618400])('%s is none', async (d) => {
    expect(await tryHealing(wanted, { d })).toMatchObject({ repaired: false });
  });
});

describe('A time in the zone beside it', () => {
  const wanted = contract({ at: { type: 'string', format: 'date-time' } });

  test.each([
    ['2026-03-04 10:00', 'UTC+02:00', '2026-03-04T08:00:00Z'],
    ['2026-03-04 10:00', 'UTC+2', '2026-03-04T08:00:00Z'],
    ['2026-03-04 10:00', 'GMT-0530', '2026-03-04T15:30:00Z'],
    ['13/03/2026 10:00', 'America/New_York', '2026-03-13T14:00:00Z'],
    ['Mar 4, 2026 10:00', 'America/New_York', '2026-03-04T15:00:00Z'],
    ['13.03.2026 10:00 PM', '+02:00', '2026-03-13T20:00:00Z'],
  ])('%s, %s', async (at, timezone, read) => {
    expect(await tryHealing(wanted, { at, timezone })).toMatchObject({ repaired: true, event: { at: read } });
  });

  test.each([
    ['03/04/2026 10:00', 'America/New_York'],
    ['2026-03-04 10:00', 'UTC+25'],
    ['2026-03-04 10:00', 'UTC+2:75'],
    ['2026-03-04 10:00', 'CST'],
    ['2026-03-04 10:00', '+2'],
    ['13/03/2026', 'America/New_York'],
  ])('%s, %s is refused', async (at, timezone) => {
    expect(await tryHealing(wanted, { at, timezone })).toMatchObject({ repaired: false });
  });

  test('the offset of a text that names it as GMT+0100', async () => {
    const at = 'Wed Mar 04 2026 10:00:00 GMT+0100';
    expect(await tryHealing(wanted, { at })).toMatchObject({ event: { at: '2026-03-04T09:00:00Z' } });
  });
});

describe("A person's names", () => {
  const wanted = contract({ first_name: text, last_name: text });

  test.each([
    { given_name: 'Ann', family_name: 'Lee' },
    { forename: 'Ann', surname: 'Lee' },
    { givenName: 'Ann', last_name: 'Lee' },
  ])('%o', async (event) => {
    const names = { first_name: 'Ann', last_name: 'Lee' };
    expect(await tryHealing(wanted, event)).toMatchObject({ repaired: true, event: names });
  });

  test.each([
    { first_name: 'Ann', mother_family_name: 'Lee' },
    { first_name: 'Ann', family: 'Lee' },
    { first_name: 'Ann', family_name: 'Lee', surname: 'Berg' },
  ])('%o is refused', async (event) => {
    expect(await tryHealing(wanted, event)).toMatchObject({ repaired: false });
  });
});
