import { describe, expect, it } from 'vitest';
import { contractFromJsonSchema } from '../../../src/contracts/json-schema/compile.ts';
import type { Json, JsonObject } from '../../../src/model/json.ts';
import { checkPlan } from '../../../src/repair/plans/static-check.ts';
import { tryHealing, tryRule } from '../../../src/testing/index.ts';

interface Shape {
  properties: JsonObject;
  required: string[];
  header?: JsonObject;
  closed?: boolean;
}
const contractOf = ({ properties, required, header = {}, closed = false }: Shape) =>
  contractFromJsonSchema({
    'x-contract': { name: 'thing', version: '1.0.0', ...header },
    type: 'object',
    properties,
    required,
    ...(closed && { additionalProperties: false }),
  });
const text = { type: 'string' };
const number = { type: 'number' };
const person = { id: text, email: text, name: text };

describe('a field that holds null', () => {
  const customer = { type: 'object', properties: { email: text, name: text }, required: ['email'] };
  it.each<[string, Shape, JsonObject, JsonObject]>([
    [
      'beside a recased one',
      { properties: person, required: ['id', 'email'] },
      { id: '1', Email: 'a', Name: null },
      { id: '1', email: 'a', Name: null },
    ],
    [
      'in a container',
      { properties: person, required: ['id', 'email'] },
      { id: '1', data: { email: 'a', name: null } },
      { id: '1', email: 'a', data: { name: null } },
    ],
    [
      'of a flattened object',
      { properties: { id: text, customer }, required: ['id', 'customer'] },
      { id: '1', customer_email: 'a', customer_name: null },
      { id: '1', customer: { email: 'a' }, customer_name: null },
    ],
    [
      'where null is a value: it is taken along',
      { properties: { ...person, name: { type: ['string', 'null'] } }, required: ['id', 'email'] },
      { id: '1', Email: 'a', Name: null },
      { id: '1', email: 'a', name: null },
    ],
  ])('is no half of an event: %s', async (_, shape, event, repaired) => {
    expect(await tryHealing(contractOf(shape), event)).toMatchObject({ repaired: true, event: repaired });
  });

  it('is not passed over by the rule when it holds something', async () => {
    const contract = contractOf({ properties: person, required: ['id', 'email'] });
    const learned = await tryHealing(contract, { id: '1', Email: 'a', Name: null });
    if (!learned.repaired) throw new Error(learned.reason);
    expect(tryRule(contract, learned.plan, { id: '1', Email: 'a', Name: 'x' })).toMatchObject({
      repaired: false,
    });
  });
});

it.each<[string, JsonObject, Json, Json]>([
  ['a constant', { const: 2 }, '2', 2],
  ['a constant that is true', { const: true }, 'true', true],
  ['grades, of which signs tell some apart', { enum: ['A', 'A+', 'A-', 'B'] }, 'a+', 'A+'],
  [
    'a field named by a pattern',
    { patternProperties: { '^[a-z]+$': { type: 'integer' } } },
    { abc: '5' },
    { abc: 5 },
  ],
])('%s is read from another form', async (_, field, sent, meant) => {
  const contract = contractOf({ properties: { value: field }, required: ['value'] });
  expect(await tryHealing(contract, { value: sent })).toMatchObject({
    repaired: true,
    event: { value: meant },
  });
});

it('a pattern of names that may take long is not run on names from outside', async () => {
  const contract = contractOf({
    properties: { value: { patternProperties: { '^(a+)+$': { type: 'integer' } } } },
    required: ['value'],
  });
  expect(await tryHealing(contract, { Value: { aaa: '5' } })).toMatchObject({ repaired: false });
});

it.each<[string, JsonObject]>([
  ['an integer of a list', { type: 'integer', enum: [0, 1, 20] }],
  ['one of whole numbers', { enum: [0, 1, 20] }],
  ['a multiple of one', { type: 'number', multipleOf: 1 }],
  ['a multiple of five', { type: 'number', multipleOf: 5 }],
  ['a format of whole numbers', { type: 'number', format: 'int32' }],
])('%s takes no text with a fraction, whoever proposes the cast', async (_, field) => {
  const contract = contractOf({ properties: { amount: field }, required: ['amount'] });
  expect(await tryHealing(contract, { amount: '20.00' })).toMatchObject({ repaired: false });
  expect(await tryHealing(contract, { amount: '20' })).toMatchObject({ repaired: true });
  for (const plan of [
    { operations: [{ op: 'cast' as const, path: '/amount', to: 'number' as const }] },
    {
      operations: [
        { op: 'cast' as const, path: '/amt', to: 'decimal' as const },
        { op: 'move' as const, from: '/amt', to: '/amount' },
      ],
    },
  ])
    expect(checkPlan(plan, contract)).toMatch(/whole numbers only/);
});

describe('an optional field that drifted', () => {
  it.each<[string, Partial<Shape>]>([
    ['closed by its schema', { closed: true }],
    ['closed by its policy', { header: { undeclared: 'reject' } }],
  ])('is taken where the contract is %s', async (_, shape) => {
    const contract = contractOf({
      properties: { amount: number, note: text },
      required: ['amount'],
      ...shape,
    });
    expect(await tryHealing(contract, { amount: 5, Note: 'x' })).toMatchObject({
      repaired: true,
      event: { amount: 5, note: 'x' },
    });
    for (const event of [
      { amount: 5, Foo: 'x' },
      { amount: 5, note: 'y', Note: 'x' },
    ])
      expect(await tryHealing(contract, event)).toMatchObject({ repaired: false });
  });

  it('is found by its alias, whatever the case', async () => {
    const contract = contractOf({
      properties: { amount: number, currency: text },
      required: ['amount'],
      header: { aliases: { '/amount': ['summe'], '/currency': ['waehrung'] } },
    });
    expect(await tryHealing(contract, { Summe: '5,50', Waehrung: 'EUR' })).toMatchObject({
      repaired: true,
      event: { amount: 5.5, currency: 'EUR' },
    });
  });
});
