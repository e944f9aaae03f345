import { describe, expect, it } from 'vitest';
import { contractFromJsonSchema } from '../../src/contracts/json-schema/compile.ts';
import type { JsonObject } from '../../src/model/json.ts';

const draft7 = 'http://json-schema.org/draft-07/schema#';
const header = { name: 'sample', version: '1.0.0' };
const contract = (schema: JsonObject) => contractFromJsonSchema({ 'x-contract': header, ...schema });

/** Path, code and found type of each violation. */
const faults = (schema: JsonObject, event: JsonObject): string[] => {
  const result = contract(schema).validate(event);
  return result.ok ? [] : result.violations.map(({ path, code, found }) => `${path} ${code} ${found}`);
};

describe('a contract in JSON Schema', () => {
  it('takes its name, table, key and the rest from x-contract', () => {
    const schema: JsonObject = {
      'x-contract': {
        name: 'user.signed-up',
        version: '1.2',
        key: ['id', '/account/id'],
        aliases: { '/id': ['user_id'] },
        topic: 'sign_ups',
        description: 'Someone signed up.',
      },
      properties: { id: { type: 'integer' }, account: { type: 'object' } },
    };
    expect(contractFromJsonSchema(schema)).toMatchObject({
      name: 'user.signed-up',
      version: '1.2.0',
      table: 'user_signed_up',
      key: ['/id', '/account/id'],
      aliases: { '/id': ['user_id'] },
      topic: 'sign_ups',
      description: 'Someone signed up.',
      columns: [
        { name: 'id', type: { kind: 'integer' } },
        { name: 'account', type: { kind: 'json' } },
      ],
      open: true,
      jsonSchema: schema,
    });
  });

  it("has the event's id as its key, and fills it in only where the contract says so", () => {
    const without = contract({ properties: { n: {} }, additionalProperties: false });
    expect([without.key, without.envelopeDefaults, without.open]).toEqual([['/event_id'], [], false]);
    const text = contract({
      properties: { event_id: { type: 'string', format: 'uuid' } },
      required: ['event_id'],
    });
    expect(text.envelopeDefaults).toEqual([]);
    expect(text.validate({})).toMatchObject({
      ok: false,
      violations: [{ path: '/event_id', code: 'required' }],
    });
    const filled = contract({ properties: { event_id: { type: 'string', 'x-envelope': 'request_id' } } });
    expect(filled.envelopeDefaults).toEqual([{ field: 'event_id', from: 'request_id' }]);
  });

  it('takes values as they come, and returns the event itself', () => {
    const event = { amount: 5, more: ['x'] };
    expect(contract({ properties: { amount: { type: 'number' } } }).validate(event)).toEqual({
      ok: true,
      value: event,
    });
    expect(faults({ properties: { amount: { type: 'number' } } }, { amount: '5' })).toEqual([
      '/amount type string',
    ]);
  });

  it('may have parts with an `$id` of their own, from which references start', () => {
    const inner = {
      $id: 'https://example.org/inner',
      $defs: { n: { type: 'integer' } },
      properties: { a: { $ref: '#/$defs/n' } },
    };
    expect(faults({ properties: { o: inner } }, { o: { a: 1 } })).toEqual([]);
    expect(faults({ properties: { o: inner } }, { o: { a: 'x' } })).toHaveLength(1);
  });

  it('follows the draft that it names', () => {
    const tuple = { items: [{ type: 'string' }], additionalItems: false };
    expect(faults({ $schema: draft7, properties: { t: tuple } }, { t: ['a', 'b'] })).toHaveLength(1);
    const prefix = { prefixItems: [{ type: 'string' }], items: false };
    const newer = 'https://json-schema.org/draft/2020-12/schema';
    expect(faults({ $schema: newer, properties: { t: prefix } }, { t: ['a', 'b'] })).toEqual([
      '/t too_big array',
    ]);
    expect(faults({ properties: { t: prefix } }, { t: [1] })).toEqual(['/t/0 type integer']);
  });

  it.each<[string, JsonObject]>([
    ['`x-contract` is missing', { 'x-contract': 'sample' }],
    ['`x-contract.name` is missing', { 'x-contract': { version: '1.0.0' } }],
    ['`x-contract.version` is missing', { 'x-contract': { name: 'sample' } }],
    ['`x-contract.version` must be text', { 'x-contract': { name: 'sample', version: 1 } }],
    ['`version` must be', { 'x-contract': { name: 'sample', version: 'one' } }],
    ['`x-contract.key` must be', { 'x-contract': { ...header, key: [1] } }],
    [
      '`key` must be made of fields that the schema declares',
      { 'x-contract': { ...header, key: 'nowhere' } },
    ],
    ['`x-contract.aliases` must be', { 'x-contract': { ...header, aliases: { amount: ['x'] } } }],
    ['`x-contract.tabel` is not one of', { 'x-contract': { ...header, tabel: 'x' } }],
    ['#/definitions/none', { properties: { a: { $ref: '#/definitions/none' } } }],
    ['https://elsewhere.example', { properties: { a: { $ref: 'https://elsewhere.example/a.json' } } }],
    ['type must be', { type: 'text' }],
  ])('is refused, with file and remedy: %s', (problem, schema) => {
    const load = () => contractFromJsonSchema({ 'x-contract': header, ...schema }, 'sample.schema.json');
    const message = expect.stringMatching(/^sample\.schema\.json: /) as string;
    expect(load).toThrow(expect.objectContaining({ code: 'contract_invalid', message }));
    expect(load).toThrow(problem);
  });
});

describe('a pattern', () => {
  const escaped = { properties: { day: { pattern: '^\\d{4}\\-\\d\\d\\_$' } } };

  it('may escape what needs no escape', () => {
    expect(faults(escaped, { day: '2026-03_' })).toEqual([]);
    expect(faults(escaped, { day: '2026_03' })).toEqual([expect.stringMatching('^/day pattern')]);
  });

  it('sees characters, not their halves', () => {
    expect(faults({ properties: { face: { pattern: '^.$' } } }, { face: '\u{1F600}' })).toEqual([]);
  });

  it('is no pattern in an example', () => {
    expect(faults({ properties: { a: { examples: [{ pattern: '(' }] } } }, { a: 1 })).toEqual([]);
  });
});

describe('its violations', () => {
  it('are all that there are, each with its path, code and what was found', () => {
    const schema: JsonObject = {
      type: 'object',
      required: ['id', 'amount', 'a/b'],
      additionalProperties: false,
      properties: {
        id: { type: 'string', format: 'uuid' },
        amount: { type: 'number', exclusiveMinimum: 0, multipleOf: 0.5 },
        'a/b': { type: 'string', format: 'date-time' },
        code: { type: 'string', pattern: '^[A-Z]+$', maxLength: 3 },
        kind: { enum: ['a', 'b'] },
        flag: { const: true },
        items: { type: 'array', minItems: 3, items: { type: 'object', required: ['sku'] } },
      },
    };
    const event = {
      id: 'x',
      amount: -0.3,
      code: 'abcd',
      kind: 'c',
      flag: false,
      items: [{}, 1],
      extra: null,
    };
    expect(faults(schema, event).toSorted()).toEqual([
      '/amount not_multiple number',
      '/amount too_small number',
      '/a~1b required missing',
      '/code pattern string',
      '/code too_big string',
      '/extra undeclared null',
      '/flag enum boolean',
      '/id format string',
      '/items too_small array',
      '/items/0/sku required missing',
      '/items/1 type integer',
      '/kind enum string',
    ]);
  });

  it('tell what is wanted, without any value of the event', () => {
    const schema: JsonObject = {
      required: ['at'],
      properties: { at: { $ref: '#/$defs/at' }, mail: { type: 'string', format: 'email' } },
      $defs: { at: { type: ['string', 'null'], format: 'date-time' } },
    };
    expect(contract(schema).validate({ mail: 'secret' })).toEqual({
      ok: false,
      violations: [
        {
          path: '/at',
          code: 'required',
          message: 'Send /at as ISO 8601 date-time or null: it is missing.',
          expected: 'ISO 8601 date-time or null',
          found: 'missing',
        },
        {
          path: '/mail',
          code: 'format',
          message: 'Send /mail as e-mail address: found text of 6 characters.',
          expected: 'e-mail address',
          found: 'string',
        },
      ],
    });
  });

  it('are those of the alternative that a field like `action` names', () => {
    const action = (name: string, more: JsonObject): JsonObject => ({
      type: 'object',
      required: ['action', ...Object.keys(more)],
      properties: { action: { type: 'string', enum: [name] }, ...more },
    });
    const schema: JsonObject = {
      oneOf: [{ $ref: '#/definitions/opened' }, { $ref: '#/definitions/closed' }],
      definitions: {
        opened: action('opened', { title: { type: 'string' } }),
        closed: action('closed', { reason: { type: 'string' }, at: { type: 'string', format: 'date-time' } }),
      },
    };
    for (const $schema of [draft7, 'https://json-schema.org/draft/2020-12/schema']) {
      const event = { action: 'closed', at: 'now' };
      expect(faults({ $schema, ...schema }, event).toSorted()).toEqual([
        '/at format string',
        '/reason required missing',
      ]);
      expect(faults({ $schema, ...schema }, { action: 'lost' })).toEqual(['/action enum string']);
      expect(faults({ $schema, ...schema }, {})).toEqual(['/action required missing']);
      expect(faults({ $schema, ...schema }, { action: 'opened', title: 'x' })).toEqual([]);
    }
    const result = contract(schema).validate({ action: 'lost' });
    expect(result).toMatchObject({ violations: [{ expected: 'one of opened, closed' }] });
  });

  it('are those of the alternative whose JSON type fits', () => {
    const user = { type: 'object', required: ['id'], properties: { id: { type: 'integer' } } };
    const schema: JsonObject = {
      properties: {
        a: { oneOf: [{ $ref: '#/definitions/user' }, { type: 'null' }] },
        b: { anyOf: [{ $ref: '#/definitions/user' }, { type: 'null' }] },
        c: { anyOf: [{ type: 'string' }, { type: 'null' }] },
        d: { oneOf: [{ type: 'integer' }, { minimum: 3 }] },
        e: { $ref: '#/definitions/user' },
        f: { anyOf: [{ anyOf: [{ $ref: '#/definitions/user' }, { type: 'string' }] }, { type: 'null' }] },
      },
      definitions: { user },
    };
    expect(faults(schema, { a: { id: 'x' }, b: 7, c: 7, d: 5, e: {}, f: {} }).toSorted()).toEqual([
      '/a/id type string',
      '/b type integer',
      '/c type integer',
      '/d no_match integer',
      '/e/id required missing',
      '/f/id required missing',
    ]);
    expect(contract(schema).validate({ b: 7 })).toMatchObject({
      violations: [{ expected: 'object or null' }],
    });
  });

  it('are those of the alternative that a tag names, also where alternatives have alternatives', () => {
    const tagged = (tag: string, field: string): JsonObject => ({
      properties: { tag: { const: tag }, [field]: { type: 'string' } },
      required: ['tag', field],
    });
    const schema: JsonObject = {
      anyOf: [tagged('a', 'x'), { oneOf: [tagged('b', 'y'), tagged('b', 'z')] }, tagged('c', 'w')],
    };
    expect(faults(schema, { tag: 'a' })).toEqual(['/x required missing']);
    expect(faults(schema, { tag: 'b' })).toEqual([' no_match object']);
    expect(faults(schema, { tag: 'b', y: '', z: '' })).toEqual([' no_match object']);
    expect(faults(schema, { tag: 'b', y: '' })).toEqual([]);
    expect(contract(schema).validate({ tag: 'd', x: '', y: '', z: '', w: '' })).toMatchObject({
      violations: [{ path: '/tag', code: 'enum', expected: 'one of a, b, c' }],
    });
  });

  it('are no more than 50 for one event', () => {
    const list = { type: 'array', items: { type: 'object', required: ['x'] } };
    expect(faults({ properties: { list } }, { list: Array.from({ length: 1000 }, () => ({})) })).toHaveLength(
      50,
    );
  });

  it('do not cost the memory of an event with millions of faults', () => {
    const item: JsonObject = { anyOf: [{ type: 'object', required: ['x'] }, { type: 'null' }] };
    const flood = Array.from({ length: 1_000_000 }, () => ({}));
    const schema: JsonObject = { properties: { list: { type: 'array', items: item } } };
    expect(faults(schema, { list: flood })).toEqual(['/list/0/x required missing']);
    expect(faults(schema, { list: flood.slice(0, 9000) })).toHaveLength(50);
  });

  it('see only own fields: an inherited name is missing, and prototype keys are harmless', () => {
    const schema = { required: ['constructor'], properties: { toString: { type: 'string' } } };
    expect(faults(schema, {})).toEqual(['/constructor required missing']);
    const closed: JsonObject = { additionalProperties: false, properties: { n: {} } };
    const hostile = JSON.parse('{"n":1,"__proto__":{"n":"x"}}') as JsonObject;
    expect(faults(closed, hostile)).toEqual(['/__proto__ undeclared object']);
  });
});

describe('a discriminator', () => {
  it('is taken for the hint that it is in OpenAPI, and a field of that name for a field', () => {
    const schema: JsonObject = {
      discriminator: { propertyName: 'kind', mapping: {} },
      properties: { discriminator: { type: 'string' }, oneOf: { type: 'integer' } },
    };
    expect(faults(schema, { discriminator: 1, oneOf: 'x' })).toEqual([
      '/discriminator type integer',
      '/oneOf type string',
    ]);
  });

  it('does not let pass what is no object', () => {
    const part = (kind: string): JsonObject => ({
      type: 'object',
      required: ['kind'],
      properties: { kind: { const: kind } },
    });
    expect(faults({ properties: { part: { oneOf: [part('a'), part('b')] } } }, { part: 'a' })).toEqual([
      '/part type string',
    ]);
  });
});
