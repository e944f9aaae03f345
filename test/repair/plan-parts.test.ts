import { describe, expect, it } from 'vitest';
import { contractFromJsonSchema } from '../../src/contracts/json-schema/compile.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { Operation } from '../../src/model/plan.ts';
import { inferEdit } from '../../src/repair/healers/person/infer.ts';
import { parsePlan } from '../../src/repair/plans/parse-plan.ts';
import { tryPlan } from '../../src/repair/plans/trial.ts';
import { failureOf } from '../helpers/healing.ts';

const text = { type: 'string' };
const contract = contractFromJsonSchema({
  'x-contract': { name: 'receipt', version: '1.0.0' },
  type: 'object',
  properties: {
    ref: text,
    tags: { type: 'array', items: text },
    codes: { type: 'array', items: { type: 'number' } },
    labels: text,
    email: { type: 'string', format: 'email' },
    amount: { type: 'number' },
    currency: { type: 'string', pattern: '^[A-Z]{3}$' },
  },
  required: ['ref', 'amount', 'currency', 'tags', 'labels', 'email'],
});
const good = {
  ref: 'r-1',
  tags: ['new'],
  labels: 'a',
  email: 'ana@example.com',
  amount: 86.37,
  currency: 'EUR',
};
const without = (...names: string[]): JsonObject =>
  Object.fromEntries(Object.entries(good).filter(([name]) => !names.includes(name)));

/** What a person's edit teaches, and what that makes of another event of the sender. */
function taught(event: JsonObject, edited: JsonObject, next: JsonObject): [Operation[], JsonObject | string] {
  const { plan, byHand, unlearnable } = inferEdit(failureOf(event, contract), edited);
  expect({ byHand, unlearnable }).toEqual({ byHand: [], unlearnable: undefined });
  expect(parsePlan(plan)).toEqual({ ok: true, value: plan });
  const tried = tryPlan(failureOf(next, contract), plan, { mayLeave: 'all' });
  return [plan.operations, tried.ok ? tried.value.event : tried.error.reason];
}

describe('a person teaches', () => {
  it('a list written as one text', () => {
    const [operations, next] = taught(
      { ...good, tags: 'new,gift,blue' },
      { ...good, tags: ['new', 'gift', 'blue'] },
      { ...good, tags: 'old' },
    );
    expect(operations).toEqual([{ op: 'list', path: '/tags', separator: ',' }]);
    expect(next).toEqual({ ...good, tags: ['old'] });
  });

  it.each(['"a,b",c', 'a,"b"', '“a”,b', "'a,b'"])('but no list with quotation marks: %s', (tags) => {
    const [, reason] = taught(
      { ...good, tags: 'new,gift' },
      { ...good, tags: ['new', 'gift'] },
      { ...good, tags },
    );
    expect(reason).toMatch(/no list of that form/);
  });

  it.each([
    ['1;2;3', [1, 2, 3], '7;8', [7, 8], 'integer', ';'],
    ['1.5, 2, 3.25', [1.5, 2, 3.25], '7.5, 8', [7.5, 8], 'number', ', '],
    ['1|2', [1, 2], '3', [3], 'integer', '|'],
  ])('a list of numbers written as one text, %s', (text, list, later, next, to, separator) => {
    const [operations, made] = taught(
      { ...good, codes: text },
      { ...good, codes: list },
      { ...good, codes: later },
    );
    expect(operations).toEqual([
      { op: 'list', path: '/codes', separator },
      { op: 'cast', path: '/codes/*', to },
    ]);
    expect(made).toEqual({ ...good, codes: next });
  });

  it('but no list in which an element is no number', () => {
    const [operations, reason] = taught(
      { ...good, codes: '1;2' },
      { ...good, codes: [1, 2] },
      { ...good, codes: '1;b' },
    );
    expect(operations).toHaveLength(2);
    expect(reason).toMatch(/codes/);
  });

  it('and back', () => {
    const [operations, next] = taught(
      { ...good, labels: ['a', 'b'] },
      { ...good, labels: 'a; b' },
      { ...good, labels: ['c', 'd', 'e'] },
    );
    expect(operations).toEqual([{ op: 'unlist', path: '/labels', separator: '; ' }]);
    expect(next).toEqual({ ...good, labels: 'c; d; e' });
  });

  it('the parts of an object to fields, of which one has its place', () => {
    const packed = (value: number, currency: string) => ({
      ...without('amount', 'currency'),
      amount: { value, currency },
    });
    const [operations, next] = taught(packed(86.37, 'EUR'), good, packed(5, 'USD'));
    expect(operations).toEqual([
      { op: 'move', from: '/amount/currency', to: '/currency' },
      { op: 'move', from: '/amount/value', to: '/amount' },
    ]);
    expect(next).toEqual({ ...good, amount: 5, currency: 'USD' });
  });

  it('the one field of an object to its place', () => {
    const [operations, next] = taught({ ...good, email: { value: 'ana@example.com' } }, good, {
      ...good,
      email: { value: 'bo@example.com' },
    });
    expect(operations).toEqual([{ op: 'move', from: '/email/value', to: '/email' }]);
    expect(next).toEqual({ ...good, email: 'bo@example.com' });
  });

  it.each([
    ['split', '86,37 EUR', '1.240,50 USD', 1240.5, 'USD'],
    ['split_unit', '86,37EUR', '5,10USD', 5.1, 'USD'],
    ['split_unit', 'EUR86,37', '5,10 USD', 5.1, 'USD'],
  ])('an amount and its currency, by %s: %s', (op, price, other, amount, currency) => {
    const [operations, next] = taught({ ...without('amount', 'currency'), price }, good, {
      ...without('amount', 'currency'),
      price: other,
    });
    expect(operations[0]).toMatchObject({ op, from: '/price' });
    expect(next).toEqual({ ...good, amount, currency });
  });

  it('and the same in the place of the amount', () => {
    const [operations, next] = taught({ ...without('currency'), amount: '86,37EUR' }, good, {
      ...without('currency'),
      amount: '5,10EUR',
    });
    expect(operations).toEqual([
      { op: 'split_unit', from: '/amount', number: '/amount', unit: '/currency' },
      { op: 'cast', path: '/amount', to: 'number', format: '1.234,56' },
    ]);
    expect(next).toEqual({ ...good, amount: 5.1 });
  });
});

describe('what such a plan refuses', () => {
  const amounts: Operation[] = [
    { op: 'split_unit', from: '/price', number: '/amount', unit: '/currency' },
    { op: 'cast', path: '/amount', to: 'number' },
  ];
  const reasonOf = (event: JsonObject, operations: Operation[]) => {
    const tried = tryPlan(failureOf(event, contract), { operations });
    return tried.ok ? 'nothing' : tried.error.reason;
  };

  it.each(['86.37', 'EUR', '86.37 EUR 2', '86.37 EUR/kg 1', '8 6 EUR', '', '86..37 EUR', '12 EUR 5 USD'])(
    'is no number with a unit: %s',
    (price) => {
      expect(reasonOf({ ...without('amount', 'currency'), price }, amounts)).toMatch('have 2 parts');
    },
  );

  it.each([
    [',', 'a, b', 'no list of that form'],
    [', ', 'a,b', 'no list of that form'],
    [',', 'a,,b', 'no list of that form'],
    [',', 'a;b', 'no list of that form'],
    [',', '1,5', 'may be a decimal number'],
    [',', 'none', 'may say that there is none'],
    [',', '["a"]', 'no list of that form'],
  ])('is no list at %j: %s', (separator, tags, reason) => {
    const list: Operation[] = [{ op: 'list', path: '/tags', separator }];
    expect(reasonOf({ ...good, tags }, list)).toMatch(reason);
  });

  it('a list whose texts hold the separator is not written as one', () => {
    const unlist: Operation[] = [{ op: 'unlist', path: '/labels', separator: ', ' }];
    expect(reasonOf({ ...good, labels: ['a, b', 'c'] }, unlist)).toMatch('holds what separates');
    expect(reasonOf({ ...good, labels: ['a', 7] }, unlist)).toMatch('no list of texts');
  });

  it('a separator of letters, since it may be part of any text', () => {
    const plan = { operations: [{ op: 'list', path: '/tags', separator: ' and ' }] };
    expect(parsePlan(plan)).toMatchObject({ ok: false, error: expect.stringContaining('letters or digits') });
  });
});
