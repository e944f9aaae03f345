import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Contract, defineContract } from '../../src/contracts/index.ts';
import { contractFromJsonSchema } from '../../src/contracts/json-schema/compile.ts';
import type { Json, JsonObject } from '../../src/model/json.ts';
import { limitCalls } from '../../src/support/foreign-code.ts';

/** A contract's code is somebody else's: what it throws or returns costs the event that it is about, nothing else. */
const contract = (shape: z.ZodRawShape): Contract =>
  defineContract({
    name: 'thing',
    version: '1.2.0',
    key: 'id',
    schema: z.object({ id: z.string(), ...shape }),
  });

const event = (fields: JsonObject): JsonObject => ({ id: 'a', ...fields });

/** The only violation, which has to name the contract. */
function failure(of: Contract, fields: JsonObject) {
  const validation = of.validate(event(fields));
  if (validation.ok) throw new Error(`accepted: ${JSON.stringify(validation.value)}`);
  expect(validation.violations).toHaveLength(1);
  expect(validation.violations[0]!.message).toContain('thing 1.2.0');
  return validation.violations[0]!;
}

function accepted(of: Contract, fields: JsonObject) {
  const validation = of.validate(event(fields));
  if (!validation.ok) throw new Error(validation.violations[0]!.message);
  return validation;
}

class Money {
  cents = 5;
}
const cyclic: Record<string, unknown> = {};
cyclic['self'] = cyclic;
const doubling = (): unknown => {
  let whole: unknown = [];
  for (let times = 0; times < 40; times++) whole = [whole, whole];
  return whole;
};

describe('what validation returns must be JSON', () => {
  it.each<[string, unknown]>([
    ['an invalid Date', new Date('garbage')],
    ['nothing', undefined],
    ['NaN', NaN],
    ['an infinite number', -Infinity],
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['an object of class Map', new Map()],
    ['an object of class Set', new Set([1])],
    ['an object of class Money', new Money()],
    ['an object of class RegExp', /x/],
    ['an object of class Number', new Number(5)],
    ['an object of class Uint8Array', new Uint8Array(3)],
    ['nesting without end', cyclic],
    ['more than 16777216 characters', 'x'.repeat(200_000_000)],
    ['more than 16777216 characters', Array.from({ length: 200 }, () => 'x'.repeat(100_000))],
  ])('%s is refused by the name of its field', (what, returned) => {
    const plain = contract({ a: z.any().transform(() => returned) });
    expect(failure(plain, { a: 'x' })).toMatchObject({
      path: expect.stringMatching(/^\/a/) as string,
      code: 'contract_failed',
    });
    expect(failure(plain, { a: 'x' }).message).toContain(what);
    if (returned === undefined) return;
    const nested = contract({
      o: z.object({ list: z.array(z.any().transform(() => ({ deep: returned }))) }),
    });
    expect(failure(nested, { o: { list: [1] } }).path).toMatch(/^\/o\/list\/0\/deep/);
  });

  it.each<[string, z.ZodType, Json]>([
    ['a set', z.array(z.string()).transform((list) => new Set(list)), ['a']],
    ['a fallback', z.number().catch(NaN), 'x'],
    ['preprocessing', z.preprocess((value) => Number(value) / 0, z.any()), 1],
    ['what overwrites a value', z.number().overwrite(() => NaN), 1],
    ['an alternative', z.union([z.number(), z.string().transform(() => Symbol('s'))]), 'x'],
    [
      'a record',
      z.record(
        z.string(),
        z.any().transform(() => Symbol('s')),
      ),
      { k: 1 },
    ],
    ['a tuple', z.tuple([z.string().transform(() => Symbol('s'))]), ['x']],
  ])('also from %s', (_, schema, value) => {
    expect(failure(contract({ a: schema }), { a: value })).toMatchObject({ code: 'contract_failed' });
  });

  it('but a bigint is a number, and a Date an instant', () => {
    const made = contract({
      a: z.coerce.bigint(),
      b: z.any().transform(() => 12345678901234567890n),
      c: z.coerce.date(),
    });
    const { value, changed } = accepted(made, { a: '12', b: 1, c: '2026-01-01T00:00:00Z' });
    expect(JSON.stringify(value)).toBe(
      '{"id":"a","a":12,"b":12345678901234567890,"c":"2026-01-01T00:00:00.000Z"}',
    );
    expect(Object.keys(changed ?? {})).toEqual(['a', 'b', 'c']);
  });

  it('what has parts in common is refused when it would be endless as text', () => {
    const endless = contract({ a: z.any().transform(() => doubling()) });
    expect(failure(endless, { a: 'x' }).message).toContain('nesting without end');
  });

  it('a null may become nothing, since nothing is lost', () => {
    const { value } = accepted(contract({ a: z.any().transform((v: unknown) => v ?? undefined) }), {
      a: null,
    });
    expect(value['a'] ?? null).toBeNull();
  });

  it('whatever overwrites the whole event', () => {
    const whole = (returned: unknown): Contract =>
      defineContract({
        name: 'thing',
        version: '1.2.0',
        key: 'id',
        schema: z.object({ id: z.string() }).overwrite(() => returned as { id: string }),
      });
    expect(failure(whole(undefined), {})).toMatchObject({ path: '', code: 'contract_failed' });
    expect(failure(whole([1]), {})).toMatchObject({ path: '', code: 'contract_failed' });
    expect(accepted(whole(Object.freeze({ id: 'b' })), { extra: 1 }).value).toEqual({ id: 'b', extra: 1 });
  });
});

describe('what is JSON is taken, whoever holds on to it', () => {
  it('frozen results, with undeclared fields in them', () => {
    const o = z.object({ a: z.string(), p: z.object({ b: z.number() }).readonly() }).readonly();
    const { value, changed } = accepted(contract({ o, list: z.array(z.object({})).readonly() }), {
      o: { a: 'x', more: 1, p: { b: 2, most: [3] } },
      list: [{ c: 4 }],
    });
    expect(value).toEqual(event({ o: { a: 'x', more: 1, p: { b: 2, most: [3] } }, list: [{ c: 4 }] }));
    expect(changed).toBeUndefined();
  });

  it('an object that all events share stays as it is', () => {
    const shared = { unit: 'EUR' };
    const sharing = contract({ price: z.object({ unit: z.string() }).catch(shared) });
    expect(accepted(sharing, { price: { amount: 5 } }).value['price']).toEqual({ unit: 'EUR', amount: 5 });
    expect(shared).toEqual({ unit: 'EUR' });
    expect(accepted(sharing, { price: {} }).value['price']).toEqual({ unit: 'EUR' });
  });

  it('code that writes into the event writes into a copy, and what it wrote is checked', () => {
    const writing = (written: unknown): Contract =>
      contract({
        o: z.any().transform((object: Record<string, unknown>) => {
          object['seen'] = written;
          return object;
        }),
      });
    const sent = event({ o: { a: 1 } });
    expect(writing(true).validate(sent)).toMatchObject({ ok: true, changed: { o: { a: 1, seen: true } } });
    expect(sent).toEqual(event({ o: { a: 1 } }));
    expect(failure(writing(Symbol('s')), { o: { a: 1 } })).toMatchObject({
      path: '/o/seen',
      code: 'contract_failed',
    });
  });
});

describe('what validation throws', () => {
  const thrower = (thrown: unknown) => () => {
    throw thrown;
  };
  it.each<[string, z.ZodType]>([
    ['a check', z.string().refine(thrower(new TypeError('canary')))],
    ['a check that throws no error', z.string().refine(thrower('canary'))],
    ['a check that throws nothing', z.string().refine(thrower(undefined))],
    ['a transform', z.string().transform(thrower(new Error('canary')))],
    ['preprocessing', z.preprocess(thrower(new Error('canary')), z.string())],
    ['the text of an error', z.string().refine(() => false, { error: thrower(new Error('canary')) })],
    ['a fallback', z.number().catch(thrower(new Error('canary')))],
    ['a check that waits', z.string().refine(() => Promise.resolve(true))],
    ['a transform that waits', z.string().transform(() => Promise.resolve('x'))],
  ])('of %s is a violation of that field', (_, schema) => {
    const { path, code, message } = failure(contract({ b: z.string().optional(), a: schema }), {
      a: 'x',
      b: 'y',
    });
    expect({ path, code }).toEqual({ path: '/a', code: 'contract_failed' });
    expect(message).not.toContain('canary');
  });

  it('of a check of the whole event names the contract alone', () => {
    const whole = defineContract({
      name: 'thing',
      version: '1.2.0',
      key: 'id',
      schema: z.object({ id: z.string() }).refine(thrower(new Error('x'))),
    });
    expect(failure(whole, {})).toMatchObject({ path: '', code: 'contract_failed' });
  });
});

describe('a JSON Schema whose validator fails', () => {
  const header = { 'x-contract': { name: 'thing', version: '1.2.0', key: 'id' } };
  it.each<[string, JsonObject]>([
    ['refers to itself', { properties: { id: {} }, allOf: [{ $ref: '#' }] }],
    [
      'refers to itself by another',
      { properties: { id: {} }, $ref: '#/$defs/a', $defs: { a: { $ref: '#' } } },
    ],
    ['refers to itself by alternatives', { properties: { id: {} }, anyOf: [{ $ref: '#' }, { $ref: '#' }] }],
    ['refers to itself by a negation', { properties: { id: {} }, not: { $ref: '#' } }],
    [
      'has a dynamic reference that leads nowhere',
      { properties: { id: {}, kids: { $dynamicRef: '#node' } }, $defs: { n: { $dynamicAnchor: 'other' } } },
    ],
  ])('as it %s', (_, schema) => {
    let broken: Contract;
    try {
      broken = contractFromJsonSchema({ ...header, ...schema });
    } catch (error) {
      // Said at the start is as good, if it names the reason.
      expect(String(error)).toMatch(/contract_invalid|reference|\$ref/i);
      return;
    }
    const validation = broken.validate(event({ kids: {} }));
    if (!validation.ok) expect(validation.violations[0]!.code).toMatch(/contract_failed|no_match|undeclared/);
  });
});

describe('a check that never ends', () => {
  beforeAll(() => limitCalls(150));
  // Files that share their modules go on with it.
  afterAll(() => limitCalls(5000));
  const hostile = `${'a'.repeat(60)}!`;
  const header = { 'x-contract': { name: 'thing', version: '1.2.0', key: 'id' } };
  it.each<[string, Contract, JsonObject]>([
    [
      'a pattern of a JSON Schema',
      contractFromJsonSchema({
        ...header,
        properties: { id: {}, a: { type: 'string', pattern: '^(a+)+$' } },
      }),
      { a: hostile },
    ],
    [
      'a pattern with alternatives',
      contractFromJsonSchema({ ...header, properties: { id: {}, a: { pattern: '^(a|a)*(b|b)*$' } } }),
      { a: hostile },
    ],
    ['a pattern of a Zod schema', contract({ a: z.string().regex(/^(a+)+$/) }), { a: hostile }],
    [
      'a loop of its author',
      contract({
        a: z.number().refine((n) => {
          while (Object.is(n, 13));
          return true;
        }),
      }),
      { a: 13 },
    ],
    [
      'a transform that loops',
      contract({
        a: z.any().transform(() => {
          for (;;);
        }),
      }),
      { a: 1 },
    ],
  ])(
    '%s is given up on, by the name of its field, and the next event is judged',
    (_, endless, fields) => {
      expect(failure(endless, fields)).toMatchObject({ path: '/a', code: 'contract_hung' });
      expect(failure(endless, fields)).toMatchObject({ path: '/a', code: 'contract_hung' });
      expect(contract({}).validate(event({})).ok).toBe(true);
    },
    60_000,
  );
});
