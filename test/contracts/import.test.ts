import { describe, expect, it } from 'vitest';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { importContracts } from '../../src/contracts/import/index.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { accepts, columnsOf, compiled, imported } from './imported.ts';

describe('import', () => {
  it('takes components and webhooks of OpenAPI 3.1, with what they refer to', () => {
    const contracts = imported({
      openapi: '3.1.0',
      info: { title: 'x', version: '2.3' },
      webhooks: {
        'order.paid': {
          post: {
            requestBody: {
              content: { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } },
            },
          },
        },
      },
      components: {
        schemas: {
          Order: {
            type: 'object',
            required: ['id', 'total'],
            properties: {
              id: { type: 'string' },
              total: { $ref: '#/components/schemas/Money' },
              next: { $ref: '#/components/schemas/Order' },
            },
          },
          Money: { type: 'object', required: ['cents'], properties: { cents: { type: 'integer' } } },
          Status: { type: 'string' },
        },
      },
    });
    expect(Object.keys(contracts)).toEqual(['order.paid', 'Order', 'Money']);
    const paid = contracts['order.paid']!;
    expect(paid.version).toBe('2.3.0');
    expect(accepts(paid, { id: 'a', total: { cents: 1 }, next: { id: 'b', total: { cents: 2 } } })).toBe(
      true,
    );
    expect(accepts(paid, { id: 'a', total: { cents: 1 }, next: { id: 'b', total: {} } })).toBe(false);
  });

  it('reads OpenAPI 3.0 in its own dialect, from YAML', () => {
    const { Order } = imported(
      stringify({
        openapi: '3.0.3',
        info: { title: 'x', version: '1' },
        components: {
          schemas: {
            Order: {
              type: 'object',
              properties: {
                at: { type: 'string', format: 'date-time', nullable: true },
                n: { type: 'integer', minimum: 0, exclusiveMinimum: true },
              },
            },
          },
        },
      }),
    );
    expect(columnsOf(Order!)).toEqual({ at: 'datetime', n: 'integer' });
    expect([accepts(Order, { at: null, n: 1 }), accepts(Order, { n: 0 })]).toEqual([true, false]);
  });

  it.each([
    ['2.6.0', { channels: { orders: { publish: { message: { $ref: '#/components/messages/order' } } } } }],
    ['3.0.0', { channels: { orders: { messages: { order: { $ref: '#/components/messages/order' } } } } }],
  ])('takes the messages of AsyncAPI %s once', (asyncapi, more) => {
    const contracts = imported({
      asyncapi,
      info: { title: 'x', version: '1.0.0' },
      ...more,
      components: {
        messages: { order: { payload: { $ref: '#/components/schemas/Order' } } },
        schemas: { Order: { type: 'object', required: ['id'], properties: { id: { type: 'integer' } } } },
      },
    });
    expect(Object.keys(contracts)).toEqual(['order']);
    expect([accepts(contracts['order'], { id: 1 }), accepts(contracts['order'], {})]).toEqual([true, false]);
  });

  it('takes ODCS, with its primary key and physical types', () => {
    const { orders } = imported(
      stringify({
        apiVersion: 'v3.1.0',
        kind: 'DataContract',
        version: '1.2.0',
        schema: [
          {
            name: 'orders',
            physicalName: 'orders_v1',
            properties: [
              { name: 'id', logicalType: 'string', primaryKey: true },
              { name: 'total', logicalType: 'number', physicalType: 'DECIMAL(12,2)', required: true },
              { name: 'at', logicalType: 'timestamp' },
              { name: 'tags', logicalType: 'array', items: { logicalType: 'string' } },
              {
                name: 'buyer',
                logicalType: 'object',
                properties: [{ name: 'email', logicalType: 'string', required: true }],
              },
            ],
          },
        ],
      }),
    );
    expect([orders!.table, orders!.version, orders!.key]).toEqual(['orders_v1', '1.2.0', ['/id']]);
    expect(columnsOf(orders!)).toEqual({
      id: 'string',
      total: 'decimal(12,2)',
      at: 'datetime',
      tags: 'json',
      buyer: 'json',
    });
    expect([
      accepts(orders, { id: 'a', total: 19.99, at: null }),
      accepts(orders, { id: 'a', total: 19.999 }),
      accepts(orders, { id: 'a', total: 1, buyer: {} }),
    ]).toEqual([true, false, false]);
  });

  it('takes Avro records, unions with null and named types', () => {
    const { Order } = imported({
      type: 'record',
      name: 'Order',
      namespace: 'com.example',
      fields: [
        { name: 'id', type: 'long' },
        { name: 'status', type: { type: 'enum', name: 'Status', symbols: ['OPEN', 'PAID'] } },
        { name: 'before', type: ['null', 'Status'], default: null },
        { name: 'total', type: { type: 'bytes', logicalType: 'decimal', precision: 12, scale: 2 } },
        { name: 'parent', type: ['null', 'Order'], default: null },
        { name: 'labels', type: { type: 'map', values: 'string' } },
      ],
    });
    const order = { id: 1, status: 'OPEN', total: 1.5, labels: {} };
    expect(columnsOf(Order!)).toMatchObject({ id: 'integer', total: 'decimal(12,2)', labels: 'json' });
    expect([
      accepts(Order, { ...order, before: 'PAID', parent: order }),
      accepts(Order, { ...order, before: 'GONE' }),
      accepts(Order, { ...order, parent: { id: 1 } }),
    ]).toEqual([true, false, false]);
  });

  it('takes the aliases of an Avro record, and says what else of it is not taken over', () => {
    const inner = { type: 'record', name: 'Sub', fields: [{ name: 'x', type: 'int', aliases: ['y'] }] };
    const [found] = importContracts(
      JSON.stringify({
        type: 'record',
        name: 'Order',
        fields: [
          { name: 'bill', type: 'string', aliases: ['billing'] },
          { name: 'sub', type: inner },
          { name: 'code', type: { type: 'fixed', name: 'Code', size: 4 } },
          { name: 'kind', type: { type: 'enum', name: 'Kind', symbols: ['A'], default: 'A' } },
        ],
      }),
      'order.avsc',
    );
    expect(found!.header).toEqual({ aliases: { '/bill': ['billing'] } });
    expect(found!.notes).toEqual([
      expect.stringContaining('Sub.x: its aliases') as string,
      'Code: its size is not taken over',
      expect.stringContaining('Kind: its default') as string,
    ]);
  });

  it('says what it does not take over of ODCS, and takes PII for private', () => {
    const properties = [
      { name: 'mail', logicalType: 'string', classification: 'PII', unique: true },
      { name: 'odd', logicalType: 'weird', quality: [{ metric: 'nullValues', mustBe: 0 }] },
    ];
    const document = { kind: 'DataContract', schema: [{ name: 't', properties }] };
    const [found] = importContracts(JSON.stringify(document), 'x');
    expect(found!.header).toEqual({ pii: ['/mail'] });
    expect(found!.notes).toEqual([
      'mail: unique is not taken over: it may be the key (--key)',
      'odd: the type weird is not known, so anything is taken',
      'its quality rules are not taken over',
    ]);
  });

  it('takes in what lies beside an OpenAPI document', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'money.json'), '{"Money":{"type":"number","multipleOf":0.01}}');
    await writeFile(
      join(folder, 'other.yaml'),
      'Ext: { type: object, required: [x], properties: { x: { type: string } } }',
    );
    const document = stringify({
      openapi: '3.1.0',
      components: {
        schemas: {
          Order: { type: 'object', properties: { total: { $ref: './money.json#/Money' } } },
          Ext: { $ref: './other.yaml#/Ext' },
        },
      },
    });
    const [order, ext] = importContracts(document, 'api', { file: join(folder, 'api.yaml'), folder });
    expect(columnsOf(compiled(order!))).toEqual({ total: 'decimal(38,2)' });
    expect([accepts(compiled(ext!), { x: 'a' }), accepts(compiled(ext!), {})]).toEqual([true, false]);
  });

  it('says of an Avro schema that lies elsewhere that anything is taken', () => {
    const payload = {
      schemaFormat: 'application/vnd.apache.avro;version=1.9.0',
      schema: { $ref: './order.avsc' },
    };
    const [order] = importContracts(
      JSON.stringify({ asyncapi: '3.0.0', components: { messages: { order: { payload } } } }),
      'x',
    );
    expect(order!.notes).toEqual([expect.stringContaining('./order.avsc')]);
  });

  it.each([
    ['{"swagger":"2.0"}', 'Swagger 2'],
    ['{"a":1}', 'it is no JSON Schema'],
    ['hello', 'neither JSON'],
    ['a: &a [1]\nb: [*a,*a]', 'it is no JSON Schema'],
  ])('says what it cannot read: %s', (text, message) => {
    expect(() => importContracts(text, 'x')).toThrow(message);
  });
});
