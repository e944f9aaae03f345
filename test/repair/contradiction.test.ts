import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { tryOnValid } from '../../src/repair/plans/contradiction.ts';
import type { Operation } from '../../src/model/plan.ts';
import { shipment, shipmentWith } from './support.ts';

const tried = (operations: Operation[], ...events: JsonObject[]) =>
  tryOnValid({ operations }, shipment, events);
const move = (from: string, to: string): Operation => ({ op: 'move', from, to });

describe('a plan tried on valid events of its sender', () => {
  it.each<[string, Operation[], Record<string, unknown>]>([
    [
      'a move from a field that holds something else',
      [move('/user_email', '/email')],
      { user_email: 'bob@example.com' },
    ],
    ['a copy likewise', [{ op: 'copy', from: '/contact', to: '/email' }], { contact: 'bob@example.com' }],
    [
      'a move with a cast',
      [move('/gross', '/weight'), { op: 'cast', path: '/weight', to: 'decimal' }],
      { gross: 13 },
    ],
    ['a move out of an object', [move('/owner/email', '/email')], { owner: { email: 'bob@example.com' } }],
    [
      'a move into an object',
      [move('/city', '/receiver/city')],
      { city: 'Ulm', receiver: { name: 'A', city: 'Bonn' } },
    ],
    [
      'a move out of JSON text',
      [
        { op: 'parse', path: '/payload' },
        move('/payload/email', '/email'),
        { op: 'remove', path: '/payload' },
      ],
      { payload: '{"email":"bob@example.com","more":1}' },
    ],
    [
      'a split',
      [{ op: 'split', from: '/who', separator: ' / ', to: ['/receiver/name', '/receiver/city'] }],
      { who: 'Ana / Ulm', receiver: { name: 'Ana', city: 'Bonn' } },
    ],
    [
      'a join',
      [{ op: 'join', from: ['/local', '/host'], separator: '@', to: '/email' }],
      { local: 'bob', host: 'example.com' },
    ],
    [
      'a move in one element of an array',
      [move('/items/*/code', '/items/*/sku')],
      {
        items: [
          { code: 'a', sku: 'a', quantity: 1 },
          { code: 'b', sku: 'c', quantity: 1 },
        ],
      },
    ],
    [
      'a map of a value that is valid',
      [{ op: 'map', path: '/status', values: { ready: 'delivered' } }],
      { status: 'ready' },
    ],
    [
      'a change of letters that would change valid text',
      [{ op: 'upper', path: '/note' }],
      { note: 'Fragile' },
    ],
    ['a code that differs in its zeros', [move('/ref', '/note')], { ref: '007', note: '7' }],
  ])('%s is contradicted', (_, operations, change) => {
    expect(tried(operations, shipmentWith(change)).contradiction).toMatch(/^in 1 of 1 recent valid events/);
  });

  it.each<[string, Operation[], Record<string, unknown>]>([
    ['the same value', [move('/user_email', '/email')], { user_email: 'ana@example.com' }],
    ['the same number, spelled otherwise', [move('/gross', '/weight')], { gross: 12.5, weight: '12.50' }],
    ['the same instant in another zone', [move('/ts', '/shipped_at')], { ts: '2026-11-23T21:48:31+01:00' }],
    [
      'Unix time, once it is cast',
      [move('/ts', '/shipped_at'), { op: 'cast', path: '/shipped_at', to: 'datetime', format: 'unix' }],
      { ts: Date.parse('2026-11-23T20:48:31Z') / 1000 },
    ],
  ])('%s speaks for it', (_, operations, change) => {
    expect(tried(operations, shipmentWith(change))).toEqual({
      contradiction: undefined,
      support: [expect.stringMatching(/^in 1 of 1 recent valid events of this sender .* equals /)],
    });
  });

  it.each<[string, Operation[], Record<string, unknown>]>([
    ['no source', [move('/user_email', '/email')], {}],
    ['an empty source', [move('/user_email', '/email')], { user_email: null }],
    ['no target', [move('/remark', '/note')], { remark: 'x' }],
    ['an empty target', [move('/remark', '/note')], { remark: 'x', note: null }],
    [
      'a source that the plan cannot read',
      [move('/gross', '/weight'), { op: 'cast', path: '/weight', to: 'decimal' }],
      { gross: 'heavy' },
    ],
    ['a field within its target', [move('/weight/value', '/weight')], {}],
    ['a field that is only removed', [{ op: 'remove', path: '/debug' }], { debug: 1 }],
    ['a cast of what is well already', [{ op: 'cast', path: '/parcels', to: 'integer' }], {}],
  ])('an event with %s says nothing', (_, operations, change) => {
    expect(tried(operations, shipmentWith(change))).toEqual({ contradiction: undefined, support: [] });
  });

  it('one event that differs is enough, and counts are given', () => {
    const same = shipmentWith({ user_email: 'ana@example.com' });
    const other = shipmentWith({ user_email: 'bob@example.com' });
    expect(tried([move('/user_email', '/email')], same, other, same).contradiction).toBe(
      'in 1 of 3 recent valid events of this sender /user_email differs from /email',
    );
  });

  it('the other claims of a plan do not get in the way', () => {
    const plan = [move('/remark', '/note'), move('/user_email', '/email')];
    expect(tried(plan, shipmentWith({ user_email: 'bob@example.com' })).contradiction).toContain(
      '/user_email',
    );
  });

  it('is contradicted exactly by the events in which source and target differ, whatever they hold', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ a: fc.string(), b: fc.string() }), { maxLength: 8 }), (pairs) => {
        const plain = pairs.filter(({ a, b }) => !/^[-\d]/.test(a) && !/^[-\d]/.test(b));
        const events = plain.map(({ a, b }) => shipmentWith({ remark: a, note: b }));
        const { contradiction, support } = tried([move('/remark', '/note')], ...events);
        const different = plain.filter(({ a, b }) => a !== b).length;
        if (different > 0) expect(contradiction).toContain(`in ${different} of ${plain.length} `);
        else expect([contradiction, support.length]).toEqual([undefined, Math.min(1, plain.length)]);
      }),
    );
  });

  it('leaves the events alone', () => {
    const event = shipmentWith({
      items: [{ code: 'a', sku: 'b', quantity: 1 }],
      user_email: 'x@example.com',
    });
    const before = structuredClone(event);
    tried([move('/items/*/code', '/items/*/sku'), move('/user_email', '/email')], event);
    expect(event).toEqual(before);
  });
});
