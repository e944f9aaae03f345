import { describe, expect, it } from 'vitest';
import { contractFromJsonSchema } from '../../src/contracts/json-schema/compile.ts';
import type { Operation } from '../../src/model/plan.ts';
import { checkPlan } from '../../src/repair/plans/static-check.ts';
import { shipment } from './support.ts';

const check = (...operations: Operation[]) => checkPlan({ operations }, shipment);

describe('what the contract permits', () => {
  it.each<[string, Operation[]]>([
    ['a rename', [{ op: 'move', from: '/mail', to: '/email' }]],
    ['a field put where an object is missing', [{ op: 'move', from: '/city', to: '/receiver/city' }]],
    [
      'a change before the move',
      [
        { op: 'trim', path: '/mail' },
        { op: 'move', from: '/mail', to: '/email' },
      ],
    ],
    [
      'a container opened',
      [
        { op: 'parse', path: '/data' },
        { op: 'move', from: '/data/mail', to: '/email' },
      ],
    ],
    ['the same in each element', [{ op: 'move', from: '/items/*/qty', to: '/items/*/quantity' }]],
    [
      'a list made of one object, and a field within moved',
      [
        { op: 'wrap', path: '/items' },
        { op: 'move', from: '/items/*/qty', to: '/items/*/quantity' },
      ],
    ],
    ['an undeclared field removed', [{ op: 'remove', path: '/debug' }]],
    ['values of the enum', [{ op: 'map', path: '/status', values: { READY: 'ready', done: 'delivered' } }]],
    ['true and false', [{ op: 'map', path: '/insured', values: { yes: true, no: false } }]],
    [
      'a name split within itself',
      [{ op: 'split', from: '/receiver', separator: ', ', to: ['/receiver/name', '/receiver/city'] }],
    ],
  ])('%s', (_, operations) => {
    expect(check(...operations)).toBeUndefined();
  });

  it.each<[string, Operation[], string]>([
    ['a value that the enum does not list', [{ op: 'map', path: '/status', values: { x: 'lost' } }], 'lists'],
    ['a literal for free text', [{ op: 'map', path: '/note', values: { x: 'anything' } }], 'lists'],
    [
      'a literal for an undeclared field',
      [{ op: 'map', path: '/mail', values: { x: 'a@example.com' } }],
      'lists',
    ],
    ['a declared field removed', [{ op: 'remove', path: '/note' }], 'declared by the contract'],
    ['a declared object removed', [{ op: 'remove', path: '/receiver' }], 'declared by the contract'],
    ['an undeclared target', [{ op: 'move', from: '/a', to: '/b' }], 'not declared'],
    ['stars that do not pair', [{ op: 'move', from: '/items/*/qty', to: '/parcels' }], 'number of *'],
    ['a field moved to itself', [{ op: 'move', from: '/note', to: '/note' }], 'its source'],
    ['one part twice', [{ op: 'split', from: '/a', separator: ' ', to: ['/note', '/note'] }], 'overlap'],
    [
      'parts within each other',
      [{ op: 'join', from: ['/a', '/a/b'], separator: ' ', to: '/note' }],
      'overlap',
    ],
    [
      'a field joined to itself',
      [{ op: 'join', from: ['/note', '/a'], separator: ' ', to: '/note' }],
      'sources',
    ],
  ])('%s is refused', (_, operations, reason) => {
    expect(check(...operations)).toMatch(/^operation 0 /);
    expect(check(...operations)).toContain(reason);
  });

  it.each<[string, Operation[]]>([
    [
      'fills what it emptied',
      [
        { op: 'move', from: '/note', to: '/email' },
        { op: 'move', from: '/a', to: '/note' },
      ],
    ],
    [
      'empties what it filled',
      [
        { op: 'move', from: '/a', to: '/note' },
        { op: 'move', from: '/note', to: '/email' },
      ],
    ],
    [
      'fills what it changed',
      [
        { op: 'trim', path: '/note' },
        { op: 'move', from: '/a', to: '/note' },
      ],
    ],
    [
      'opens what it filled',
      [
        { op: 'move', from: '/a', to: '/receiver/name' },
        { op: 'parse', path: '/receiver' },
      ],
    ],
    [
      'fills one element of those that it emptied',
      [
        { op: 'move', from: '/items/*/sku', to: '/items/*/quantity' },
        { op: 'move', from: '/items/1/code', to: '/items/0/sku' },
      ],
    ],
    [
      'fills what some elements have been copied from',
      [
        { op: 'copy', from: '/items/*/sku', to: '/items/*/quantity' },
        { op: 'move', from: '/items/*/code', to: '/items/*/sku' },
      ],
    ],
    [
      'makes an object where it wrapped one',
      [
        { op: 'wrap', path: '/receiver' },
        { op: 'move', from: '/a', to: '/receiver/name' },
      ],
    ],
  ])('a plan that %s would differ the second time', (_, operations) => {
    expect(check(...operations)).toMatch(/^operation 1 /);
  });
});

describe('target_fields', () => {
  const limited = (operation: Operation) =>
    checkPlan({ operations: [operation] }, shipment, { targetFields: ['email', '/receiver/city'] });

  it('limits what a repair may write or take away', () => {
    expect(limited({ op: 'move', from: '/mail', to: '/email' })).toBeUndefined();
    expect(limited({ op: 'move', from: '/city', to: '/receiver/city' })).toBeUndefined();
    expect(limited({ op: 'trim', path: '/email' })).toBeUndefined();
    expect(limited({ op: 'move', from: '/name', to: '/receiver/name' })).toContain('target_fields');
    expect(limited({ op: 'cast', path: '/parcels', to: 'integer' })).toContain('target_fields');
    expect(limited({ op: 'move', from: '/note', to: '/email' })).toContain('target_fields');
  });
});

describe('a JSON Schema with references and alternatives', () => {
  const contract = contractFromJsonSchema({
    'x-contract': { name: 'visit', version: '1.0.0', key: 'id' },
    type: 'object',
    properties: {
      id: { type: 'string' },
      device: { anyOf: [{ type: 'null' }, { $ref: '#/$defs/device' }] },
      pages: { type: 'array', items: { $ref: '#/$defs/page' } },
    },
    required: ['id'],
    $defs: {
      device: { type: 'object', properties: { kind: { enum: ['phone', 'desktop'] } } },
      page: {
        allOf: [{ properties: { kind: { const: 'html' } } }, { properties: { seen: { type: 'boolean' } } }],
      },
    },
  });
  const map = (path: string, values: Record<string, string | boolean>) =>
    checkPlan({ operations: [{ op: 'map', path, values }] }, contract);

  it('lists its values through both', () => {
    expect(map('/device/kind', { Phone: 'phone' })).toBeUndefined();
    expect(map('/device/kind', { Phone: 'tablet' })).toBeDefined();
    expect(map('/pages/*/kind', { HTML: 'html' })).toBeUndefined();
    expect(map('/pages/*/seen', { yes: true })).toBeUndefined();
    expect(map('/pages/*/seen', { yes: 'true' })).toBeDefined();
    expect(map('/id', { a: 'b' })).toBeDefined();
  });
});
