import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ColumnType } from '../../src/contracts/contract.ts';
import type { Json } from '../../src/model/json.ts';
import { instantText, isCommonInstant } from '../../src/load/destination-kit/exact-times.ts';
import { inexactColumn } from '../../src/load/destination-kit/exact-values.ts';

const holds = (type: ColumnType, value: Json): boolean =>
  inexactColumn([{ name: 'field', type }])({ field: value }) === undefined;
const money: ColumnType = { kind: 'decimal', precision: 10, scale: 2 };

describe('values that a cast would change in silence', () => {
  it.each<[ColumnType, Json]>([
    [money, '0.125'],
    [money, 0.125],
    [money, 123456789.5],
    [money, true],
    [money, '1e3'],
    [{ kind: 'integer' }, 12.5],
    [{ kind: 'integer' }, '12.5'],
    [{ kind: 'integer' }, true],
    [{ kind: 'number' }, 'NaN'],
    [{ kind: 'number' }, '820982911946154508'],
    [{ kind: 'number' }, '0.12345678901234567891'],
    [{ kind: 'number' }, '1e-400'],
    [{ kind: 'boolean' }, 'yes'],
    [{ kind: 'boolean' }, 1],
    [{ kind: 'date' }, '2026-01-15T23:00:00Z'],
    [{ kind: 'date' }, 'infinity'],
    [{ kind: 'datetime' }, 'infinity'],
    [{ kind: 'datetime' }, '2026-01-15'],
    [{ kind: 'datetime' }, '2026-01-15 10:30'],
    [{ kind: 'datetime' }, '2026-01-15T10:30:00.123'],
    [{ kind: 'uuid' }, '{5f0c1d0e-8a3b-4d7e-9c55-1f2e3d4c5b6a}'],
  ])('%j does not take %j', (type, value) => expect(holds(type, value)).toBe(false));

  it.each<[ColumnType, Json]>([
    [money, '+007.50'],
    [money, '99.990'],
    [money, 99.99],
    [money, 0],
    [{ kind: 'decimal', precision: 38, scale: 9 }, '12345678901234567890.123456789'],
    [{ kind: 'decimal', precision: 38, scale: 9 }, 1e21],
    [{ kind: 'decimal', precision: 38, scale: 9 }, 1e-9],
    [{ kind: 'integer' }, '9007199254740993'],
    [{ kind: 'number' }, 0.1],
    [{ kind: 'number' }, '0.1000000000000000055511151231257827021181583404541015625'],
    [{ kind: 'number' }, '820982911946154496'],
    [{ kind: 'number' }, '-12.50'],
    [{ kind: 'datetime' }, '2026-01-15 10:30Z'],
    [{ kind: 'datetime' }, '2026-01-15T10:30:00,123-05:00'],
    [{ kind: 'json' }, { any: ['thing'] }],
    [{ kind: 'string' }, 'text'],
    [money, null],
  ])('%j takes %j', (type, value) => expect(holds(type, value)).toBe(true));

  it('tells at a look only those instants that are stored as they are written', () => {
    const two = fc.integer({ min: 0, max: 99 }).map((n) => String(n).padStart(2, '0'));
    const text = fc
      .tuple(
        fc.constantFrom('2026', '0000', '1900', '0001', '202x'),
        two,
        two,
        two,
        two,
        two,
        fc.constantFrom('Z', 'z', '.Z', '.1Z', '.123456Z', '.1234567Z', '+01:00', '', ' Z', ',5Z'),
        fc.constantFrom('T', 't', ' ', '-'),
      )
      .map(([year, month, day, h, m, s, end, t]) => `${year}-${month}-${day}${t}${h}:${m}:${s}${end}`);
    const plausible = fc
      .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
      .map((at) => at.toISOString());
    fc.assert(
      fc.property(fc.oneof(text, plausible), (instant) => {
        if (isCommonInstant(instant)) expect(instantText(instant)).toBe(instant.replace('T', ' '));
      }),
      { numRuns: 2000 },
    );
    expect(['2026-02-28T23:59:59Z', '2026-03-04T05:06:07.123Z'].every(isCommonInstant)).toBe(true);
  });

  it('takes every amount of cents', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(10 ** 10) + 1, max: 10 ** 10 - 1 }), (cents) =>
        holds(money, cents / 100),
      ),
    );
  });

  it('does not take the field of an object’s prototype for a value', () => {
    expect(inexactColumn([{ name: 'constructor', type: { kind: 'integer' } }])({})).toBeUndefined();
  });
});
