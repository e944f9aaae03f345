import { describe, expect, it } from 'vitest';
import { defineContract, z } from '../../src/contracts/index.ts';
import { createRowMaker } from '../../src/load/row.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { event, judge } from './strange.ts';

describe('Zod', () => {
  it.each<[what: string, schema: z.ZodType, taken: string[], refused: string[], column?: string]>([
    ['pipe', z.string().pipe(z.coerce.number()), ['{"a":"12.5"}'], ['{"a":12}', '{"a":"x"}'], 'number'],
    ['catch', z.number().catch(0), ['{"a":1}'], [], 'number'],
    ['default', z.string().default('x'), ['{"a":"y"}', '{}'], ['{"a":1}'], 'string'],
    ['prefault', z.string().min(2).prefault('xx'), ['{"a":"yy"}', '{}'], ['{"a":"y"}'], 'string'],
    ['brand', z.string().brand('Id'), ['{"a":"x"}'], ['{"a":1}'], 'string'],
    [
      'lazy',
      z.lazy(() =>
        z.object({
          get next() {
            return z.array(z.string()).optional();
          },
        }),
      ),
      ['{"a":{"next":["x"]}}'],
      ['{"a":{"next":[1]}}'],
      'json',
    ],
    [
      'template literal',
      z.templateLiteral(['id_', z.int()]),
      ['{"a":"id_12"}'],
      ['{"a":"id_x"}', '{"a":12}'],
      'string',
    ],
    [
      'record of an enum',
      z.record(z.enum(['x', 'y']), z.number()),
      ['{"a":{"x":1,"y":2}}'],
      ['{"a":{"x":1}}', '{"a":{"x":1,"y":2,"z":3}}'],
      'json',
    ],
    [
      'partial record',
      z.partialRecord(z.enum(['x', 'y']), z.number()),
      ['{"a":{"x":1}}', '{"a":{}}'],
      ['{"a":{"z":3}}'],
      'json',
    ],
    ['loose object', z.looseObject({ b: z.string() }), ['{"a":{"b":"x","c":1}}'], ['{"a":{"c":1}}'], 'json'],
    [
      'strict object',
      z.strictObject({ b: z.string() }),
      ['{"a":{"b":"x"}}'],
      ['{"a":{"b":"x","c":1}}'],
      'json',
    ],
    [
      'codec',
      z.codec(z.iso.datetime(), z.date(), {
        decode: (text) => new Date(text),
        encode: (date) => date.toISOString(),
      }),
      ['{"a":"2026-01-15T10:00:00Z"}'],
      ['{"a":"x"}'],
      'datetime',
    ],
    [
      'discriminated union',
      z.discriminatedUnion('k', [
        z.object({ k: z.literal('x'), n: z.number() }),
        z.object({ k: z.literal('y') }),
      ]),
      ['{"a":{"k":"x","n":1}}', '{"a":{"k":"y"}}'],
      ['{"a":{"k":"x"}}', '{"a":{"k":"z"}}'],
      'json',
    ],
    [
      'intersection',
      z.intersection(z.object({ b: z.string() }), z.object({ c: z.coerce.number() })),
      ['{"a":{"b":"x","c":"1"}}'],
      ['{"a":{"b":"x"}}'],
      'json',
    ],
    [
      'tuple with a rest',
      z.tuple([z.string()], z.number()),
      ['{"a":["x",1,2]}'],
      ['{"a":["x","y"]}'],
      'json',
    ],
    [
      'nullish',
      z.int().nullish(),
      ['{"a":null}', '{}', '{"a":820982911946154508}'],
      ['{"a":1.5}'],
      'integer',
    ],
    ['enum of numbers', z.enum({ A: 1, B: 2 }), ['{"a":1}'], ['{"a":3}', '{"a":"A"}']],
    [
      'stringbool',
      z.stringbool(),
      ['{"a":"yes"}', '{"a":"off"}'],
      ['{"a":"maybe"}', '{"a":true}'],
      'boolean',
    ],
    ['bigint literal', z.literal(5n), ['{"a":5}'], ['{"a":6}', '{"a":"5"}']],
    ['any JSON', z.json(), ['{"a":{"b":[null,1.5]}}', '{"a":1}'], []],
    [
      'coerce.boolean: only what is one, or spells one',
      z.coerce.boolean(),
      ['{"a":true}', '{"a":"false"}'],
      ['{"a":"no"}', '{"a":""}', '{"a":0}', '{"a":null}', '{"a":[]}'],
      'boolean',
    ],
    [
      'coerce.string: of a scalar',
      z.coerce.string(),
      ['{"a":5}', '{"a":true}', '{"a":"x"}', '{"a":820982911946154508}'],
      ['{"a":null}', '{"a":{}}', '{"a":[1]}'],
      'string',
    ],
    [
      'coerce.date: of text',
      z.coerce.date(),
      ['{"a":"2026-01-15T10:00:00Z"}'],
      ['{"a":null}', '{"a":true}', '{"a":"x"}'],
      'datetime',
    ],
    [
      'coerce.bigint',
      z.coerce.bigint(),
      ['{"a":"820982911946154508"}', '{"a":5}'],
      ['{"a":null}', '{"a":""}', '{"a":true}', '{"a":"20.00"}', '{"a":"1.000"}', '{"a":"2e3"}'],
      'integer',
    ],
  ])('%s', (_, field, taken, refused, column) => {
    const schema = z.object({ a: field });
    judge(defineContract({ name: 'thing', version: '1.0.0', schema }), taken, refused, column);
  });

  it('coerces to what was sent, and to nothing else', () => {
    const schema = z.object({ b: z.coerce.boolean(), s: z.coerce.string() });
    const contract = defineContract({ name: 'thing', version: '1.0.0', schema });
    expect(contract.validate(event('{"b":"false","s":820982911946154508}'))).toMatchObject({
      ok: true,
      value: { b: false, s: '820982911946154508' },
    });
  });
});

describe('a schema whose output is not known', () => {
  const contract = (schema: z.ZodType) => defineContract({ name: 'made', version: '1.0.0', schema });

  it.each([
    ['a transform', z.object({ a: z.int() }).transform((event) => ({ ...event, b: 1 }))],
    [
      'an alternative with one',
      z.union([z.object({ a: z.int() }), z.object({ b: z.int() }).transform((e) => e)]),
    ],
  ])('is told: %s', (_what, schema) => {
    expect(contract(schema).makesUnknown).toBe(true);
  });

  it.each([
    [
      'what comes after a transform is',
      z
        .object({ a: z.int() })
        .transform((e) => ({ b: e.a }))
        .pipe(z.object({ b: z.int() })),
      ['b'],
    ],
    [
      'a union',
      z.discriminatedUnion('t', [
        z.object({ t: z.literal('a'), a: z.int() }),
        z.object({ t: z.literal('b'), b: z.boolean() }),
      ]),
      ['t', 'a', 'b'],
    ],
    [
      'a codec',
      z.object({
        at: z.codec(z.iso.datetime(), z.date(), {
          decode: (text) => new Date(text),
          encode: (date) => date.toISOString(),
        }),
      }),
      ['at'],
    ],
  ])('is not, where %s', (_what, schema, names) => {
    const { makesUnknown, columns } = contract(schema);
    expect(makesUnknown).toBe(false);
    expect(columns.map(({ name }) => name)).toEqual(names);
  });

  it.each([z.array(z.object({ a: z.string() })), z.string(), z.tuple([z.string()])])(
    'is refused where no object goes in',
    (schema) => {
      expect(() => contract(schema)).toThrow(/events are objects: write z\.object\(\{ … \}\)/);
    },
  );
});

describe('a field that a transform drops', () => {
  const mailless = z
    .object({ email: z.string(), k: z.string() })
    .transform(({ email, k }) => ({ hash: email.length, k }));
  const known = z.object({ hash: z.int(), k: z.string() });
  const sent = { email: 'ada@example.com', k: 'a', note: 'undeclared' };

  it.each<[string, z.ZodType, object, object]>([
    ['of the event', mailless.pipe(known), sent, { hash: 15, k: 'a', note: 'undeclared' }],
    [
      'of an event of which no schema says what is made',
      mailless,
      sent,
      { hash: 15, k: 'a', note: 'undeclared' },
    ],
    [
      'of an object within lists',
      z.object({ a: z.array(z.object({ b: mailless.optional() })) }),
      { a: [{ b: sent, c: 1 }, {}] },
      { a: [{ b: { hash: 15, k: 'a', note: 'undeclared' }, c: 1 }, {}] },
    ],
  ])('is gone, and what is undeclared is not: %s', (_what, schema, given, made) => {
    const contract = defineContract({ name: 'made', version: '1.0.0', schema });
    const validation = contract.validate(given as JsonObject);
    expect(validation.ok && validation.value).toEqual(made);
    const row = createRowMaker(contract)(made as JsonObject, {
      requestId: '018f4d4e-0000-7000-8000-000000000000',
      receivedAt: 0,
      source: 'shop',
      repair: undefined,
      text: JSON.stringify(given),
      changed: validation.ok ? validation.changed : undefined,
    });
    // A row is made of its text, where it has one, and of what validation has changed.
    const text = row.text === undefined ? row.values : (JSON.parse(row.text) as JsonObject);
    expect(JSON.stringify([{ ...text, ...row.filled }, row.extra])).not.toContain('ada@');
  });
});
