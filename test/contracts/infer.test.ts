import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { ContractRegistry, contractFromJsonSchema } from '../../src/contracts/index.ts';
import { Inference, type InferOptions } from '../../src/contracts/infer/index.ts';
import { parseExact } from '../../src/model/exact-json.ts';
import { type JsonObject, cloneJson, isObject } from '../../src/model/json.ts';

function infer(events: JsonObject[], options: Partial<InferOptions> = {}) {
  const inference = new Inference();
  for (const event of events) inference.add(event);
  const inferred = inference.result({ name: 'thing', ...options });
  const contract = contractFromJsonSchema(inferred.schema);
  return { ...inferred, contract, properties: inferred.schema['properties'] as Record<string, JsonObject> };
}

const many = (count: number, make: (at: number) => object): JsonObject[] =>
  Array.from({ length: count }, (_, at) => parseExact(JSON.stringify(make(at))) as JsonObject);

describe('what is inferred of a field', () => {
  it.each<[string, (at: number) => unknown, JsonObject]>([
    ['numbers', (at) => at, { type: 'integer' }],
    ['cents', (at) => at + 0.5, { type: 'number', multipleOf: 0.01 }],
    ['rates', (at) => at + 0.1234, { type: 'number', multipleOf: 0.0001 }],
    ['coordinates', (at) => at + 0.1234567, { type: 'number' }],
    ['amounts as text', (at) => `${at}.50`, { type: 'string', 'x-column': 'decimal(38,2)' }],
    ['zeros that lead', (at) => `00${at}`, { type: 'string', pattern: '^[0-9]+$' }],
    ['instants', (at) => `2026-01-01T00:00:${10 + at}Z`, { type: 'string', format: 'date-time' }],
    ['days', (at) => `2026-01-${10 + (at % 10)}`, { type: 'string', format: 'date' }],
    ['addresses', (at) => `a${at}@example.org`, { type: 'string', format: 'email' }],
    ['null at times', (at) => (at === 0 ? null : true), { type: ['boolean', 'null'] }],
    ['a few codes', (at) => ['open', 'paid', 'void'][at % 3], { enum: ['open', 'paid', 'void'] }],
    ['two types', (at) => (at % 2 === 0 ? at : `n${at}`), { type: ['string', 'integer'] }],
    ['always null', () => null, { $comment: 'always null so far' }],
  ])('%s', (_, make, schema) => {
    expect(infer(many(30, (at) => ({ a: make(at) }))).properties['a']).toMatchObject(schema);
  });

  it.each(['820982911946154508', '1234567890123456789', '9223372036854775807', '-9223372036854775808'])(
    '%s is an integer, as BIGINT holds it; with a larger one it is a number',
    (id) => {
      const events = [id, '9223372036854775808'].map((one) => parseExact(`{"id":${one}}`) as JsonObject);
      expect(infer([events[0]!]).properties['id']).toMatchObject({ type: 'integer' });
      expect(infer(events).properties['id']).toMatchObject({ type: 'number' });
    },
  );

  it('says the counts behind a choice', () => {
    const { properties } = infer(
      many(40, (at) => ({ state: at % 4 === 0 ? 'open' : 'paid', ...(at < 10 ? { b: 1 } : {}) })),
    );
    expect(properties['state']).toMatchObject({ $comment: '40 texts: paid 30, open 10' });
    expect(properties['b']).toMatchObject({ $comment: 'optional: in 10 of 40' });
  });

  it('takes names that are data for a map, and keeps its memory in bounds', () => {
    const { properties } = infer(
      many(50, (at) => ({ prices: { [`sku-${at}0001`]: at, [`sku-${at}0002`]: 1 } })),
    );
    expect(properties['prices']).toMatchObject({ additionalProperties: { type: 'integer' } });
    const random = many(60, (at) =>
      Object.fromEntries(Array.from({ length: 500 }, (_, name) => [`f${at}x${name}`, 1])),
    );
    expect(infer(random).notes).toContainEqual(expect.stringContaining('more fields than'));
  });
});

describe('names that no column can have', () => {
  it('get another column, so that the contract can be read', () => {
    const inference = new Inference();
    for (let id = 0; id < 30; id++)
      inference.add({ id, Id2: 'a', id2: 'b', ID2: 'c', _source: 'x', source: 'y', '': 1, _extra: null });
    const { schema, notes } = inference.result({ name: 'odd' });
    expect((schema['x-contract'] as JsonObject)['columns']).toEqual({
      '/id2': 'id2_2',
      '/ID2': 'ID2_3',
      '/_source': 'source_2',
      '/': 'field',
      '/_extra': 'extra',
    });
    expect(notes).toContain('the field "ID2" has the column ID2_3, as no column can have its name');
    const registry = new ContractRegistry();
    registry.register(contractFromJsonSchema(schema));
    expect(registry.tables()).toHaveLength(1);
  });
});

describe('the key', () => {
  it.each<[string, (at: number) => object, string | undefined]>([
    ['an id that never comes twice', (at) => ({ id: `e${at}`, user_id: 'u1', at: `t${at}` }), '/id'],
    ['an id within', (at) => ({ type: 'x', data: { order_id: at } }), '/data/order_id'],
    ['none, as ids repeat', (at) => ({ id: at % 3, created: at }), undefined],
    ['none, as one is empty', (at) => ({ id: at === 3 ? '' : `e${at}` }), undefined],
    ['none, as one has no id', (at) => (at === 3 ? {} : { id: at }), undefined],
  ])('is %s', (_, make, key) => {
    const { schema, contract } = infer(many(12, make));
    expect((schema['x-contract'] as JsonObject)['key']).toBe(key);
    expect(contract.key).toEqual([key ?? '/event_id']);
  });
});

/** Ten ways to break an event, on a field that is always there; undefined when it has none of that kind. */
function broken(event: JsonObject, schema: JsonObject): JsonObject[] {
  const required = schema['required'] as string[];
  const properties = schema['properties'] as Record<string, JsonObject>;
  return required.slice(0, 5).flatMap((name) => {
    const gone = cloneJson(event);
    delete gone[name];
    const wrong = cloneJson(event);
    wrong[name] = isObject(event[name]) ? 'an object' : { text: 'an object' };
    return properties[name]?.['$comment'] === 'always null so far' ? [gone] : [gone, wrong];
  });
}

interface Sender {
  name: string;
  examples: JsonObject[];
}
const github = createRequire(import.meta.url)('@octokit/webhooks-examples') as {
  default?: Sender[];
} & Sender[];
const senders = (github.default ?? github).filter(({ examples }) => examples.length >= 5).slice(0, 3);

describe('events of GitHub', () => {
  it.each(senders)('$name: its contract accepts them all, and refuses broken ones', ({ examples }) => {
    const { contract, schema } = infer(examples);
    for (const event of examples) expect(contract.validate(event)).toMatchObject({ ok: true });
    const faulty = broken(examples[0]!, schema);
    expect(faulty.length).toBeGreaterThanOrEqual(4);
    for (const event of faulty) expect(contract.validate(event)).toMatchObject({ ok: false });
  });
});

it('of an object of which few were seen, a like one elsewhere tells what is required', () => {
  const user = (id: number) => ({ login: `u${id}`, node: id, url: `https://x.org/${id}`, admin: false });
  const events = many(12, (at) => ({
    id: at,
    owner: user(at),
    ...(at === 3 && { reviewer: { ...user(at), note: 'x' } }),
    ...(at === 4 && { place: { street: 'a', zip: 'b', city: 'c', country: 'd' } }),
  }));
  const { properties } = infer(events);
  expect(properties['reviewer']!['required']).toEqual(['login', 'node', 'url', 'admin']);
  expect(properties['place']!['required']).toBeUndefined();
});
