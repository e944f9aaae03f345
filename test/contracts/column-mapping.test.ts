import { describe, expect, it } from 'vitest';
import { columnPointer } from '../../src/contracts/mapping.ts';
import { contractFromJsonSchema } from '../../src/contracts/json-schema/compile.ts';
import { tablesOf, typeName } from '../../src/contracts/tables.ts';
import { type ContractDefinition, decimal, defineContract, integer, z } from '../../src/index.ts';
import { createRowMaker } from '../../src/load/row.ts';
import { parseExact } from '../../src/model/exact-json.ts';
import type { JsonObject } from '../../src/model/json.ts';

const schema = z.object({
  id: z.string(),
  type: z.string(),
  data: z.object({
    object: z.object({
      id: z.string(),
      amount: decimal({ precision: 12, scale: 2 }).meta({ description: 'What the customer pays' }),
      card: z.object({ last4: z.string() }).optional(),
    }),
  }),
  livemode: z.boolean().optional(),
});
const define = (more: Partial<ContractDefinition>) =>
  defineContract({ name: 'charge', version: '1.0.0', key: '/data/object/id', schema, ...more });
const columns = { '/data/object/amount': 'amount', '/data/object/id': 'charge_id', '/id': 'event_id' };
const facts = {
  requestId: '018f3c6e-0000-7000-8000-000000000000',
  receivedAt: 0,
  source: 'stripe',
  repair: undefined,
  text: undefined,
  changed: undefined,
};
function valuesOf(contract: ReturnType<typeof define>, event: JsonObject) {
  const validation = contract.validate(event);
  if (!validation.ok) throw new Error(JSON.stringify(validation.violations));
  const { values, extra } = createRowMaker(contract)(validation.value, facts);
  return { ...values, ...(extra && { _extra: extra }) } as JsonObject;
}

describe('fields that are mapped to columns', () => {
  it('have the types, names and descriptions of their declarations; what is not mapped stays', () => {
    const [table] = tablesOf([define({ columns })]);
    expect(table!.columns.map(({ name, type, required }) => [name, typeName(type), required])).toEqual([
      ['type', 'string', true],
      ['data', 'json', undefined],
      ['livemode', 'boolean', undefined],
      ['amount', 'decimal(12,2)', true],
      ['charge_id', 'string', true],
      ['event_id', 'string', true],
    ]);
    expect(table!.columns.find(({ name }) => name === 'amount')!.description).toBe('What the customer pays');
    expect(table!.key).toEqual(['/charge_id']);
  });

  it('are taken out of the JSON column around them, which keeps the rest', () => {
    const event = {
      id: 'evt_1',
      type: 'charge',
      data: { object: { id: 'ch_1', amount: 19.99, card: { last4: '4242' }, note: 'undeclared' } },
      coupon: 'X',
    };
    expect(valuesOf(define({ columns }), event)).toEqual({
      type: 'charge',
      data: { object: { card: { last4: '4242' }, note: 'undeclared' } },
      amount: 19.99,
      charge_id: 'ch_1',
      event_id: 'evt_1',
      _extra: { coupon: 'X' },
    });
  });

  it('leave no empty objects behind, and nothing to say of what was not sent', () => {
    const all = { ...columns, '/data/object/card/last4': 'last4' };
    const event = { id: 'evt_1', type: 'charge', data: { object: { id: 'ch_1', amount: 1 } } };
    expect(valuesOf(define({ columns: all }), event)).not.toHaveProperty('data');
    expect(valuesOf(define({ columns: all }), event)).not.toHaveProperty('last4');
  });

  it('stay in a field around them that is mapped itself', () => {
    const event = { id: 'evt_1', type: 'charge', data: { object: { id: 'ch_1', amount: 1 } } };
    const values = valuesOf(define({ columns: { ...columns, '/data': 'payload' } }), event);
    expect(values).toMatchObject({ payload: event.data, amount: 1 });
    expect(values).not.toHaveProperty('data');
  });

  it('are exact whatever their size', () => {
    const event = parseExact(
      '{"id":"e","type":"t","data":{"object":{"id":"c","amount":1234567890.10}}}',
    ) as JsonObject;
    expect(valuesOf(define({ columns }), event)['amount']).toBe(1234567890.1);
    const big = defineContract({
      name: 'big',
      version: '1.0.0',
      schema: z.object({ data: z.object({ id: integer() }) }),
      columns: { '/data/id': 'id' },
    });
    const huge = parseExact('{"data":{"id":820982911946154508}}') as JsonObject;
    expect(valuesOf(big as never, huge)).toEqual({ id: '820982911946154508', event_id: facts.requestId });
  });

  it('may be written in JSON Schema', () => {
    const contract = contractFromJsonSchema({
      'x-contract': {
        name: 'push',
        version: '1.0.0',
        key: '/head_commit/id',
        columns: { '/head_commit/id': 'commit', '/pusher/name': 'pusher_name' },
      },
      type: 'object',
      required: ['head_commit'],
      properties: {
        head_commit: { $ref: '#/definitions/commit' },
        pusher: { properties: { name: { type: ['string', 'null'] } } },
      },
      definitions: { commit: { type: 'object', required: ['id'], properties: { id: { type: 'string' } } } },
    });
    expect(contract.columns.map(({ name, required }) => [name, required])).toEqual([
      // All of it may have columns of its own, and then it is NULL.
      ['head_commit', undefined],
      ['pusher', undefined],
      ['commit', true],
      ['pusher_name', undefined],
    ]);
    expect(columnPointer(contract.columns, '/head_commit/id')).toBe('/commit');
  });

  it.each<[RegExp, Record<string, string>]>([
    [/\/data\/object\/amuont, which the schema does not declare/, { '/data/object/amuont': 'amount' }],
    [/"amount", which is no JSON Pointer/, { amount: 'amount' }],
    [
      /two fields for the column type, \/type and \/data\/object\/id: give one another column/,
      { '/data/object/id': 'type' },
    ],
    [/differ in case only/, { '/data/object/id': 'TYPE' }],
    [/empty name/, { '/data/object/id': ' ' }],
  ])('are refused when the contract is read: %s', (message, columns) => {
    expect(() => define({ columns })).toThrow(message);
  });

  it("are refused as columns of Data Sentinel's own", () => {
    expect(() => tablesOf([define({ columns: { '/data/object/id': '_Source' } })])).toThrow(
      /_Source, which is a column of Data Sentinel's own/,
    );
  });

  it('free a name that a table could not have twice', () => {
    const both = contractFromJsonSchema({
      'x-contract': { name: 'both', version: '1.0.0', columns: { '/Id': 'other_id' } },
      properties: { id: { type: 'string' }, Id: { type: 'string' }, event_id: { type: 'string' } },
    });
    expect(both.columns.map(({ name }) => name)).toEqual(['id', 'event_id', 'other_id']);
  });
});
