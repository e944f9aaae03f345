import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { contractFromJsonSchema } from '../../src/contracts/json-schema/compile.ts';
import { defineContract } from '../../src/contracts/zod/define.ts';
import { validateWhole } from '../../src/repair/plans/whole.ts';
import { tryHealing } from '../../src/testing/index.ts';
import type { JsonObject } from '../../src/model/json.ts';

/** Without required fields every object is valid; loaded as it is, a wrapped event would be a row of nothing. */
const payment = (more: JsonObject = {}) =>
  contractFromJsonSchema({
    'x-contract': { name: 'payment', version: '1.0.0' },
    type: 'object',
    properties: {
      id: { type: 'string' },
      amount: { type: 'integer' },
      currency: { type: 'string' },
      status: { type: 'string' },
    },
    ...more,
  });
const record = { id: '1', amount: 5, currency: 'EUR', status: 'paid' };

const repaired = async (event: JsonObject): Promise<JsonObject | undefined> => {
  const result = await tryHealing(payment(), event);
  return result.repaired ? result.event : undefined;
};

describe('an event that another object holds, under a contract that requires nothing,', () => {
  it.each<[string, JsonObject]>([
    ['data.object', { type: 'payment.paid', data: { object: record } }],
    ['resource', { resource: record }],
    ['detail', { 'detail-type': 'payment', detail: record }],
    ['a JSON text', { Message: JSON.stringify(record) }],
    ['other spellings', { resource: { Id: '1', Amount: 5, Currency: 'EUR', Status: 'paid' } }],
  ])('is repaired: %s', async (_, event) => {
    expect(await repaired(event)).toMatchObject(record);
  });

  it.each<[string, JsonObject]>([
    ['beside an id of the message', { id: 'evt', type: 'x', data: { object: record } }],
    ['a feed of changes', { op: 'c', before: null, after: record }],
    ['a list of one', { results: [record] }],
    ['a list of several', { results: [record, record] }],
    ['two words between', { payload: { payment: { entity: record } } }],
    ['a list of texts', { Records: [{ body: JSON.stringify(record) }] }],
    ['names with dots', { 'data.id': '1', 'data.amount': 5 }],
    ['nothing that is known', { text: 'hello' }],
  ])('is repaired or refused, and never loaded as nothing: %s', async (_, event) => {
    expect(validateWhole(payment(), event).ok).toBe(false);
    const found = await repaired(event);
    if (found !== undefined) expect(found).toMatchObject(record);
  });
});

it.each<[string, JsonObject, JsonObject?]>([
  ['an event without fields', {}],
  ['fields of nothing but null', { text: null }],
  ['one declared field', { id: '1' }],
  [
    'a new object that shares fewer names than the event has',
    { id: '1', customer: { id: '2', status: 'new' } },
  ],
  [
    'half of the fields, and an object with the others',
    { id: '1', amount: 5, bank: { currency: 'EUR', status: 'x' } },
  ],
  ['a contract that takes any field', { a: 1 }, { additionalProperties: { type: 'integer' } }],
  ['a contract that takes fields by pattern', { a: 1 }, { patternProperties: { '^a': { type: 'integer' } } }],
])('an event that its contract takes stays as it is: %s', (_, event, more) => {
  expect(validateWhole(payment(more), event).ok).toBe(true);
});

it('says that no field is known', () => {
  expect(validateWhole(payment(), { text: 'hello' })).toEqual({
    ok: false,
    violations: [
      {
        path: '',
        code: 'no_match',
        message: 'Send at least one field that the contract declares: the event has none of them.',
        expected: 'one of the declared fields',
        found: 'object',
      },
    ],
  });
});

it('an event of which code of the contract makes its fields is whole', () => {
  const schema = z.preprocess(
    (event) => ({ total: (event as { parts: number[] }).parts.length }),
    z.object({ total: z.int().optional() }),
  );
  const counted = defineContract({ name: 'counted', version: '1.0.0', schema });
  expect(validateWhole(counted, { parts: [1, 2] })).toMatchObject({ ok: true, value: { total: 2 } });
});
