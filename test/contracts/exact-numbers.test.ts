import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Contract } from '../../src/contracts/contract.ts';
import { contractFromJsonSchema, decimal, defineContract, integer } from '../../src/contracts/index.ts';
import { ExactNumber } from '../../src/model/exact-number.ts';
import { parseExact } from '../../src/model/exact-json.ts';
import type { JsonObject } from '../../src/model/json.ts';

const inZod = (a: z.ZodType): Contract =>
  defineContract({ name: 'thing', version: '1.0.0', schema: z.object({ a }) });
const inJsonSchema = (a: object, more: object = {}): Contract =>
  contractFromJsonSchema({
    'x-contract': { name: 'thing', version: '1.0.0' },
    ...more,
    properties: { a },
  } as JsonObject);

/** The value as JSON, or the codes of what is wrong. */
function judged(contract: Contract, text: string): string {
  const validation = contract.validate(parseExact(`{"a":${text}}`) as JsonObject);
  if (!validation.ok)
    return validation.violations.map(({ code, found }) => `${code}, found ${found}`).join('; ');
  return JSON.stringify(validation.value).slice('{"a":'.length, -1);
}

const sizes = ['5', '-5', '820982911946154508', '-820982911946154508', '9223372036854775807'];

describe('a whole number is one whatever its size', () => {
  it.each<[string, Contract]>([
    ['integer()', inZod(integer())],
    ['z.int()', inZod(z.int())],
    ['z.number().int()', inZod(z.number().int())],
    ['z.number()', inZod(z.number())],
    ['z.bigint()', inZod(z.bigint())],
    ['z.int64()', inZod(z.int64())],
    ['z.coerce.bigint()', inZod(z.coerce.bigint())],
    ['z.union', inZod(z.union([z.string(), z.int()]))],
    ['decimal()', inZod(decimal())],
    ['JSON Schema, integer', inJsonSchema({ type: 'integer' })],
    ['JSON Schema, number', inJsonSchema({ type: ['null', 'number'] })],
    ['JSON Schema, anything', inJsonSchema({})],
  ])('%s', (_, contract) => {
    for (const text of sizes) expect(judged(contract, text)).toBe(text);
  });

  it.each<[string, Contract]>([
    ['z.string()', inZod(z.string())],
    ['z.object()', inZod(z.object({ x: z.string().optional() }))],
    ['z.record()', inZod(z.record(z.string(), z.unknown()))],
    ['z.array()', inZod(z.array(z.number()))],
    ['JSON Schema, string', inJsonSchema({ type: 'string' })],
    ['JSON Schema, object', inJsonSchema({ type: 'object' })],
  ])('and no text and no object: %s', (_, contract) => {
    for (const text of sizes) expect(judged(contract, text)).toBe('type, found integer');
    expect(judged(contract, '0.12345678901234567891')).toBe('type, found number');
  });

  it.each<[string, Contract]>([
    ['integer()', inZod(integer())],
    ['z.int()', inZod(z.int())],
    ['z.bigint()', inZod(z.bigint())],
    ['JSON Schema', inJsonSchema({ type: 'integer' })],
  ])('a fraction is none: %s', (_, contract) => {
    for (const text of ['0.5', '12345678901234567.5', '0.12345678901234567891'])
      expect(judged(contract, text)).toBe('type, found number');
  });

  it('has its limits', () => {
    for (const whole of [integer(), z.int(), z.int64(), z.bigint(), z.coerce.bigint()]) {
      expect(judged(inZod(whole), '9223372036854775808')).toBe('too_big, found integer');
      expect(judged(inZod(whole), '-9223372036854775809')).toBe('too_small, found integer');
    }
    expect(judged(inZod(z.int32()), '820982911946154508')).toBe('too_big, found integer');
    expect(judged(inZod(z.number()), '1e400')).toBe('1e400');
    const unsigned = inZod(z.uint64());
    expect(judged(unsigned, '18446744073709551615')).toBe('18446744073709551615');
    expect(judged(unsigned, '18446744073709551616')).toBe('too_big, found integer');
    const wide = inZod(z.bigint().meta({ 'x-column': 'decimal(30,0)' }));
    expect(judged(wide, '18446744073709551616')).toBe('18446744073709551616');
  });
});

describe('bounds, lists and constants are compared exactly', () => {
  const limit = '9007199254740993';
  const above = '9007199254740993.5';
  const zod = (make: (bound: bigint) => z.ZodType): Contract => inZod(make(BigInt(limit)));

  it('in JSON Schema, by each keyword and in each dialect', () => {
    const drafts = ['draft-06/schema#', 'draft-07/schema#', 'draft/2019-09/schema', 'draft/2020-12/schema'];
    for (const draft of drafts) {
      const schema = (text: string): Contract =>
        inJsonSchema(parseExact(text) as object, { $schema: `http://json-schema.org/${draft}` });
      expect(judged(schema(`{"maximum":${limit}}`), limit)).toBe(limit);
      expect(judged(schema(`{"maximum":${limit}}`), above)).toBe('too_big, found number');
      expect(judged(schema(`{"exclusiveMaximum":${limit}}`), limit)).toBe('too_big, found integer');
      expect(judged(schema(`{"minimum":${above}}`), limit)).toBe('too_small, found integer');
      expect(judged(schema(`{"exclusiveMinimum":${limit}}`), above)).toBe(above);
      expect(judged(schema(`{"const":{"id":${limit}}}`), `{"id":${limit}}`)).toBe(`{"id":${limit}}`);
      expect(judged(schema(`{"const":${limit}}`), '9007199254740992')).toBe('enum, found integer');
      expect(judged(schema(`{"enum":[1,${limit}]}`), limit)).toBe(limit);
      expect(judged(schema(`{"enum":[1,${limit}]}`), '9007199254740995')).toBe('enum, found integer');
      expect(judged(schema('{"uniqueItems":true}'), `[${limit},9007199254740995]`)).not.toContain('found');
      expect(judged(schema('{"uniqueItems":true}'), `[${limit},{"a":1},${limit}]`)).toContain('found array');
      expect(judged(schema('{"multipleOf":3}'), '900719925474099300000')).toBe('900719925474099300000');
      expect(judged(schema('{"multipleOf":7}'), '900719925474099300000')).toContain('not_multiple');
    }
  });

  it('in draft 4, whose exclusive bounds are true or false', () => {
    const schema = (text: string): Contract =>
      inJsonSchema(parseExact(text) as object, { $schema: 'http://json-schema.org/draft-04/schema#' });
    expect(judged(schema(`{"maximum":${limit}}`), limit)).toBe(limit);
    expect(judged(schema(`{"maximum":${limit},"exclusiveMaximum":true}`), limit)).toContain('too_big');
    expect(judged(schema('{"maximum":5,"exclusiveMaximum":true}'), '5')).toContain('too_big');
  });

  it('in Zod', () => {
    expect(
      judged(
        zod((bound) => z.bigint().max(bound)),
        limit,
      ),
    ).toBe(limit);
    expect(
      judged(
        zod((bound) => z.bigint().lt(bound)),
        limit,
      ),
    ).toBe('too_big, found integer');
    expect(
      judged(
        zod((bound) => z.bigint().multipleOf(bound)),
        '27021597764222979',
      ),
    ).toBe('27021597764222979');
    expect(
      judged(
        zod((bound) => z.literal(bound)),
        limit,
      ),
    ).toBe(limit);
    expect(judged(inZod(z.number().max(9007199254740992)), limit)).toBe('too_big, found integer');
    expect(judged(inZod(z.number().gt(9007199254740992)), limit)).toBe(limit);
  });

  it('with a check of the author, who knows floats only', () => {
    expect(judged(inZod(z.number().refine((n) => Number.isInteger(n))), limit)).toBe(limit);
    expect(judged(inZod(z.number().refine((n) => n < 5, 'a small one')), limit)).toContain('custom');
    expect(judged(inZod(z.bigint().transform((n) => n + 1n)), limit)).toBe('9007199254740994');
    expect(judged(inZod(z.number().transform(String)), limit)).toBe(`"${limit}"`);
  });

  it('and told exactly', () => {
    const { validate } = contractFromJsonSchema(
      parseExact(
        '{"x-contract":{"name":"c","version":"1.0.0"},"properties":{"a":{"enum":[820982911946154508,9223372036854775807]}}}',
      ) as JsonObject,
    );
    expect(validate({ a: 1 })).toMatchObject({
      violations: [{ expected: 'one of 820982911946154508, 9223372036854775807' }],
    });
  });
});

describe('steps are counted in decimals', () => {
  const steps: [string, (step: number) => Contract][] = [
    ['JSON Schema', (step) => inJsonSchema({ multipleOf: step })],
    ['Zod', (step) => inZod(z.number().multipleOf(step))],
  ];
  it.each(steps)('every amount in cents is one, and nothing between them: %s', (_, of) => {
    const contract = of(0.01);
    for (let cents = 0; cents <= 10_000; cents++) {
      const amount = `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
      expect(judged(contract, amount)).not.toContain('found');
      expect(judged(contract, `${amount}1`)).toContain('not_multiple');
    }
    expect(judged(contract, '9007199254740993.25')).toBe('9007199254740993.25');
    expect(judged(contract, '9007199254740993.251')).toContain('not_multiple');
    expect(judged(contract, '90071992547409.25')).toBe('90071992547409.25');
    expect(judged(contract, '9007199254740.993')).toContain('not_multiple');
  });

  it.each(steps)('of any size: %s', (_, of) => {
    expect(judged(of(0.0001), '0.0075')).toBe('0.0075');
    expect(judged(of(0.07), '2.03')).toBe('2.03');
    expect(judged(of(0.3), '0.9')).toBe('0.9');
    expect(judged(of(0.3), '1')).toContain('not_multiple');
    expect(judged(of(2.5), '1e300')).not.toContain('found');
    expect(judged(of(1e-8), '12391239123')).toBe('12391239123');
  });
});

describe('what is coerced must be a number or spell one', () => {
  const coerced = inZod(z.coerce.number());
  it.each([
    ['"820982911946154508"', '820982911946154508'],
    ['" 12.50 "', '12.5'],
    ['7', '7'],
  ])('%s is %s', (sent, value) => expect(judged(coerced, sent)).toBe(value));
  it.each(['null', '""', 'true', '[]', '"0x10"', '"12abc"'])('%s is none', (sent) =>
    expect(judged(coerced, sent)).toContain('type'),
  );
  it('the same for bigint', () => {
    expect(judged(inZod(z.coerce.bigint()), '"12"')).toBe('12');
    for (const sent of ['null', '""', 'true', '[]'])
      expect(judged(inZod(z.coerce.bigint()), sent)).toContain('type');
  });
});

it('a contract has its typed column for each', () => {
  const { columns, jsonSchema } = defineContract({
    name: 'thing',
    version: '1.0.0',
    key: 'id',
    schema: z.object({
      id: z.bigint(),
      count: z.int(),
      at: z.codec(z.iso.datetime(), z.date(), {
        decode: (text) => new Date(text),
        encode: (date) => date.toISOString(),
      }),
    }),
  });
  expect(columns.map(({ name, type }) => `${name} ${type.kind}`)).toEqual([
    'id integer',
    'count integer',
    'at datetime',
  ]);
  expect(jsonSchema).toMatchObject({ properties: { id: { type: 'integer' } } });
});

it('an exact number is its digits as text, and exact as a bigint', () => {
  const number = new ExactNumber('820982911946154508');
  expect(`${number}`).toBe('820982911946154508');
  expect(BigInt(number as never)).toBe(820982911946154508n);
  expect(JSON.stringify({ list: [number] })).toBe('{"list":[820982911946154508]}');
});
