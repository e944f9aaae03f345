import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { inputsOf } from '../../src/repair/plans/interpreter.ts';
import type { Operation } from '../../src/model/plan.ts';
import { run } from './support.ts';

/** The event after the operations; the reason when they can't be applied. */
function apply(event: JsonObject, operations: Operation | Operation[], invalid?: string[]) {
  const result = run(event, [operations].flat(), invalid);
  return result.ok ? result.value : result.error.reason;
}

describe('move', () => {
  const rename: Operation = { op: 'move', from: '/mail', to: '/email' };

  it('renames', () => expect(apply({ mail: 'x' }, rename)).toEqual({ email: 'x' }));

  it('a second time does nothing', () => expect(apply({ email: 'x' }, rename)).toEqual({ email: 'x' }));

  it('never writes over what is there', () => {
    expect(apply({ mail: 'x', email: 'y' }, rename)).toBe('/email is there already');
    expect(apply({ mail: 'x', email: '' }, rename)).toBe('/email is there already');
  });

  it('writes over a null only where it breaks the contract', () => {
    expect(apply({ mail: 'x', email: null }, rename, ['/email'])).toEqual({ email: 'x' });
    expect(apply({ mail: 'x', email: null }, rename, ['/weight'])).toBe('/email is there already');
  });

  it('needs a source', () => expect(apply({ other: 1 }, rename)).toBe('there is nothing at /mail'));

  it('nests, and makes the objects on the way', () => {
    expect(apply({ city: 'Faro' }, { op: 'move', from: '/city', to: '/receiver/city' })).toEqual({
      receiver: { city: 'Faro' },
    });
    expect(apply({ receiver: 'Ana' }, { op: 'move', from: '/receiver', to: '/receiver/name' })).toEqual({
      receiver: { name: 'Ana' },
    });
  });

  it('un-nests, and an undeclared container that is empty then goes', () => {
    const plan: Operation = { op: 'move', from: '/data/a/mail', to: '/email' };
    expect(apply({ data: { a: { mail: 'x' } } }, plan)).toEqual({ email: 'x' });
    expect(apply({ data: { a: { mail: 'x' }, b: 1 } }, plan)).toEqual({ email: 'x', data: { b: 1 } });
    // A declared one stays.
    expect(apply({ receiver: { mail: 'x' } }, { op: 'move', from: '/receiver/mail', to: '/email' })).toEqual({
      receiver: {},
      email: 'x',
    });
  });

  it('out of its own container only when nothing else is in there, at any level', () => {
    const plan: Operation = { op: 'move', from: '/email/a/b', to: '/email' };
    expect(apply({ email: { a: { b: 'x' } } }, plan)).toEqual({ email: 'x' });
    expect(apply({ email: { a: { b: 'x' }, c: 1 } }, plan)).toBe('/email holds more than /email/a/b');
    expect(apply({ email: { a: { b: 'x', c: 1 } } }, plan)).toBe('/email holds more than /email/a/b');
  });

  it('moves in each element of an array', () => {
    const plan: Operation = { op: 'move', from: '/items/*/qty', to: '/items/*/quantity' };
    expect(apply({ items: [{ qty: 1 }, { quantity: 2 }] }, plan)).toEqual({
      items: [{ quantity: 1 }, { quantity: 2 }],
    });
    // An optional field need not be in all of them; of a required one, the contract will say so.
    expect(apply({ items: [{ qty: 1 }, {}] }, plan)).toEqual({ items: [{ quantity: 1 }, {}] });
    expect(apply({ items: 'none' }, plan)).toBe('there is no array at /items/*/qty');
    expect(apply({ items: [] }, plan)).toEqual({ items: [] });
  });

  it('keeps a field that is called __proto__ a field', () => {
    const event = JSON.parse('{"mail":"x","__proto__":{"polluted":true}}') as JsonObject;
    const result = apply(event, rename);
    expect(JSON.stringify(result)).toBe('{"__proto__":{"polluted":true},"email":"x"}');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('copy', () => {
  const copy: Operation = { op: 'copy', from: '/receiver/name', to: '/note' };

  it('shares nothing with its source', () => {
    const event = { extra: { a: 'x ' } };
    const operations: Operation[] = [
      { op: 'copy', from: '/extra', to: '/receiver' },
      { op: 'trim', path: '/extra/a' },
    ];
    expect(apply(event, operations)).toEqual({ extra: { a: 'x' }, receiver: { a: 'x ' } });
  });

  it('leaves what is there', () => {
    expect(apply({ receiver: { name: 'a' }, note: 'b' }, copy)).toEqual({
      receiver: { name: 'a' },
      note: 'b',
    });
  });
});

describe('split and join', () => {
  const split: Operation = { op: 'split', from: '/text', separator: ' ', to: ['/note', '/email'] };
  const join: Operation = { op: 'join', from: ['/a', '/b'], separator: ' ', to: '/note' };

  it('split needs exactly as many parts as targets, none of them empty', () => {
    expect(apply({ text: 'a b' }, split)).toEqual({ note: 'a', email: 'b' });
    expect(apply({ text: 'a b c' }, split)).toBe('/text does not have 2 parts');
    expect(apply({ text: 'a ' }, split)).toBe('/text does not have 2 parts');
    expect(apply({ text: 7 }, split)).toBe('/text is not text');
    expect(apply({ text: 'a b', note: 'c' }, split)).toBe('/note is there already');
    expect(apply({ note: 'a', email: 'b' }, split)).toEqual({ note: 'a', email: 'b' });
  });

  it('split may keep a part where it was', () => {
    const inPlace: Operation = { ...split, from: '/note' };
    expect(apply({ note: 'a b' }, inPlace)).toEqual({ note: 'a', email: 'b' });
    expect(apply({ note: 'a', email: 'b' }, inPlace)).toEqual({ note: 'a', email: 'b' });
  });

  it('join needs all its texts', () => {
    expect(apply({ a: 'x', b: 'y' }, join)).toEqual({ note: 'x y' });
    expect(apply({ a: 'x' }, join)).toBe('/b is not text');
    expect(apply({ a: 'x', b: 'y', note: 'z' }, join)).toBe('/note is there already');
    expect(apply({ note: 'x y' }, join)).toEqual({ note: 'x y' });
  });
});

describe('in place', () => {
  it.each<[string, Operation, unknown, unknown]>([
    ['cast', { op: 'cast', path: '/weight', to: 'number' }, '12.5', 12.5],
    ['a cast that is done', { op: 'cast', path: '/weight', to: 'number' }, 12.5, 12.5],
    ['wrap', { op: 'wrap', path: '/weight' }, 'a', ['a']],
    ['a wrap that is done', { op: 'wrap', path: '/weight' }, ['a'], ['a']],
    ['unwrap', { op: 'unwrap', path: '/weight' }, ['a'], 'a'],
    ['trim', { op: 'trim', path: '/weight' }, ' a ', 'a'],
    ['upper', { op: 'upper', path: '/weight' }, 'a', 'A'],
    ['lower', { op: 'lower', path: '/weight' }, 'A', 'a'],
    ['upper, with marks', { op: 'upper', path: '/weight' }, 'é', 'É'],
    ['map', { op: 'map', path: '/weight', values: { READY: 'ready' } }, 'READY', 'ready'],
    ['a map that is done', { op: 'map', path: '/weight', values: { READY: 'ready' } }, 'ready', 'ready'],
    ['parse', { op: 'parse', path: '/weight' }, ' { "a" : [1.50, "\\u00e9"] } ', { a: [1.5, 'é'] }],
    ['a parse that is done', { op: 'parse', path: '/weight' }, { a: 1 }, { a: 1 }],
  ])('%s', (_, operation, before, after) => {
    expect(apply({ weight: before } as JsonObject, operation, ['/weight'])).toEqual({ weight: after });
  });

  it.each<[Operation, unknown, string]>([
    [{ op: 'wrap', path: '/weight' }, '["a"]', '/weight may hold several values'],
    [{ op: 'wrap', path: '/weight' }, 'a, b', '/weight may hold several values'],
    [{ op: 'wrap', path: '/weight' }, 'N/A', '/weight may say that there is none'],
    [{ op: 'unwrap', path: '/weight' }, ['a', 'b'], '/weight does not hold exactly one element'],
    [{ op: 'unwrap', path: '/weight' }, [], '/weight does not hold exactly one element'],
    [{ op: 'trim', path: '/weight' }, 7, '/weight is not text'],
    [
      { op: 'map', path: '/weight', values: { a: 'ready' } },
      'b',
      '/weight is not among the inputs of the map',
    ],
    [
      { op: 'map', path: '/weight', values: { a: 'ready' } },
      'constructor',
      '/weight is not among the inputs of the map',
    ],
    [{ op: 'parse', path: '/weight' }, '{"a":', '/weight does not spell JSON'],
    [{ op: 'parse', path: '/weight' }, '12', '/weight does not spell an object or an array'],
    [
      { op: 'parse', path: '/weight' },
      '{"__proto__":{"a":1}}',
      '/weight would lose something when it is parsed',
    ],
    [
      { op: 'parse', path: '/weight' },
      `${'['.repeat(5000)}${']'.repeat(5000)}`,
      '/weight would lose something when it is parsed',
    ],
  ])('%j of %j fails', (operation, value, reason) => {
    expect(apply({ weight: value } as JsonObject, operation, ['/weight'])).toBe(reason);
  });

  it('a repeated key is not parsed away', () => {
    expect(apply({ weight: '{"a":1,"a":2}' }, { op: 'parse', path: '/weight' }, ['/weight'])).toMatch(
      '/weight',
    );
  });

  it('what the contract declares and the event does not break is never changed', () => {
    expect(apply({ note: ' a ' }, { op: 'trim', path: '/note' }, ['/weight'])).toEqual({ note: ' a ' });
    expect(apply({ note: ' a ' }, { op: 'trim', path: '/note' }, ['/note'])).toEqual({ note: 'a' });
  });

  it('what the plan itself brought may be changed', () => {
    const operations: Operation[] = [
      { op: 'move', from: '/comment', to: '/note' },
      { op: 'trim', path: '/note' },
    ];
    expect(apply({ comment: ' a ' }, operations, ['/weight'])).toEqual({ note: 'a' });
  });
});

describe('a plan', () => {
  it('does nothing to an event in which nothing is broken', () => {
    const event = { mail: 'x' };
    expect(apply(event, { op: 'move', from: '/mail', to: '/email' }, [])).toBe(event);
  });

  it('copies only what it changes', () => {
    const event = { mail: 'x', receiver: { name: 'Ana' }, data: { a: 1, b: { c: 2 } } };
    const operations: Operation[] = [
      { op: 'move', from: '/mail', to: '/email' },
      { op: 'move', from: '/data/a', to: '/note' },
    ];
    const result = run(event, operations);
    if (!result.ok) throw new Error('it can be applied');
    expect(result.value['receiver']).toBe(event.receiver);
    expect((result.value['data'] as JsonObject)['b']).toBe(event.data.b);
    expect(event.data).toEqual({ a: 1, b: { c: 2 } });
  });

  it('tells which operation failed, and no value', () => {
    const operations: Operation[] = [
      { op: 'trim', path: '/note' },
      { op: 'cast', path: '/weight', to: 'integer' },
    ];
    expect(run({ weight: 'SECRET' }, operations)).toEqual({
      ok: false,
      error: { operation: 1, reason: '/weight does not spell a whole number' },
    });
  });

  it('needs as inputs what it reads and has not written itself', () => {
    const operations: Operation[] = [
      { op: 'parse', path: '/data' },
      { op: 'move', from: '/data/weight', to: '/weight' },
      { op: 'cast', path: '/weight', to: 'decimal' },
      { op: 'join', from: ['/first', '/last'], separator: ' ', to: '/receiver/name' },
      { op: 'remove', path: '/debug' },
    ];
    expect(inputsOf({ operations })).toEqual(['/data', '/first', '/last']);
  });
});
