import { describe, expect, it } from 'vitest';
import { importLegacyRule } from '../../src/repair/rules/legacy-rules.ts';

const rule = (transformation_type: string, others: object = {}) => ({
  source_field: 'total',
  target_field: 'amount',
  transformation_type,
  ...others,
});
const move = { op: 'move', from: '/total', to: '/amount' };

describe("the original's rules as plans", () => {
  it.each([
    ['rename', rule('rename'), [move]],
    ['cast_to_float', rule('cast_to_float'), [move, { op: 'cast', path: '/amount', to: 'decimal' }]],
    ['cast_to_int', rule('cast_to_int'), [move, { op: 'cast', path: '/amount', to: 'integer' }]],
    [
      'a cast in place',
      rule('cast_to_int', { source_field: 'amount' }),
      [{ op: 'cast', path: '/amount', to: 'integer' }],
    ],
    [
      'map_value',
      rule('map_value', { value_map: { PAID: 'paid' } }),
      [move, { op: 'map', path: '/amount', values: { PAID: 'paid' } }],
    ],
    ['a stored list', { rules: [rule('rename')], expires_at: '2026-01-01T00:00:00Z' }, [move]],
    ['the older field_mapping', { field_mapping: { total: 'amount' } }, [move]],
    [
      'dotted fields',
      rule('rename', { source_field: 'payload.total', target_field: 'payload.total_amount' }),
      [{ op: 'move', from: '/payload/total', to: '/payload/total_amount' }],
    ],
  ])('%s', (_, stored, operations) => {
    expect(importLegacyRule(stored)).toEqual({ ok: true, value: { operations } });
  });

  it.each([
    ['an unknown transformation', rule('eval')],
    ['a map without values', rule('map_value')],
    ['a rename to itself', rule('rename', { source_field: 'amount' })],
    ['a prototype', rule('rename', { target_field: '__proto__' })],
    ['an empty mapping', { field_mapping: {} }],
    ['nothing', {}],
    ['no object', 'rename'],
  ])('%s is refused with a reason', (_, stored) => {
    expect(importLegacyRule(stored)).toMatchObject({
      ok: false,
      error: expect.stringMatching(/./) as string,
    });
  });
});
