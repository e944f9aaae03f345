import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type ContractDefinition, defineContract } from '../../src/contracts/zod/define.ts';
import { decimal, eventId, receivedTimestamp, sourceName } from '../../src/contracts/fields/index.ts';
import { SentinelError } from '../../src/model/errors.ts';
import type { JsonObject } from '../../src/model/json.ts';

const id = '3f0b0f6e-2f6a-4f6e-9d6e-2f6a4f6e9d6e';
const contract = (schema: z.ZodObject, more: Partial<ContractDefinition> = {}) =>
  defineContract({
    name: 'sample',
    version: '1.0.0',
    key: Object.keys(schema.shape).slice(0, 1),
    schema,
    ...more,
  });

/** Path, code and found type of each violation. */
const faults = (schema: z.ZodObject, event: JsonObject): string[] => {
  const result = contract(schema).validate(event);
  return result.ok ? [] : result.violations.map(({ path, code, found }) => `${path} ${code} ${found}`);
};

describe('a contract in Zod', () => {
  it('has defaults for all that its author leaves out', () => {
    const plain = defineContract({
      name: 'user.signed-up',
      version: '2',
      schema: z.object({ event_id: eventId() }),
    });
    expect(plain).toMatchObject({
      name: 'user.signed-up',
      version: '2.0.0',
      description: '',
      table: 'user_signed_up',
      key: ['/event_id'],
      aliases: {},
      topic: undefined,
      open: true,
    });
  });

  it('tells the gatekeeper which absent fields it may fill, and from what', () => {
    const schema = z.object({
      event_id: eventId(),
      timestamp: receivedTimestamp(),
      source: sourceName('shop'),
    });
    expect(contract(schema).envelopeDefaults).toEqual([
      { field: 'event_id', from: 'request_id' },
      { field: 'timestamp', from: 'received_at' },
      { field: 'source', from: 'source' },
    ]);
    expect(contract(schema).validate({ event_id: id, timestamp: 1_700_000_000 })).toMatchObject({
      value: { source: 'shop' },
    });
  });

  it('takes field names and JSON Pointers as its key', () => {
    const schema = z.object({ order: z.object({ id: z.string() }), 'a/b': z.string() });
    expect(contract(schema, { key: ['/order/id', 'a/b'] }).key).toEqual(['/order/id', '/a~1b']);
  });

  it('describes what it accepts as JSON Schema', () => {
    const { jsonSchema } = contract(
      z.object({ amount: decimal({ positive: true }), note: z.string().optional() }),
    );
    expect(jsonSchema).toMatchObject({
      type: 'object',
      required: ['amount'],
      properties: { amount: { type: ['number', 'string'], exclusiveMinimum: 0 }, note: { type: 'string' } },
    });
  });

  it.each<[string, Partial<ContractDefinition>]>([
    ['name', { name: 'no spaces' }],
    ['version', { version: 'v1' }],
    ['table', { table: 'drop table; --' }],
    ['topic', { topic: '' }],
    ['key', { key: [] }],
    ['key', { key: 'elsewhere' }],
    ['async', { schema: z.object({ a: z.string().refine(async () => Promise.resolve(true)) }) }],
    [
      '__proto__',
      { schema: z.object(JSON.parse('{"__proto__":1}') as object).extend({ ['__proto__']: z.string() }) },
    ],
  ])('is refused with a wrong %s', (field, definition) => {
    const define = () =>
      defineContract({ name: 'x', version: '1.0.0', schema: z.object({ a: z.string() }), ...definition });
    expect(define).toThrow(SentinelError);
    expect(define).toThrow(
      expect.objectContaining({
        code: 'contract_invalid',
        message: expect.stringContaining(field) as string,
      }),
    );
  });
});

describe('validation', () => {
  it('returns declared fields coerced and undeclared ones as they came, at every depth', () => {
    const nested = z.object({
      amount: decimal(),
      inner: z.object({ list: z.array(z.object({ price: decimal() })) }),
      either: z.union([z.object({ a: decimal() }), z.object({ b: decimal() })]),
      both: z.object({ a: decimal() }).and(z.object({ b: decimal() })),
      get self() {
        return nested.optional();
      },
    });
    const event = (amount: string): JsonObject => ({
      amount,
      x: 1,
      inner: { x: [1], list: [{ price: amount, x: { y: null } }] },
      either: { b: amount, x: 2 },
      both: { a: amount, b: amount, x: 3 },
      self: { amount, inner: { list: [] }, either: { a: amount }, both: { a: amount, b: amount }, x: 4 },
    });
    const sent = event('07.50');
    const { x, ...changed } = event('7.5');
    expect(contract(nested).validate(sent)).toEqual({ ok: true, value: { ...changed, x }, changed });
    expect(sent).toEqual(event('07.50'));
  });

  it('returns any event as it is when nothing is to be coerced', () => {
    const open = contract(z.object({ a: z.object({ b: z.number().optional() }).optional() }));
    const events = fc.dictionary(
      fc.string().filter((key) => key !== 'a'),
      fc.jsonValue({ maxDepth: 4 }),
    );
    fc.assert(
      fc.property(events, events, (outer, inner) => {
        const event = { ...outer, a: { ...inner, b: 1 } } as JsonObject;
        const before = structuredClone(event);
        expect(open.validate(event)).toEqual({ ok: true, value: before });
        expect(event).toEqual(before);
      }),
    );
  });

  it('is not harmed by prototype keys, and keeps them', () => {
    const text =
      '{"__proto__":{"amount":5},"constructor":{"prototype":{"x":1}},"a":{"__proto__":{"x":1},"n":1}}';
    const loose = contract(z.object({ a: z.object({ n: z.number() }), amount: z.number().optional() }));
    const result = loose.validate(JSON.parse(text) as JsonObject);
    expect(result).toMatchObject({ ok: true });
    if (!result.ok) return;
    expect(JSON.parse(JSON.stringify(result.value))).toEqual(JSON.parse(text));
    expect(result.value['amount']).toBeUndefined();
    expect(Object.getPrototypeOf(result.value)).toBe(Object.prototype);
    expect(Object.getPrototypeOf(result.value['a'])).toBe(Object.prototype);
    expect(({} as JsonObject)['x']).toBeUndefined();
  });

  it('finds undeclared fields in a closed contract, and in strict objects within', () => {
    const schema = z.object({ a: z.strictObject({ b: z.number() }) });
    expect(faults(schema, { a: { b: 1, x: 1 }, y: 1 })).toEqual(['/a/x undeclared integer']);
    const closed = contract(schema, { open: false });
    expect(closed.open).toBe(false);
    expect(closed.validate({ a: { b: 1 }, y: 'secret' })).toMatchObject({
      violations: [{ path: '/y', code: 'undeclared' }],
    });
  });

  it('reports all violations, with the path of each', () => {
    const schema = z.object({
      amount: decimal({ positive: true }),
      'a/b~c': z.string(),
      items: z.array(z.object({ q: z.int().positive(), kind: z.enum(['x', 'y']) })),
      many: z.array(z.number()).max(2),
      mail: z.email(),
      name: z
        .string()
        .min(3)
        .regex(/^[a-z]+$/),
      step: z.number().multipleOf(5),
    });
    const event = {
      amount: 0,
      items: [{ q: 1.5, kind: 'z' }, { q: 0 }, {}],
      many: [1, 2, 3],
      mail: '',
      name: 'A',
      step: 7,
    };
    expect(faults(schema, event as JsonObject).toSorted()).toEqual([
      '/amount too_small integer',
      '/a~1b~0c required missing',
      '/items/0/kind enum string',
      '/items/0/q type number',
      '/items/1/kind required missing',
      '/items/1/q too_small integer',
      '/items/2/kind required missing',
      '/items/2/q required missing',
      '/mail format string',
      '/many too_big array',
      '/name pattern string',
      '/name too_small string',
      '/step not_multiple integer',
    ]);
  });

  it('says of alternatives what the sender most likely meant', () => {
    const text = z.object({ kind: z.literal('text'), body: z.string() });
    const image = z.object({ kind: z.literal('image'), width: z.number() });
    const either = z.object({
      value: z.union([z.string(), z.number()]),
      part: z.discriminatedUnion('kind', [text, image]),
      plain: z.union([z.object({ n: z.number() }), z.string()]).nullable(),
    });
    expect(faults(either, { value: true, part: { kind: 'image' }, plain: { n: 'x' } })).toEqual([
      '/value type boolean',
      '/part/width required missing',
      '/plain/n type string',
    ]);
    expect(faults(either, { value: 1, part: { kind: 'sound' } })).toEqual([
      '/part/kind enum string',
      '/plain required missing',
    ]);
    const result = contract(either).validate({ value: true, part: { kind: 'sound' }, plain: null });
    expect(result).toMatchObject({
      violations: [{ expected: 'string or number' }, { expected: 'one of text, image' }],
    });
  });

  it('says of alternatives without a discriminator which one is meant, or what each asks for', () => {
    const paid = z.object({ kind: z.literal('a'), total: z.number() });
    const taxed = z.object({ kind: z.literal('b'), total: z.number(), vat: z.number() });
    const either = z.object({ of: z.union([paid, taxed]) });
    expect(faults(either, { of: { kind: 'b', total: 5, VAT: 1 } })).toEqual(['/of/vat required missing']);
    const reached = z.union([z.object({ email: z.string() }), z.object({ phone: z.string() })]);
    const expected = 'one of 2 alternatives with email, or with phone';
    expect(contract(z.object({ of: reached })).validate({ of: { Email: 'x' } })).toMatchObject({
      violations: [{ path: '/of', code: 'no_match', expected }],
    });
  });

  it('names the field and what is wanted in each message, and never a value', () => {
    const schema = z.object({ amount: decimal({ positive: true }), mail: z.email(), kind: z.literal('x') });
    const result = contract(schema).validate({ amount: 'secret', mail: 'secret', kind: 'secret' });
    expect(JSON.stringify(result)).not.toContain('secret');
    expect(result).toMatchObject({
      violations: [{ message: 'Send /amount as decimal > 0: found text of 6 characters.' }, {}, {}],
    });
  });

  it("reports a contract's own check in its author's words", () => {
    const schema = z
      .object({ a: z.number(), b: z.number() })
      .refine(({ a, b }) => a < b, 'a smaller a than b');
    expect(contract(schema).validate({ a: 2, b: 1 })).toMatchObject({
      violations: [{ path: '', code: 'custom', expected: 'a smaller a than b', found: 'object' }],
    });
  });

  it('takes an event that makes a check throw for bad data, not for a reason to stop', () => {
    const schema = z.object({ a: z.any().refine((value: { deep: string[] }) => value.deep.length > 0) });
    expect(contract(schema).validate({ a: {} })).toMatchObject({
      violations: [{ path: '/a', code: 'contract_failed' }],
    });
  });

  it('reports no more than 50 violations of one event', () => {
    const result = contract(z.object({ list: z.array(z.number()) })).validate({
      list: Array<string>(1000).fill('x'),
    });
    expect(result).toMatchObject({ violations: { length: 50 } });
  });

  it('does not spend its memory on an event with millions of faults', () => {
    const flood = Array.from({ length: 1_000_000 }, () => 'x');
    const result = contract(z.object({ list: z.array(z.number()), n: z.number() })).validate({ list: flood });
    expect(result).toMatchObject({ violations: [{ path: '/list/0', code: 'type' }] });
  });
});
