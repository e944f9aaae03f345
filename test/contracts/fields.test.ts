import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { Breach } from '../../src/contracts/fields/field.ts';
import {
  currencyCode,
  date,
  datetime,
  decimal,
  email,
  integer,
  sourceName,
  uuid,
} from '../../src/contracts/fields/index.ts';

/** The value that a field makes of another, or `refused: <violation code>`. */
function read(field: z.ZodType, value: unknown): unknown {
  const result = field.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const breach: unknown = issue?.code === 'custom' ? issue.params?.['breach'] : undefined;
  return breach instanceof Breach ? `refused: ${breach.code}` : 'refused by zod';
}

describe('decimal', () => {
  it.each([
    [12.5, 12.5],
    [0, 0],
    [-3, -3],
    [1e-7, 1e-7],
    ['12.50', '12.5'],
    ['+007', '7'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['-0.00', '0'],
    ['1.0000000000000', '1'],
    ['12345678901234567890.123456789', '12345678901234567890.123456789'],
  ])('takes %j as %j', (sent, value) => expect(read(decimal(), sent)).toBe(value));

  it.each([
    '',
    ' ',
    '.',
    '-',
    '1e5',
    'inf',
    'Infinity',
    'NaN',
    '0x10',
    '1,234',
    '1_000',
    ' 1',
    '12abc',
    '1.2.3',
    '١',
    Infinity,
    NaN,
    '9'.repeat(1000),
  ])('refuses %j, which is no plain numeral', (sent) => {
    expect(['refused: format', 'refused: too_big']).toContain(read(decimal(), sent));
  });

  it.each([true, null, [], {}, ['1']])('refuses %j, which is of another type', (sent) => {
    expect(read(decimal(), sent)).toBe('refused: type');
  });

  it('keeps within its bounds, precision and scale, for numbers and for text', () => {
    const money = decimal({ positive: true, precision: 6, scale: 2 });
    for (const sent of [9999.99, 0.01, '9999.99']) expect(read(money, sent)).toBe(sent);
    for (const sent of [0, -1, '0.00', '-1']) expect(read(money, sent)).toBe('refused: too_small');
    for (const sent of [0.001, 1.005, '1.005']) expect(read(money, sent)).toBe('refused: not_multiple');
    for (const sent of [10_000, 1e21, '10000', '10000.001'])
      expect(read(money, sent)).toBe('refused: too_big');
    expect(read(decimal({ nonnegative: true }), 0)).toBe(0);
    expect(read(decimal({ nonnegative: true }), -0.01)).toBe('refused: too_small');
  });

  it('is never changed in value by being read', () => {
    const parts = fc.tuple(fc.bigInt({ min: -(10n ** 28n), max: 10n ** 28n }), fc.nat(999_999_999));
    fc.assert(
      fc.property(parts, ([whole, nanos]) => {
        const text = `${whole}.${String(nanos).padStart(9, '0')}`;
        const units = (numeral: string): bigint => {
          const [integer = '', fraction = ''] = numeral.split('.');
          return BigInt(`${integer}${fraction.padEnd(9, '0')}`);
        };
        expect(units(read(decimal(), text) as string)).toBe(units(text));
      }),
    );
  });

  it('takes a number exactly when it takes the text of that number', () => {
    const field = decimal({ precision: 12, scale: 4 });
    const amounts = fc.oneof(
      fc.double({ noNaN: true, min: -1e10, max: 1e10 }),
      fc.integer().map((n) => n / 1000),
    );
    fc.assert(
      fc.property(amounts, (amount) => {
        const text = String(amount);
        if (text.includes('e')) return;
        expect(typeof read(field, amount) === 'number').toBe(
          !String(read(field, text)).startsWith('refused'),
        );
      }),
    );
  });

  it('is a mistake of its author with an impossible size', () => {
    expect(() => decimal({ precision: 39 })).toThrow(RangeError);
    expect(() => decimal({ precision: 2, scale: 3 })).toThrow(RangeError);
  });
});

describe('integer', () => {
  it.each([
    [3, 3],
    [3.0, 3],
    ['3', 3],
    ['-12', -12],
    [-0, 0],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('takes %j as %j', (sent, value) => expect(read(integer(), sent)).toBe(value));

  it.each([
    [2.5, 'type'],
    [true, 'type'],
    [null, 'type'],
    ['2.5', 'format'],
    ['', 'format'],
    ['1e3', 'format'],
    ['3.0', 'format'],
    ['20.00', 'format'],
    ['1.000', 'format'],
    ['1,000', 'format'],
    ['0x1', 'format'],
    [1e300, 'too_big'],
    ['9223372036854775808', 'too_big'],
    ['-9223372036854775809', 'too_small'],
  ])('refuses %j: %s', (sent, code) => expect(read(integer(), sent)).toBe(`refused: ${code}`));

  it('keeps within its bounds', () => {
    expect(read(integer({ positive: true }), 0)).toBe('refused: too_small');
    expect(read(integer({ nonnegative: true }), '0')).toBe(0);
    expect(read(integer({ nonnegative: true }), -1)).toBe('refused: too_small');
  });
});

describe('datetime', () => {
  it.each([
    ['2026-03-04T05:06:07Z', '2026-03-04T05:06:07Z'],
    ['2026-03-04T05:06:07.123456789Z', '2026-03-04T05:06:07.123456789Z'],
    ['2026-03-04 05:06Z', '2026-03-04T05:06:00Z'],
    ['2026-03-04T05:06:07+00:00', '2026-03-04T05:06:07Z'],
    ['2026-01-01T00:30:00.5+01:00', '2025-12-31T23:30:00.5Z'],
    ['2026-03-04T05:06:07-0330', '2026-03-04T08:36:07Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00Z'],
    [1_700_000_000, '2023-11-14T22:13:20Z'],
    ['1700000000', '2023-11-14T22:13:20Z'],
    [1_700_000_000_123, '2023-11-14T22:13:20.123Z'],
    [1_700_000_000.25, '2023-11-14T22:13:20.25Z'],
  ])('takes %j as %s', (sent, value) => expect(read(datetime(), sent)).toBe(value));

  it.each([
    '',
    'yesterday',
    '2026-03-04T05:06:07',
    '2026-03-04 05:06',
    '2026-03-04',
    '03/04/2026',
    '2026-02-29',
    '2026-13-01',
    '2026-04-31T00:00:00Z',
    '0000-01-01',
    '2026-03-04T24:00:00Z',
    '2026-03-04T05:60:00Z',
    '2026-03-04T05:06:61Z',
    '2026-03-04T05:06:07+25:00',
    '0001-01-01T00:00:00+01:00',
    '9999-12-31T23:59:59-01:00',
    1e18,
    0,
    5,
    -1,
    -1.5,
    '12',
    '2026',
    '2026030405',
    2_026_030_405,
    999_999_999,
    -1e17,
    NaN,
    '1e9',
  ])('refuses %j', (sent) => expect(read(datetime(), sent)).toBe('refused: format'));

  it.each([
    ['UTC', '2026-03-04T05:06:07', '2026-03-04T05:06:07Z'],
    ['-05:00', '2026-03-04 05:06', '2026-03-04T10:06:00Z'],
    ['America/New_York', '2026-07-04T05:06:07.5', '2026-07-04T09:06:07.5Z'],
    ['America/New_York', '2026-07-04T05:06:07Z', '2026-07-04T05:06:07Z'],
    ['America/New_York', '2026-11-01T01:30:00', 'refused: format'],
    ['UTC', '2026-03-04', 'refused: format'],
  ])('in %s, as its contract says, takes %s as %s', (zone, sent, value) =>
    expect(read(datetime({ zone }), sent)).toBe(value),
  );

  it('knows the zone, or says that it does not', () => {
    expect(() => datetime({ zone: 'CST' })).toThrow(/zone must be UTC.*not "CST"/);
  });

  it.each(['20260304', 20_260_304, '20260304120000'])(
    'does not guess whether %j is a date or a Unix time',
    (sent) => expect(read(datetime(), sent)).toBe('refused: format'),
  );

  it.each([true, null, [], {}])('refuses %j, which is of another type', (sent) =>
    expect(read(datetime(), sent)).toBe('refused: type'),
  );

  it('names the instant that was sent, whatever the offset', () => {
    const instants = fc.date({
      min: new Date('0002-01-01'),
      max: new Date('9998-12-31'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(instants, fc.integer({ min: -1439, max: 1439 }), (instant, offset) => {
        const clock = new Date(instant.getTime() + offset * 60_000).toISOString().slice(0, -1);
        const [hours, minutes] = [Math.trunc(Math.abs(offset) / 60), Math.abs(offset) % 60];
        const zone = [hours, minutes].map((part) => String(part).padStart(2, '0')).join(':');
        const value = read(datetime(), `${clock}${offset < 0 ? '-' : '+'}${zone}`);
        expect(new Date(value as string).getTime()).toBe(instant.getTime());
        expect(read(datetime(), value)).toBe(value);
      }),
    );
  });
});

describe('the other fields', () => {
  it('date: takes calendar dates that exist', () => {
    expect(read(date(), '2024-02-29')).toBe('2024-02-29');
    for (const sent of ['2023-02-29', '04.03.2026', '2024-02-29T00:00:00Z', '']) {
      expect(read(date(), sent)).toBe('refused: format');
    }
    expect(read(date(), 20240229)).toBe('refused: type');
  });

  it('uuid: takes any version in any case, gives lower case', () => {
    expect(read(uuid(), '3F0B0F6E-2F6A-9F6E-0D6E-2F6A4F6E9D6E')).toBe('3f0b0f6e-2f6a-9f6e-0d6e-2f6a4f6e9d6e');
    for (const sent of [
      '',
      'x',
      '3f0b0f6e2f6a9f6e0d6e2f6a4f6e9d6e',
      '3f0b0f6e-2f6a-9f6e-0d6e-2f6a4f6e9d6e\n',
    ]) {
      expect(read(uuid(), sent)).toBe('refused: format');
    }
    expect(read(uuid(), 7)).toBe('refused: type');
  });

  it('currency: takes three ASCII letters as they are', () => {
    expect(read(currencyCode(), 'EUR')).toBe('EUR');
    expect(read(currencyCode(), 'usd')).toBe('usd');
    for (const sent of ['', '   ', 'EURO', 'E1R', '€€€'])
      expect(read(currencyCode(), sent)).toBe('refused: pattern');
    expect(read(currencyCode(), null)).toBe('refused: type');
  });

  it('e-mail: follows its pattern, and does not spend time on monsters', () => {
    expect(read(email(), 'a.b-c@d-e.example.org')).toBe('a.b-c@d-e.example.org');
    for (const sent of ['', 'a', 'a@', 'a..b@-.c', 'a@b_c.de', 'a b@c.de', `${'a.'.repeat(500_000)}@`]) {
      expect(read(email(), sent)).toBe('refused: format');
    }
    for (const sent of [
      'user+tag@example.com',
      "o'brien@example.ie",
      'jörg@example.de',
      'a@münchen.example',
      'a@localhost',
    ])
      expect(read(email(), sent)).toBe(sent);
    const global = email(/@ours\.example$/g);
    expect([read(global, 'a@ours.example'), read(global, 'a@ours.example')]).toEqual(
      Array(2).fill('a@ours.example'),
    );
  });

  it('source: falls back to its own default, but refuses an empty one', () => {
    expect(read(sourceName('shop'), undefined)).toBe('shop');
    expect(read(sourceName('shop'), 'stripe')).toBe('stripe');
    expect(read(sourceName('shop'), '')).toBe('refused: too_small');
    expect(read(sourceName('shop'), null)).toBe('refused: type');
  });
});
