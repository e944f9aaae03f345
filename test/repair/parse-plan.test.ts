import { describe, expect, it } from 'vitest';
import { parseAnswer, parsePlan } from '../../src/repair/plans/parse-plan.ts';

const operations = [
  { op: 'move', from: '/user_email', to: '/email' },
  { op: 'copy', from: '/id', to: '/user/id' },
  { op: 'remove', path: '/debug' },
  { op: 'cast', path: '/amount', to: 'decimal' },
  { op: 'cast', path: '/due', to: 'date', format: 'DD/MM/YYYY' },
  { op: 'split', from: '/name', separator: ' ', to: ['/first', '/last'] },
  { op: 'join', from: ['/first', '/last'], separator: '', to: '/name' },
  { op: 'map', path: '/status', values: { Paid: 'paid', '1': true, none: null } },
  { op: 'parse', path: '/payload' },
  { op: 'wrap', path: '/tags' },
  { op: 'unwrap', path: '/items/*/sku' },
  { op: 'trim', path: '/a~1b~0c' },
  { op: 'upper', path: '/currency' },
  { op: 'lower', path: '/email' },
];

describe('a plan', () => {
  it('has operations of these kinds', () => {
    expect(parsePlan({ operations })).toEqual({ ok: true, value: { operations } });
  });

  it.each([
    ['an unknown operation', { op: 'set', path: '/email', value: 'x' }],
    ['a literal', { op: 'move', from: '/a', to: '/b', value: 1 }],
    ['a missing field', { op: 'move', from: '/a' }],
    ['a name instead of a pointer', { op: 'remove', path: 'email' }],
    ['the whole event', { op: 'remove', path: '' }],
    ['a bad escape', { op: 'remove', path: '/a~2' }],
    ['__proto__', { op: 'move', from: '/a', to: '/__proto__/b' }],
    ['constructor', { op: 'move', from: '/constructor', to: '/b' }],
    ['prototype', { op: 'wrap', path: '/a/prototype' }],
    ['a long pointer', { op: 'remove', path: `/${'a'.repeat(256)}` }],
    ['a deep pointer', { op: 'remove', path: '/a'.repeat(17) }],
    ['an unknown type', { op: 'cast', path: '/a', to: 'money' }],
    ['an empty separator to split by', { op: 'split', from: '/a', separator: '', to: ['/b', '/c'] }],
    ['a long separator', { op: 'join', from: ['/b', '/c'], separator: '123456789', to: '/a' }],
    ['one part', { op: 'split', from: '/a', separator: ' ', to: ['/b'] }],
    ['many parts', { op: 'split', from: '/a', separator: ' ', to: Array<string>(17).fill('/b') }],
    ['an empty map', { op: 'map', path: '/a', values: {} }],
    ['a map to a structure', { op: 'map', path: '/a', values: { a: { b: 1 } } }],
    [
      'a large map',
      { op: 'map', path: '/a', values: Object.fromEntries([...Array(257).keys()].map((key) => [key, 1])) },
    ],
  ])('with %s is refused, and the reason names the operation', (_, bad) => {
    expect(parsePlan({ operations: [operations[0], bad] })).toMatchObject({
      ok: false,
      error: expect.stringContaining('operations.1') as string,
    });
  });

  it.each([
    ['too many operations', { operations: Array<unknown>(65).fill(operations[0]) }],
    ['no operations', { operations: [] }],
    ['something beside the operations', { operations, data: {} }],
    ['null', null],
    ['a list', operations],
    ['text', 'move /a to /b'],
  ])('that is %s is refused', (_, input) => {
    expect(parsePlan(input)).toMatchObject({ ok: false });
  });
});

describe('an answer', () => {
  it('is a plan, a refusal with its reason, or invalid', () => {
    expect(parseAnswer({ operations })).toMatchObject({ kind: 'plan' });
    expect(parseAnswer({ reason: 'no field is the amount' })).toEqual({
      kind: 'refused',
      reason: 'no field is the amount',
    });
    expect(parseAnswer({ operations, reason: 'both' })).toMatchObject({ kind: 'invalid' });
    expect(parseAnswer({ email: 'ana@example.com' })).toMatchObject({ kind: 'invalid' });
  });
});
