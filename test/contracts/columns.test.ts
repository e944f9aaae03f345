import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { columnsOf } from '../../src/contracts/columns.ts';
import { contractFromJsonSchema } from '../../src/contracts/json-schema/compile.ts';
import { defineContract } from '../../src/contracts/zod/define.ts';
import * as fields from '../../src/contracts/fields/index.ts';
import { typeName } from '../../src/contracts/tables.ts';
import { parseExact } from '../../src/model/exact-json.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { Column } from '../../src/contracts/contract.ts';

const spelled = (columns: readonly Column[]) =>
  Object.fromEntries(columns.map(({ name, type }) => [name, typeName(type)]));
const spelledOf = (schema: JsonObject) =>
  Object.fromEntries([...columnsOf(schema)].map(([name, { type }]) => [name, typeName(type)]));
const typeOf = (schema: JsonObject, definitions: JsonObject = {}) =>
  spelledOf({ properties: { field: schema }, definitions })['field'];

describe('the columns of a contract', () => {
  it('hold each whole number of 64 bits without a sign', () => {
    const zod = defineContract({
      name: 'x',
      version: '1.0.0',
      key: 'n',
      schema: z.object({ n: z.uint64() }),
    });
    const json = contractFromJsonSchema({
      'x-contract': { name: 'x', version: '1.0.0', key: 'n' },
      required: ['n'],
      properties: { n: { type: 'integer', format: 'uint64' } },
    });
    for (const contract of [zod, json]) {
      expect(spelled(contract.columns)).toEqual({ n: 'decimal(20,0)' });
      const event = parseExact('{"n":18446744073709551615}') as JsonObject;
      expect(contract.validate(event).ok).toBe(true);
    }
  });

  it('come from the helpers and from plain Zod alike', () => {
    const schema = z.object({
      id: fields.uuid(),
      at: fields.datetime().optional(),
      day: fields.date().nullish(),
      amount: fields.decimal({ precision: 12, scale: 2 }),
      count: fields.integer(),
      source: fields.sourceName('x'),
      mail: fields.email(),
      text: z.string().nullable(),
      when: z.iso.datetime(),
      whole: z.int(),
      real: z.number().default(1),
      flag: z.boolean(),
      kind: z.enum(['a', 'b']),
      list: z.array(z.string()),
      inner: z.object({ a: z.string() }),
      either: z.union([z.string(), z.number()]),
      anything: z.unknown(),
      own: z.string().meta({ 'x-column': 'json' }),
    });
    expect(spelled(defineContract({ name: 'x', version: '1', key: 'id', schema }).columns)).toEqual({
      id: 'uuid',
      at: 'datetime',
      day: 'date',
      amount: 'decimal(12,2)',
      count: 'integer',
      source: 'string',
      mail: 'string',
      text: 'string',
      when: 'datetime',
      whole: 'integer',
      real: 'number',
      flag: 'boolean',
      kind: 'string',
      list: 'json',
      inner: 'json',
      either: 'json',
      anything: 'json',
      own: 'json',
    });
  });

  it.each<[JsonObject, string]>([
    [{ type: 'string' }, 'string'],
    [{ type: ['string', 'null'], format: 'date-time' }, 'datetime'],
    [{ type: 'string', format: 'constructor' }, 'string'],
    [{ type: ['integer', 'number'] }, 'number'],
    [{ type: ['integer', 'string'] }, 'json'],
    [{ type: 'number', multipleOf: 0.01 }, 'decimal(38,2)'],
    [{ type: 'number', multipleOf: 0.25 }, 'decimal(38,2)'],
    [{ type: 'number', multipleOf: 1e-9 }, 'decimal(38,9)'],
    [{ type: 'number', multipleOf: 5 }, 'number'],
    [{ enum: ['a', 'b', null] }, 'string'],
    [{ enum: [1, 2.5] }, 'number'],
    [{ const: true }, 'boolean'],
    [{ type: 'null' }, 'json'],
    [{ anyOf: [{ type: 'string', format: 'uuid' }, { type: 'null' }] }, 'uuid'],
    [{ oneOf: [{ type: 'string', format: 'date' }, { type: 'string' }] }, 'string'],
    [{ anyOf: [{ type: 'string' }, { type: 'object' }] }, 'json'],
    [{ allOf: [{ description: 'x' }, { type: 'integer' }] }, 'integer'],
    [{ type: ['number', 'string'], 'x-column': 'decimal(10,4)' }, 'decimal(10,4)'],
    [{}, 'json'],
  ])('%j is %s', (schema, type) => expect(typeOf(schema)).toBe(type));

  it('follow references, also those that go in circles', () => {
    expect(
      typeOf({ $ref: '#/definitions/a~1b' }, { 'a/b': { $ref: '#/definitions/c' }, c: { type: 'integer' } }),
    ).toBe('integer');
    expect(typeOf({ $ref: '#/definitions/loop' }, { loop: { $ref: '#/definitions/loop' } })).toBe('json');
    expect(typeOf({ $ref: '#' })).toBe('json');
  });

  it('include the fields of all alternatives, each with a type that holds them all', () => {
    const branch = (state: JsonObject, more: JsonObject = {}): JsonObject => ({
      properties: { state, ...more },
    });
    const schema = {
      properties: { id: { type: 'integer' } },
      oneOf: [
        branch({ const: 'open' }),
        branch({ const: 'closed' }, { closed_at: { type: 'string', format: 'date-time' } }),
      ],
      allOf: [branch({ type: 'string' }, { id: { type: 'number' } })],
    };
    expect(spelledOf(schema)).toEqual({ id: 'number', state: 'string', closed_at: 'datetime' });
  });

  it.each(['text', 'decimal(40,2)', 'decimal(2,3)', 7])('refuse the x-column %j', (type) => {
    expect(() => typeOf({ 'x-column': type })).toThrow(expect.objectContaining({ code: 'contract_invalid' }));
  });
});

it.each([true, false])('a field that is declared as %s has a column', (a) => {
  const { columns } = contractFromJsonSchema({
    'x-contract': { name: 'thing', version: '1.0.0' },
    properties: { a },
  });
  expect(spelled(columns)).toEqual({ a: 'json' });
});
