import { describe, expect, it } from 'vitest';
import { cast } from '../../src/repair/plans/cast.ts';
import { partsBy } from '../../src/repair/plans/operations/split-join.ts';
import { contract, heal, integer, number, text } from './healers/evidence-support.ts';

describe('a full name', () => {
  const cut = partsBy(' ', ['/first_name', '/last_name']);

  it.each(['Ana Lima', 'John Smith', 'Grace Young', 'Ngozi Okafor', "Anna O'Neil", 'Jürgen Meyer-Ott'])(
    'of a person: %s',
    (name) => {
      expect(cut(name)).toEqual(name.split(' '));
    },
  );

  it.each([
    'Grand Palace',
    'Blue Lagoon',
    'Night Shift',
    'Sales Desk',
    'Nurse Joy',
    'Not Provided',
    'Acme Logistics',
    'Neue Galerie',
    'Herr Schmidt',
    'Hotel Adlon',
    'San Marino',
  ])('of something else, or of none: %s', (name) => {
    expect(cut(name)).toBeUndefined();
  });

  it('of two parts that another sign than a space parts needs no known name', () => {
    expect(partsBy('|', ['/first_name', '/last_name'])('Tunde|Bakare')).toEqual(['Tunde', 'Bakare']);
  });
});

describe('a short form', () => {
  const take = (declared: string, sent: string) =>
    heal(contract('reading', { k: text, [declared]: number }), { k: 'a', [sent]: 5 });

  it.each([
    ['quantity_limit', 'qnty_limit'],
    ['payment_id', 'pymnt_id'],
    ['customer_rank', 'cstmr_rank'],
  ])('%s as %s', async (declared, sent) => {
    expect(await take(declared, sent)).toMatchObject({ [declared]: 5 });
  });

  it.each([
    ['last_price', 'lst_price'],
    ['part_id', 'prt_id'],
    ['track_id', 'trck_id'],
    ['response_rate', 'resp_rate'],
    ['process_code', 'proc_code'],
    ['currency_rate', 'curr_rate'],
  ])('of several words: %s is not %s', async (declared, sent) => {
    expect(await take(declared, sent)).toMatch('missing');
  });

  it.each([
    ['cyclohexane', 'cyclohexene'],
    ['propanol', 'propanal'],
  ])('another ending: %s is not %s', async (declared, sent) => {
    expect(await take(declared, sent)).toMatch('missing');
  });
});

describe('digits', () => {
  it('of a fraction that becomes text may have been written otherwise', () => {
    expect(cast(1.1, 'string').ok).toBe(false);
    expect(cast(-0, 'string').ok).toBe(false);
    expect(cast(5, 'string')).toMatchObject({ value: '5' });
  });

  it.each([
    [{ type: 'integer', enum: [0, 1, 20] }],
    [{ enum: [0, 1, 20] }],
    [{ type: 'number', multipleOf: 5 }],
    [{ type: 'number', format: 'int32' }],
    [integer],
  ])('with a fraction are no whole number, however that is declared: %j', async (schema) => {
    const cents = contract('cents', { v: schema });
    expect(await heal(cents, { v: '20.00' })).toBeTypeOf('string');
    expect(await heal(cents, { V: '20.00' })).toBeTypeOf('string');
    expect(await heal(cents, { v: '20' })).toEqual({ v: 20 });
  });
});
