import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { changesOf } from '../../src/repair/plans/changes.ts';
import type { Operation } from '../../src/model/plan.ts';

const changes = (original: JsonObject, operations: Operation[], result: JsonObject, byHand?: string[]) =>
  changesOf(original, { operations }, result, byHand);

describe('what a repair changed, value by value', () => {
  it('says where a moved and cast value came from', () => {
    expect(
      changes(
        { price: '9.90', keep: 1 },
        [
          { op: 'move', from: '/price', to: '/amount' },
          { op: 'cast', path: '/amount', to: 'number' },
        ],
        { amount: 9.9, keep: 1 },
      ),
    ).toEqual([
      {
        path: '/amount',
        kind: 'added',
        from: ['/price'],
        operations: ['move /price to /amount', 'read /amount as a number'],
        by: 'plan',
        before: '9.90',
        after: 9.9,
      },
    ]);
  });

  it('follows elements of arrays, one by one', () => {
    const result = changes(
      { items: [{ qty: '1' }, { qty: '2' }] },
      [
        { op: 'move', from: '/items/*/qty', to: '/items/*/quantity' },
        { op: 'cast', path: '/items/*/quantity', to: 'integer' },
      ],
      { items: [{ quantity: 1 }, { quantity: 2 }] },
    );
    expect(result.map(({ path, from, before, after }) => [path, from, before, after])).toEqual([
      ['/items/0/quantity', ['/items/0/qty'], '1', 1],
      ['/items/1/quantity', ['/items/1/qty'], '2', 2],
    ]);
  });

  it('follows what was moved with all that is in it', () => {
    expect(
      changes(
        { data: { user: { mail: 'a@b.example' } } },
        [
          { op: 'move', from: '/data/user', to: '/user' },
          { op: 'remove', path: '/data' },
        ],
        { user: { mail: 'a@b.example' } },
      ),
    ).toMatchObject([{ path: '/user/mail', from: ['/data/user/mail'], before: 'a@b.example' }]);
  });

  it('names every part of what was joined, and the whole of what was split, parsed or wrapped', () => {
    expect(
      changes(
        { day: '2026-01-02', time: '03:04', name: 'Ada L', meta: '{"a":1}', tag: 'x', one: ['y'] },
        [
          { op: 'join', from: ['/day', '/time'], separator: 'T', to: '/at' },
          { op: 'split', from: '/name', separator: ' ', to: ['/first', '/last'] },
          { op: 'parse', path: '/meta' },
          { op: 'wrap', path: '/tag' },
          { op: 'unwrap', path: '/one' },
        ],
        { at: '2026-01-02T03:04', first: 'Ada', last: 'L', meta: { a: 1 }, tag: ['x'], one: 'y' },
      ).map(({ path, from }) => [path, from]),
    ).toEqual([
      ['/meta/a', ['/meta']],
      ['/tag/0', ['/tag']],
      ['/one', ['/one/0']],
      ['/at', ['/day', '/time']],
      ['/first', ['/name']],
      ['/last', ['/name']],
    ]);
  });

  it('tells what was removed, and what a person entered', () => {
    expect(
      changes({ debug: true, currency: 'x' }, [{ op: 'remove', path: '/debug' }], { currency: 'EUR' }, [
        '/currency',
      ]),
    ).toEqual([
      {
        path: '/currency',
        kind: 'changed',
        from: [],
        operations: [],
        by: 'person',
        before: 'x',
        after: 'EUR',
      },
      {
        path: '/debug',
        kind: 'removed',
        from: ['/debug'],
        operations: ['remove /debug'],
        by: 'plan',
        before: true,
      },
    ]);
  });

  it('is bounded', () => {
    const wide = Object.fromEntries(Array.from({ length: 2000 }, (_, at) => [`f${at}`, at]));
    expect(changes({}, [], wide)).toHaveLength(500);
    expect(changes(wide, [], {})).toHaveLength(500);
  });
});
