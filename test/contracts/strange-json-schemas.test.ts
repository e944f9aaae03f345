import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { contractFromJsonSchema, defineContract } from '../../src/contracts/index.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { event, judge } from './strange.ts';

/** Schemas that strangers bring: which events each takes, which not, and the column of its field `a`. */
type Case = [what: string, schema: object, taken: string[], refused: string[], column?: string];

const header = { 'x-contract': { name: 'thing', version: '1.0.0' } };

const a = (schema: unknown, more: object = {}): object => ({
  type: 'object',
  properties: { a: schema },
  ...more,
});
const draft = (number: string): object => ({ $schema: `http://json-schema.org/draft-${number}/schema#` });
const openApi = { $schema: 'https://spec.openapis.org/oas/3.0/schema/2021-09-28' };

describe('JSON Schema', () => {
  it.each<Case>([
    [
      'alternatives within alternatives',
      a({ anyOf: [{ oneOf: [{ type: 'integer' }, { type: 'string', format: 'date' }] }, { type: 'null' }] }),
      ['{"a":1}', '{"a":"2026-01-15"}', '{"a":null}', '{}'],
      ['{"a":1.5}', '{"a":"soon"}', '{"a":[]}'],
      'json',
    ],
    [
      'a tree',
      a(
        { $ref: '#/$defs/node' },
        {
          $defs: {
            node: {
              type: 'object',
              required: ['v'],
              properties: {
                v: { type: 'integer' },
                children: { type: 'array', items: { $ref: '#/$defs/node' } },
              },
            },
          },
        },
      ),
      ['{"a":{"v":1,"children":[{"v":2,"children":[]}]}}'],
      ['{"a":{"v":1,"children":[{"children":[]}]}}', '{"a":{"v":"1"}}'],
      'json',
    ],
    [
      'itself',
      { type: 'object', required: ['a'], properties: { a: { type: 'integer' }, next: { $ref: '#' } } },
      ['{"a":1,"next":{"a":2}}'],
      ['{"a":1,"next":{}}', '{"a":1,"next":2}'],
      'integer',
    ],
    [
      'patternProperties and no others',
      {
        type: 'object',
        patternProperties: { '^x-': { type: 'string' }, '^\\d+$': { type: 'integer' } },
        additionalProperties: false,
      },
      ['{"x-a":"b","12":3}', '{}'],
      ['{"x-a":1}', '{"12":"3"}', '{"b":1}'],
    ],
    [
      'a very long enum',
      a({ enum: Array.from({ length: 5000 }, (_, at) => `code-${at}`) }),
      ['{"a":"code-4999"}'],
      ['{"a":"code-5000"}', '{"a":4999}'],
      'string',
    ],
    [
      'names in any script, and numbers as names',
      {
        type: 'object',
        required: ['größe', '数量', '1'],
        properties: {
          größe: { type: 'number' },
          数量: { type: 'integer' },
          1: { type: 'boolean' },
          '🦆': {},
          'a/b~c': { type: 'string' },
        },
      },
      ['{"größe":1.5,"数量":2,"1":true,"🦆":null,"a/b~c":"x"}'],
      ['{"größe":1.5,"数量":2}', '{"größe":1.5,"数量":2,"1":true,"a/b~c":1}'],
    ],
    [
      '$id with a fragment (draft 7)',
      {
        ...draft('07'),
        ...a({ $ref: '#money' }, { definitions: { m: { $id: '#money', type: 'integer' } } }),
      },
      ['{"a":5}'],
      ['{"a":"5"}'],
    ],
    [
      '$anchor',
      a({ $ref: '#money' }, { $defs: { m: { $anchor: 'money', type: 'integer' } } }),
      ['{"a":5}'],
      ['{"a":"5"}'],
    ],
    [
      '$id as an address, referred to by a relative one',
      {
        $id: 'https://example.com/order.json',
        ...a({ $ref: 'money.json' }, { $defs: { m: { $id: 'money.json', type: 'integer' } } }),
      },
      ['{"a":5}'],
      ['{"a":"5"}'],
    ],
    [
      'id and exclusive limits of draft 4',
      {
        ...draft('04'),
        id: 'https://example.com/order',
        ...a({ type: 'number', minimum: 0, exclusiveMinimum: true }),
      },
      ['{"a":0.1}'],
      ['{"a":0}', '{"a":-1}'],
      'number',
    ],
    [
      'schemas that are true or false',
      { type: 'object', properties: { a: true, b: false } },
      ['{"a":[1]}', '{}'],
      ['{"b":1}'],
      'json',
    ],
    [
      'if, then, else',
      event(
        `{"type":"object","properties":{"kind":{"type":"string"},"a":{}},
          "if":{"properties":{"kind":{"const":"card"}},"required":["kind"]},
          "then":{"required":["a"]},"else":{"properties":{"a":{"type":"null"}}}}`,
      ),
      ['{"kind":"card","a":1}', '{"kind":"cash","a":null}', '{}'],
      ['{"kind":"card"}', '{"kind":"cash","a":1}'],
    ],
    [
      'dependentSchemas and dependentRequired',
      {
        type: 'object',
        dependentSchemas: { card: { required: ['a'], properties: { a: { type: 'string' } } } },
        dependentRequired: { b: ['c'] },
      },
      ['{"card":1,"a":"x"}', '{"b":1,"c":2}', '{}'],
      ['{"card":1}', '{"card":1,"a":2}', '{"b":1}'],
    ],
    [
      'dependencies of draft 7, both kinds',
      { ...draft('07'), type: 'object', dependencies: { b: ['c'], d: { required: ['e'] } } },
      ['{"b":1,"c":1,"d":1,"e":1}'],
      ['{"b":1}', '{"d":1}'],
    ],
    [
      'discriminator, nullable and readOnly of OpenAPI 3.0',
      {
        ...openApi,
        ...a(
          {
            oneOf: [{ $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Dog' }],
            discriminator: { propertyName: 'kind', mapping: { cat: '#/components/schemas/Cat' } },
          },
          {
            components: {
              schemas: {
                Cat: {
                  type: 'object',
                  required: ['kind', 'lives'],
                  properties: {
                    kind: { type: 'string', enum: ['cat'] },
                    lives: { type: 'integer', nullable: true, readOnly: true },
                  },
                },
                Dog: {
                  type: 'object',
                  required: ['kind'],
                  properties: { kind: { type: 'string', enum: ['dog'] } },
                },
              },
            },
          },
        ),
      },
      ['{"a":{"kind":"cat","lives":null}}', '{"a":{"kind":"dog"}}'],
      ['{"a":{"kind":"cat"}}', '{"a":{"kind":"bird"}}'],
      'json',
    ],
    [
      'nullable: false without a type',
      { ...openApi, ...a({ allOf: [{ type: 'string' }, { nullable: false, description: 'never null' }] }) },
      ['{"a":"x"}'],
      ['{"a":null}', '{"a":1}'],
      'string',
    ],
    [
      'unevaluatedProperties across allOf',
      {
        type: 'object',
        allOf: [{ properties: { a: { type: 'integer' } } }],
        properties: { b: {} },
        unevaluatedProperties: false,
      },
      ['{"a":1,"b":2}'],
      ['{"a":1,"c":2}'],
      'integer',
    ],
    [
      'a tuple',
      a({ type: 'array', prefixItems: [{ type: 'string' }, { type: 'integer' }], items: false }),
      ['{"a":["x",1]}', '{"a":["x"]}'],
      ['{"a":["x",1,2]}', '{"a":[1]}'],
      'json',
    ],
    [
      'a tuple of draft 7',
      {
        ...draft('07'),
        ...a({ type: 'array', items: [{ type: 'string' }], additionalItems: { type: 'integer' } }),
      },
      ['{"a":["x",1,2]}'],
      ['{"a":["x","y"]}'],
    ],
    [
      'contains, counted',
      a({ type: 'array', contains: { const: 1 }, minContains: 2, maxContains: 3 }),
      ['{"a":[1,1]}'],
      ['{"a":[1]}', '{"a":[1,1,1,1]}'],
    ],
    [
      'propertyNames',
      { type: 'object', propertyNames: { pattern: '^[a-z]+$' } },
      ['{"abc":1}'],
      ['{"ABC":1}'],
    ],
    ['not', a({ not: { enum: ['void', null] } }), ['{"a":"open"}'], ['{"a":"void"}', '{"a":null}']],
    [
      'const of an object with numbers',
      a({ const: { x: [1, 2.5] } }),
      ['{"a":{"x":[1.0,2.50]}}'],
      ['{"a":{"x":[1,2.6]}}'],
      'json',
    ],
    [
      'exact limits beyond floats',
      a(event('{"type":"integer","minimum":9007199254740993}')),
      ['{"a":9007199254740993}'],
      ['{"a":9007199254740992}'],
      'integer',
    ],
    [
      'names that objects have',
      {
        type: 'object',
        required: ['constructor', 'toString'],
        properties: { constructor: { type: 'string' }, toString: { type: 'integer' } },
      },
      ['{"constructor":"x","toString":1}'],
      ['{}', '{"constructor":1,"toString":1}'],
    ],
    [
      'several types',
      a({ type: ['integer', 'boolean', 'null'] }),
      ['{"a":1}', '{"a":true}', '{"a":null}'],
      ['{"a":"1"}'],
      'json',
    ],
    [
      'format and pattern together',
      a({ type: 'string', format: 'uri', pattern: '^https:' }),
      ['{"a":"https://x.org"}'],
      ['{"a":"ftp://x.org"}', '{"a":"https: x"}'],
      'string',
    ],
    [
      'a pattern with classes of Unicode',
      a({ type: 'string', pattern: '^\\p{Lu}\\p{L}*$' }),
      ['{"a":"Äpfel"}'],
      ['{"a":"äpfel"}'],
      'string',
    ],
    [
      'annotations of other tools',
      a({ type: 'integer', 'x-faker': 'x', deprecated: true, $comment: 'x', examples: [{ type: 'string' }] }),
      ['{"a":1}'],
      ['{"a":"1"}'],
      'integer',
    ],
  ])('%s', (_, schema, taken, refused, column) => {
    judge(contractFromJsonSchema({ ...(schema as JsonObject), ...header }), taken, refused, column);
  });
});

describe('a reference that leads back to itself', () => {
  it.each<[string, object]>([
    ['by allOf', { allOf: [{ $ref: '#' }] }],
    ['by alternatives', { anyOf: [{ type: 'string' }, { $ref: '#' }] }],
    ['by a negation', { not: { $ref: '#' } }],
    ['under a condition', { if: { $ref: '#' } }],
    ['by an anchor', { $anchor: 'me', oneOf: [{ $ref: '#me' }] }],
    [
      'by its name',
      { $id: 'https://example.com/me', dependentSchemas: { a: { $ref: 'https://example.com/me' } } },
    ],
    [
      'by two definitions',
      { $ref: '#/$defs/b', $defs: { b: { allOf: [{ $ref: '#/$defs/c' }] }, c: { $ref: '#/$defs/b' } } },
    ],
    ['in a field', a({ $ref: '#/$defs/b' }, { $defs: { b: { allOf: [{ $ref: '#/$defs/b' }] } } })],
    ['by $dynamicRef', { $dynamicAnchor: 'me', allOf: [{ $dynamicRef: '#me' }] }],
    [
      'by $recursiveRef',
      { $schema: 'https://json-schema.org/draft/2019-09/schema', allOf: [{ $recursiveRef: '#' }] },
    ],
  ])('%s is refused when it is read', (_, schema) => {
    expect(() => contractFromJsonSchema({ ...(schema as JsonObject), ...header })).toThrow(
      /leads back to itself without going into the event.*refer to it from a field/,
    );
  });

  it('in Zod too', () => {
    type Loop = z.ZodType<{ a: string }>;
    const loop: Loop = z.lazy((): Loop => z.union([z.object({ a: z.string() }), loop]));
    expect(() => defineContract({ name: 'thing', version: '1.0.0', schema: loop })).toThrow(
      /leads back to itself/,
    );
  });
});
