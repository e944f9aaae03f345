import { describe, expect, it } from 'vitest';
import order from '../../contracts/v1/order.ts';
import transaction from '../../contracts/v1/transaction.ts';
import { differ } from '../../bench/drift/differ.ts';
import { canonicalNumeral, sameDeclared } from '../../bench/drift/equality.ts';
import { fieldsOf } from '../../bench/drift/fields.ts';
import { caseStyles, wordsOf } from '../../bench/drift/names.ts';
import { readOptions, setNames } from '../../bench/drift/options.ts';
import { seededRandom } from '../../bench/drift/random.ts';
import { shareOf } from '../../bench/drift/wilson.ts';
import type { Json } from '../../src/model/json.ts';
import { transactionWith } from '../helpers/healing.ts';

describe('the Wilson interval, 95 %', () => {
  it.each([
    [0, 3838, 0, 0.001],
    [0, 10, 0, 0.27753],
    [5, 10, 0.23659, 0.76341],
    [10, 10, 0.72247, 1],
    [1, 4000, 0.00004, 0.00141],
    [0, 0, 0, 1],
  ])('of %i in %i is %f to %f', (count, of, low, high) => {
    const share = shareOf(count, of);
    expect(share.low).toBeCloseTo(low, 4);
    expect(share.high).toBeCloseTo(high, 4);
  });

  it('takes 3,838 cases without a fault to say 0.1 % at most', () => {
    expect(shareOf(0, 3838).high).toBeLessThanOrEqual(0.001);
    expect(shareOf(0, 3837).high).toBeGreaterThan(0.001);
  });
});

describe('chance', () => {
  it('is the same for the same labels and spreads evenly', () => {
    const draws = (...labels: (string | number)[]) => {
      const random = seededRandom(...labels);
      return Array.from({ length: 10_000 }, () => random.integer(0, 9));
    };
    expect(draws('seed', 1)).toEqual(draws('seed', 1));
    expect(draws('seed', 1)).not.toEqual(draws('seed', 2));
    for (let digit = 0; digit < 10; digit++)
      expect(draws('seed', 1).filter((drawn) => drawn === digit).length).toBeGreaterThan(850);
  });
});

describe('two events are the same in what is declared', () => {
  const same = (a: Record<string, unknown>, b: Record<string, unknown>) =>
    sameDeclared(transactionWith(a), transactionWith(b), transaction);

  it('when they differ in undeclared fields, order, or the spelling of a decimal or an instant', () => {
    expect(same({ extra: 1 }, { other: 2 })).toBe(true);
    expect(same({ amount: '12.50' }, { amount: 12.5 })).toBe(true);
    expect(same({ timestamp: '2026-11-23T20:48:31Z' }, { timestamp: '2026-11-23T21:48:31+01:00' })).toBe(
      true,
    );
  });

  it('not when a declared field differs or is missing', () => {
    expect(same({ amount: 12.5 }, { amount: 12.51 })).toBe(false);
    expect(same({ description: 'a' }, {})).toBe(false);
    expect(same({ email: 'a@b.co' }, { email: 'A@b.co' })).toBe(false);
  });

  it.each([
    ['007.50', '7.5'],
    ['-0.0', '0'],
    ['1200', '1200'],
    ['1e3', '1e3'],
  ])('%s is %s', (text, canonical) => expect(canonicalNumeral(text)).toBe(canonical));
});

describe('the fields of an event', () => {
  it('are the declared ones, within arrays too, with what the contract requires', () => {
    const item = { sku: 'A', quantity: 1, price: 2, colour: 'red' };
    const payload = {
      order_id: '1',
      customer_email: 'a@b.co',
      items: [item, item],
      total_amount: 4,
      currency: 'EUR',
    };
    const fields = fieldsOf({ payload, more: 1 }, order).map(
      ({ path, required, values }) =>
        `${path.join('.')} ${values.length} ${required ? 'required' : 'optional'}`,
    );
    expect(fields).toContain('payload.items.*.sku 2 required');
    expect(fields).toContain('payload 1 required');
    expect(fields.join()).not.toMatch(/colour|more/);
  });
});

describe('a value that differs', () => {
  it.each<Json>([
    'ana@example.com',
    12,
    '12.50',
    true,
    '2024-02-29',
    '2019-05-15T15:20:40Z',
    'EUR',
    'a',
    { a: [1] },
  ])('from %j is of its sort, and the same each time', (value) => {
    expect(differ(value)).not.toEqual(value);
    expect(differ(value)).toEqual(differ(value));
    expect(typeof differ(value)).toBe(typeof value);
  });

  it('is valid where the value was', () => {
    const event = transactionWith({});
    for (const field of ['amount', 'currency', 'user_id', 'email', 'timestamp'])
      expect(transaction.validate({ ...event, [field]: differ(event[field]!) }).ok, field).toBe(true);
  });
});

describe('names', () => {
  it.each(['customerEmail', 'customer_email', 'Customer-Email', 'CUSTOMER_EMAIL'])(
    '%s has two words',
    (name) => {
      expect(wordsOf(name)).toEqual(['customer', 'email']);
    },
  );
  it('are written in the styles of many systems', () => {
    expect(Object.values(caseStyles).map((style) => style(['user', 'id']))).toEqual([
      'user_id',
      'userId',
      'UserId',
      'user-id',
      'USER_ID',
      'userid',
      'User Id',
      'user.id',
      'User-Id',
      'User_Id',
      'USERID',
      'userID',
    ]);
  });
});

describe('the command line', () => {
  it('has defaults that are fixed', () => {
    expect(readOptions([])).toMatchObject({ seed: '2026', llm: false, gate: false });
    expect(readOptions([])!.sets).toEqual(setNames);
    expect(readOptions(['--set', 'natural'])!.sets).toEqual(['natural']);
    expect(readOptions(['--help'])).toBeUndefined();
  });
  it('refuses what makes no sense', () => {
    expect(() => readOptions(['--cases', 'many'])).toThrow('--cases must be a whole number');
    expect(() => readOptions(['--set', 'mine'])).toThrow('--set must be');
    expect(() => readOptions(['--nonsense'])).toThrow('nonsense');
  });
});
