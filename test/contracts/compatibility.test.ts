import { describe, expect, it } from 'vitest';
import { findingsBetween } from '../../src/contracts/compatibility/index.ts';
import { contractFromJsonSchema, decimal, defineContract, eventId, z } from '../../src/contracts/index.ts';
import type { JsonObject } from '../../src/model/json.ts';

const contract = (schema: JsonObject, version = '1.0.0') =>
  contractFromJsonSchema({ 'x-contract': { name: 'thing', version }, type: 'object', ...schema });
const field = (a: JsonObject, more: JsonObject = {}) => ({ properties: { a }, ...more });
const text = { type: 'string' };
const required = { required: ['a'] };

/** What breaks, each as `direction path`. */
const broken = (before: JsonObject, after: JsonObject) =>
  findingsBetween(contract(before), contract(after, '2.0.0'))
    .map(({ breaks, path }) => `${breaks} ${path}`)
    .toSorted();

describe('what a change breaks', () => {
  it.each<[string, JsonObject, JsonObject, string[]]>([
    ['nothing', field(text), field(text), []],
    ['a new optional field', field(text), { properties: { a: text, b: text } }, []],
    ['a new required field', {}, field(text, required), ['backward /a']],
    ['a required field that goes', field(text, required), {}, ['forward /a']],
    ['optional to required', field(text), field(text, required), ['backward /a']],
    ['required to optional', field(text, required), field(text), ['forward /a']],
    ['closing', field(text), field(text, { additionalProperties: false }), ['backward ']],
    [
      'a new field of a closed contract',
      field(text, { additionalProperties: false }),
      { properties: { a: text, b: text }, additionalProperties: false },
      ['forward /b'],
    ],
    ['null allowed', field(text), field({ type: ['string', 'null'] }), ['forward /a']],
    ['integer to number', field({ type: 'integer' }), field({ type: 'number' }), ['forward /a', 'table /a']],
    ['text to number', field(text), field({ type: 'number' }), ['backward /a', 'forward /a', 'table /a']],
    [
      'closing by unevaluatedProperties',
      field(text),
      field(text, { unevaluatedProperties: false }),
      ['backward '],
    ],
    [
      'closing what its parts declare',
      { allOf: [field(text)] },
      { allOf: [field(text)], unevaluatedProperties: false },
      ['backward '],
    ],
    [
      'closing a list',
      field({ type: 'array' }),
      field({ type: 'array', unevaluatedItems: false }),
      ['backward /a'],
    ],
    [
      'a limit beside a reference',
      field({ $ref: '#/$defs/x' }, { $defs: { x: text } }),
      field({ $ref: '#/$defs/x', maxLength: 2 }, { $defs: { x: text } }),
      ['backward /a'],
    ],
    [
      'one alternative that was any',
      field({ anyOf: [{ type: 'integer' }, { type: 'number', minimum: 0 }] }),
      field({ oneOf: [{ type: 'integer' }, { type: 'number', minimum: 0 }] }),
      ['backward /a'],
    ],
    [
      'one alternative of several that are apart',
      field({ anyOf: [{ type: 'integer' }, text] }),
      field({ oneOf: [{ type: 'integer' }, text] }),
      [],
    ],
    [
      'counted contents',
      field({ type: 'array', contains: { const: 1 } }),
      field({ type: 'array', contains: { const: 1 }, minContains: 2 }),
      ['backward /a'],
    ],
    [
      'a field that ingest no longer fills',
      field({ type: 'string', format: 'date-time', 'x-envelope': 'received_at' }, required),
      field({ type: 'string', format: 'date-time' }, required),
      ['backward /a'],
    ],
    ['a choice more', field({ enum: ['x', 'y'] }), field({ enum: ['x', 'y', 'z'] }), ['forward /a']],
    ['a choice less', field({ enum: ['x', 'y'] }), field({ enum: ['x'] }), ['backward /a']],
    ['text to choices', field(text), field({ type: 'string', enum: ['x'] }), ['backward /a']],
    [
      'a higher minimum',
      field({ type: 'integer', minimum: 1 }),
      field({ type: 'integer', minimum: 2 }),
      ['backward /a'],
    ],
    [
      'exclusive',
      field({ type: 'number', minimum: 0 }),
      field({ type: 'number', exclusiveMinimum: 0 }),
      ['backward /a'],
    ],
    ['a longer text', field({ ...text, maxLength: 5 }), field({ ...text, maxLength: 9 }), ['forward /a']],
    [
      'another pattern',
      field({ ...text, pattern: 'x' }),
      field({ ...text, pattern: 'y' }),
      ['backward /a', 'forward /a'],
    ],
    ['a format that goes', field({ ...text, format: 'email' }), field(text), ['forward /a']],
    [
      'a finer step',
      field({ type: 'number', multipleOf: 0.01 }),
      field({ type: 'number', multipleOf: 0.001 }),
      ['forward /a', 'table /a'],
    ],
    [
      'within a list',
      field({ type: 'array', items: text }),
      field({ type: 'array', items: { type: 'number' } }),
      ['backward /a/*', 'forward /a/*'],
    ],
    [
      'within an object',
      field({ type: 'object', properties: { b: text } }),
      field({ type: 'object', properties: { b: text }, required: ['b'] }),
      ['backward /a/b'],
    ],
    [
      'behind a reference',
      { properties: { a: { $ref: '#/$defs/t' } }, $defs: { t: text } },
      field({ type: 'string' }),
      [],
    ],
    [
      'an alternative more',
      field({ anyOf: [text, { type: 'integer' }] }),
      field({ anyOf: [text, { type: 'integer' }, { type: 'boolean' }] }),
      ['forward /a'],
    ],
    [
      'the same alternatives in another order',
      field({ anyOf: [text, { type: 'integer' }] }),
      field({ type: ['integer', 'string'] }),
      [],
    ],
    ['parts', field(text), { allOf: [field(text), { required: ['a'] }] }, ['backward /a']],
    ['what refers to itself', field({ $ref: '#' }), field({ $ref: '#' }, required), ['backward /a']],
  ])('%s', (_, before, after, expected) => {
    const found = broken(before, after);
    expect(found.filter((one) => expected.includes(one))).toEqual(expected);
    expect(found.filter((one) => !expected.includes(one))).toEqual([]);
  });

  it('the key and the table belong to all versions', () => {
    const of = (header: object, version: string) =>
      contractFromJsonSchema({
        'x-contract': { name: 'thing', version, ...header },
        ...field(text, required),
      });
    const findings = findingsBetween(of({}, '1.0.0'), of({ key: 'a', table: 'other' }, '2.0.0'));
    expect(findings.map(({ breaks, reason }) => [breaks, reason])).toEqual([
      ['table', 'its table was thing, and is other'],
      ['table', 'its key was /event_id, and is /a'],
    ]);
  });

  it('the policies of repeats belong to all versions, and undeclared fields may be refused from now on', () => {
    const of = (header: object, version: string) =>
      contractFromJsonSchema({
        'x-contract': { name: 'thing', version, key: 'a', ...header },
        ...field(text, required),
      });
    const kinds = (before: object, after: object) =>
      findingsBetween(of(before, '1.0.0'), of(after, '2.0.0')).map(({ breaks, reason }) => [breaks, reason]);
    expect(kinds({}, { on_repeat: 'replace' })).toEqual([
      ['table', 'its `onRepeat` was keep, and is replace'],
    ]);
    for (const undeclared of ['reject', 'quarantine']) {
      expect(kinds({}, { undeclared })).toEqual([['backward', 'undeclared fields are refused']]);
      expect(kinds({ undeclared }, {})).toEqual([['forward', 'undeclared fields are refused']]);
    }
    expect(kinds({ undeclared: 'reject' }, { undeclared: 'quarantine' })).toEqual([]);
  });

  it('what ingest fills in need not be sent', () => {
    const of = (shape: z.ZodRawShape, version: string) =>
      defineContract({ name: 'thing', version, schema: z.object(shape) });
    const findings = findingsBetween(
      of({ total: decimal() }, '1.0.0'),
      of({ total: decimal(), event_id: eventId() }, '1.1.0'),
    );
    expect(findings).toEqual([]);
  });

  it('looks at each part of schemas that go on for ever once', () => {
    const deep = (inner: JsonObject) => ({
      properties: { a: { $ref: '#/$defs/n' } },
      $defs: {
        n: { type: 'object', properties: { l: { $ref: '#/$defs/n' }, r: { $ref: '#/$defs/n' }, ...inner } },
      },
    });
    const found = broken(deep({ v: text }), deep({ v: { type: 'integer' } }));
    expect(found).toEqual(['backward /a/v', 'forward /a/v']);
  });
});

it('code that is new or another cannot be compared', () => {
  const version = (version: string, schema: z.ZodObject) =>
    defineContract({ name: 'thing', version, schema, key: 'a' });
  const long = z.object({ a: z.string().refine((text) => text.length > 3) });
  const plain = z.object({ a: z.string() });
  const between = (one: z.ZodObject, other: z.ZodObject) =>
    findingsBetween(version('1.0.0', one), version('2.0.0', other)).map(
      ({ breaks, path }) => `${breaks} ${path}`,
    );
  expect(between(plain, long)).toEqual(['backward /a']);
  expect(between(long, plain)).toEqual(['forward /a']);
  expect(between(long, long)).toEqual([]);
  expect(
    between(
      plain,
      plain.refine(({ a }) => a !== 'x'),
    ),
  ).toEqual(['backward ']);
});
