import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import type { Operation } from '../../src/model/plan.ts';
import { checkProvenance } from '../../src/repair/plans/provenance.ts';
import { shipment } from './support.ts';

const check = (original: JsonObject, operations: Operation[], result: JsonObject) =>
  checkProvenance(original, { operations }, result, shipment);

const rename: Operation[] = [{ op: 'move', from: '/mail', to: '/email' }];

/** The proof does not run the plan: it looks at a result, whoever made it. */
describe('a result is proven when', () => {
  it.each<[string, JsonObject, Operation[], JsonObject]>([
    ['nothing changed', { mail: 'x' }, rename, { mail: 'x' }],
    ['a field was renamed', { mail: 'x' }, rename, { email: 'x' }],
    ['an object was moved whole', { mail: { a: [1, {}] } }, rename, { email: { a: [1, {}] } }],
    [
      'it was renamed, then cast',
      { kilos: '12.50' },
      [
        { op: 'move', from: '/kilos', to: '/weight' },
        { op: 'cast', path: '/weight', to: 'number' },
      ],
      { weight: 12.5 },
    ],
    [
      'a text was split, and a part spelled otherwise',
      { text: 'Ana Faro' },
      [
        { op: 'split', from: '/text', separator: ' ', to: ['/receiver/name', '/receiver/city'] },
        { op: 'upper', path: '/receiver/city' },
      ],
      { receiver: { name: 'Ana', city: 'FARO' } },
    ],
    [
      'texts were joined',
      { a: 'x', b: 'y' },
      [{ op: 'join', from: ['/a', '/b'], separator: ', ', to: '/note' }],
      { note: 'x, y' },
    ],
    [
      'JSON text was parsed and emptied',
      { data: '{"mail":"x","c":[true]}' },
      [
        { op: 'parse', path: '/data' },
        { op: 'move', from: '/data/mail', to: '/email' },
      ],
      { email: 'x', data: { c: [true] } },
    ],
    ['an undeclared field was removed', { debug: { a: 1 } }, [{ op: 'remove', path: '/debug' }], {}],
    [
      'it was mapped',
      { status: 'x' },
      [{ op: 'map', path: '/status', values: { x: 'ready' } }],
      { status: 'ready' },
    ],
    ['it was wrapped', { tags: { a: 1 } }, [{ op: 'wrap', path: '/tags' }], { tags: [{ a: 1 }] }],
    ['it was unwrapped', { email: ['x'] }, [{ op: 'unwrap', path: '/email' }], { email: 'x' }],
    [
      'it happened in each element',
      { items: [{ qty: 1 }, { qty: 2 }] },
      [{ op: 'move', from: '/items/*/qty', to: '/items/*/quantity' }],
      { items: [{ quantity: 1 }, { quantity: 2 }] },
    ],
  ])('%s', (_, original, operations, result) => {
    expect(check(original, operations, result)).toBeUndefined();
  });
});

describe('a result is refused when', () => {
  it.each<[string, JsonObject, Operation[], JsonObject, string]>([
    ['a value is new', { mail: 'x' }, rename, { email: 'y' }, '/email does not come from the event'],
    ['a field is new', { mail: 'x' }, rename, { email: 'x', vip: true }, '/vip does not come from the event'],
    ['an empty object is new', { mail: 'x' }, rename, { email: 'x', tags: {} }, '/tags does not come'],
    ['a value was lost', { mail: 'x', a: 1 }, rename, { email: 'x' }, '/a would be lost'],
    [
      'part of an object was lost',
      { mail: { a: 1, b: 2 } },
      rename,
      { email: { a: 1 } },
      '/mail/b would be lost',
    ],
    [
      'one value took the place of another',
      { mail: 'x', email: 'y' },
      rename,
      { email: 'x' },
      '/email would be lost',
    ],
    [
      'one value took the place of another, which might have been cast',
      { mail: 'x', email: 7 },
      [...rename, { op: 'cast', path: '/email', to: 'string' }],
      { email: 'x' },
      '/email would be lost',
    ],
    [
      'an element went into another',
      { items: [{ qty: 1 }, { qty: 2 }] },
      [{ op: 'move', from: '/items/*/qty', to: '/items/*/quantity' }],
      { items: [{ quantity: 2 }, { quantity: 1 }] },
      '/items/0/quantity does not come',
    ],
    [
      'a part of a text was lost',
      { text: 'a b' },
      [{ op: 'split', from: '/text', separator: ' ', to: ['/note', '/email'] }],
      { note: 'a' },
      '/text would be lost',
    ],
    [
      'a declared field was removed',
      { note: 'x' },
      [{ op: 'remove', path: '/note' }],
      {},
      '/note would be lost',
    ],
    [
      'a map has an output of its own',
      { status: 'x' },
      [{ op: 'map', path: '/status', values: { x: 'lost' } }],
      { status: 'lost' },
      '/status does not come',
    ],
    [
      'a cast went wrong',
      { weight: '12.5' },
      [{ op: 'cast', path: '/weight', to: 'number' }],
      { weight: 12 },
      '/weight does not come',
    ],
    [
      'the plan says nothing of it',
      { mail: 'x' },
      [{ op: 'trim', path: '/mail' }],
      { email: 'x' },
      '/email does not',
    ],
  ])('%s', (_, original, operations, result, reason) => {
    expect(check(original, operations, result)).toContain(reason);
  });
});
