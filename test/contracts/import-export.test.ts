import { describe, expect, it } from 'vitest';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Contract } from '../../src/contracts/contract.ts';
import { toAsyncApi } from '../../src/contracts/export/asyncapi.ts';
import { toJsonSchema } from '../../src/contracts/export/json-schema.ts';
import { toOdcs } from '../../src/contracts/export/odcs.ts';
import { toTypeScript } from '../../src/contracts/export/typescript.ts';
import { importContracts } from '../../src/contracts/import/index.ts';
import { contractFromJsonSchema, loadContracts } from '../../src/contracts/index.ts';
import { derefOnce } from '../../src/contracts/json-schema/refs.ts';
import { typeName } from '../../src/contracts/tables.ts';
import { toDdl } from '../../src/load/ddl.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const compiled = ({ name, version, key, table, schema }: ReturnType<typeof importContracts>[number]) =>
  contractFromJsonSchema({
    ...schema,
    'x-contract': JSON.parse(JSON.stringify({ name, version, key, table })) as JsonObject,
  });

/** The contracts of a description, by name. */
function imported(text: string | object, fileName = 'file'): Record<string, Contract> {
  const source = typeof text === 'string' ? text : JSON.stringify(text);
  return Object.fromEntries(importContracts(source, fileName).map((one) => [one.name, compiled(one)]));
}

const columnsOf = ({ columns }: Contract) =>
  Object.fromEntries(columns.map(({ name, type }) => [name, typeName(type)]));
const accepts = (contract: Contract | undefined, event: JsonObject) => contract!.validate(event).ok;

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

  it('takes all columns and the key after a comparison, and the key is never null', () => {
    const [table] = importContracts(
      `CREATE TABLE t (n int CHECK (n > 0 AND n < 9), tags ARRAY<STRUCT<a INT64>>, id bigint, CONSTRAINT pk PRIMARY KEY (id));`,
      't.sql',
    );
    expect(table).toMatchObject({ key: ['id'], schema: { required: ['id'] } });
    expect(table!.schema['properties']).toMatchObject({ n: {}, tags: {}, id: { type: 'integer' } });
  });

  it('takes CREATE TABLE of several databases', () => {
    const { orders } = imported(
      `-- the orders; of the shop
       CREATE TABLE IF NOT EXISTS shop."orders" (
         id bigint PRIMARY KEY, total numeric(12, 2) NOT NULL, note varchar(20),
         status text NOT NULL CHECK (status IN ('open', 'it''s paid')), tags text[],
         at timestamp(3) with time zone NOT NULL DEFAULT now(), doc jsonb,
         CONSTRAINT positive CHECK (total > 0));`,
      'orders.sql',
    );
    expect(orders!.key).toEqual(['/id']);
    expect(columnsOf(orders!)).toEqual({
      id: 'integer',
      total: 'decimal(12,2)',
      note: 'string',
      status: 'string',
      tags: 'json',
      at: 'datetime',
      doc: 'json',
    });
    const row = { id: 1, total: 1.25, status: "it's paid" };
    expect([
      accepts(orders, row),
      accepts(orders, { ...row, note: 'x'.repeat(21) }),
      accepts(orders, { ...row, status: 'void' }),
      accepts(orders, { id: 1, status: 'open' }),
    ]).toEqual([true, false, false, false]);
  });

  it('refuses a statement that is not closed', () => {
    for (const text of ['CREATE TABLE orders (id bigint', "CREATE TABLE orders (state text DEFAULT 'open)"])
      expect(() => importContracts(text, 'orders.sql')).toThrow(
        'CREATE TABLE orders is not closed: a ) is missing, or a quote',
      );
  });

  it('takes dbt models, with their tests', () => {
    const { orders } = imported(`
models:
  - name: orders
    columns:
      - { name: id, data_type: bigint, data_tests: [unique, not_null] }
      - name: status
        data_type: text
        tests: [{ accepted_values: { values: [open, paid] } }]
      - { name: total, data_type: 'numeric(10,2)', constraints: [{ type: not_null }] }`);
    expect(orders!.key).toEqual(['/id']);
    expect([
      accepts(orders, { id: 1, total: 2.5, status: null }),
      accepts(orders, { id: 1, total: 2.5, status: 'void' }),
      accepts(orders, { id: 1 }),
    ]).toEqual([true, false, false]);
  });

  it.each([
    ['amount MONEY', 'decimal(19,4)', 0.0001],
    ['n NUMERIC', 'decimal(38,9)', 1234.123456789],
    ['n BIGNUMERIC(50,10)', 'decimal(38,10)', 0.0000000001],
    ['n decimal(65,30)', 'decimal(38,18)', 1.5],
    ['n decimal(10)', 'decimal(10,0)', 7],
    ['n bigint unsigned', 'decimal(20,0)', 7],
    ['n int unsigned', 'integer', 7],
  ])(
    'takes no exact number of SQL for a float, and none that is unsigned below zero: %s',
    (column, type, sent) => {
      const [found] = importContracts(`CREATE TABLE t (${column} NOT NULL)`, 't.sql');
      const contract = compiled(found!);
      const [name] = column.split(' ');
      expect(Object.values(columnsOf(contract))).toContain(type);
      expect(accepts(contract, { [name!]: sent })).toBe(true);
      expect(accepts(contract, { [name!]: -1.5 })).toBe(type.startsWith('decimal') && !/,0\)/.test(type));
      const narrowed = !/decimal\(10|unsigned/.test(column);
      expect(found!.notes).toEqual(narrowed ? [expect.stringContaining(`is taken as ${type}`)] : []);
    },
  );

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

  it('says which rules of a table are not taken over', () => {
    const [found] = importContracts(
      'CREATE TABLE t (id int PRIMARY KEY, qty int CHECK (qty > 0), mail text UNIQUE, UNIQUE (qty, mail))',
      't.sql',
    );
    expect(found!.notes).toEqual([
      'qty: its CHECK is not taken over',
      'mail: UNIQUE is not taken over: it may be the key (--key)',
      'UNIQUE of the table is not taken over',
    ]);
  });

  it('says so of constraints with a name, and takes every spelling of an exact number', () => {
    const [found] = importContracts(
      `CREATE TABLE t (id int PRIMARY KEY, a dec(12,2), b fixed(10,2), no int, CONSTRAINT uq UNIQUE (no),
         CONSTRAINT c CHECK (a > 0), CONSTRAINT f FOREIGN KEY (no) REFERENCES x (no))`,
      't.sql',
    );
    expect(found!.notes).toEqual([
      'UNIQUE of the table is not taken over',
      'CHECK of the table is not taken over',
      'FOREIGN KEY of the table is not taken over',
    ]);
    expect(columnsOf(compiled(found!))).toMatchObject({ a: 'decimal(12,2)', b: 'decimal(10,2)' });
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

  it('reads a long statement in time proportional to it', () => {
    const columns = Array.from({ length: 20_000 }, (_, at) => `c${at} text`).join(',');
    const [table] = importContracts(`CREATE TABLE t (${columns})`, 't.sql');
    expect(Object.keys(table!.schema['properties'] as object)).toHaveLength(20_000);
  });
});

const registry = await loadContracts([new URL('../../contracts', import.meta.url).pathname]);
const shipped = registry.all().map((contract) => [`${contract.name} ${contract.version}`, contract] as const);

describe('export, and import again', () => {
  it.each(shipped)('%s as JSON Schema is the same contract', (_, contract) => {
    const again = contractFromJsonSchema(toJsonSchema(contract));
    expect({ ...again, jsonSchema: 0, aliases: 0 }).toMatchObject({
      name: contract.name,
      version: contract.version,
      table: contract.table,
      key: contract.key,
      topic: contract.topic,
    });
    expect(columnsOf(again)).toEqual(columnsOf(contract));
  });

  it.each(shipped)('%s as ODCS, SQL and AsyncAPI has the same columns', (_, contract) => {
    const { name } = contract;
    const odcs = imported(stringify(toOdcs(contract)))[name]!;
    expect(Object.keys(columnsOf(odcs)).toSorted()).toEqual(Object.keys(columnsOf(contract)).toSorted());
    for (const dialect of ['postgres', 'duckdb', 'bigquery'] as const) {
      const [table] = Object.values(imported(toDdl([contract], dialect), 'x.sql'));
      const types = { ...columnsOf(table!) };
      if (dialect !== 'bigquery') expect(types).toMatchObject(columnsOf(contract));
      expect(Object.keys(types)).toEqual(expect.arrayContaining(Object.keys(columnsOf(contract))));
    }
    const message = imported(stringify(JSON.parse(JSON.stringify(toAsyncApi([contract], '1.0.0')))))[name]!;
    expect(columnsOf(message)).toEqual(columnsOf(contract));
  });

  it('with every version, with what a contract refers to, and its header', () => {
    const contracts = ['1.0.0', '2.0.0'].map((version) =>
      contractFromJsonSchema({
        'x-contract': { name: 'order', version, key: ['/id'], table: 'sold', pii: ['/buyer/email'] },
        type: 'object',
        required: ['id', 'buyer'],
        properties: { id: { type: 'integer' }, buyer: { $ref: '#/$defs/Buyer' } },
        $defs: {
          Buyer: { type: 'object', required: ['email'], properties: { email: { type: 'string' } } },
        },
      }),
    );
    const asyncApi = importContracts(JSON.stringify(toAsyncApi(contracts, '1.0.0')), 'x');
    const odcs = importContracts(contracts.map((one) => stringify(toOdcs(one))).join('\n---\n'), 'x');
    for (const found of [asyncApi, odcs]) {
      expect(found.map(({ name, version, notes }) => [name, version, notes])).toEqual([
        ['order', '1.0.0', []],
        ['order', '2.0.0', []],
      ]);
      for (const one of found) {
        const again = contractFromJsonSchema({
          ...one.schema,
          'x-contract': JSON.parse(
            JSON.stringify({ ...one.header, name: one.name, version: one.version }),
          ) as JsonObject,
        });
        expect(accepts(again, { id: 1, buyer: { email: 'a' } })).toBe(true);
        expect(accepts(again, { id: 1, buyer: { email: 1 } })).toBe(false);
      }
    }
    const document = toAsyncApi(contracts, '1.0.0');
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"(#[^"]*)"/g)].map(([, ref]) => ref!);
    // Each is one in the document, as readers of AsyncAPI take it.
    for (const $ref of references) expect([$ref, derefOnce({ $ref }, document)]).not.toContain(undefined);
    expect(references).toContain('#/components/messages/order-1.0.0/payload/schema/$defs/Buyer');
    expect(asyncApi[1]!.header).toMatchObject({ key: ['/id'], table: 'sold', pii: ['/buyer/email'] });
    expect(odcs[1]).toMatchObject({ key: ['id'], table: 'sold' });
  });

  it('ODCS with keys within fields, choices, lists of objects and formats', () => {
    const contract = contractFromJsonSchema({
      'x-contract': { name: 'charge', version: '1.0.0', key: ['/data/id', '/account'] },
      type: 'object',
      required: ['account', 'data'],
      properties: {
        account: { type: 'string', format: 'uuid' },
        data: {
          type: 'object',
          required: ['id', 'state'],
          properties: {
            id: { type: 'integer' },
            state: { type: 'string', enum: ['open', 'paid'] },
            at: { type: ['string', 'null'], format: 'time' },
            lines: {
              type: 'array',
              items: { type: 'object', required: ['n'], properties: { n: { type: 'integer', minimum: 1 } } },
            },
          },
        },
      },
    });
    const { charge } = imported(stringify(toOdcs(contract)));
    expect(charge!.key).toEqual(contract.key);
    expect(columnsOf(charge!)).toEqual(columnsOf(contract));
    const account = '018f4d4e-0000-7000-8000-000000000000';
    const sound = { account, data: { id: 1, state: 'open', at: null, lines: [{ n: 1 }] } };
    expect(accepts(charge, sound)).toBe(true);
    for (const broken of [
      { state: 'gone' },
      { id: 'x' },
      { at: 'soon' },
      { lines: [{ n: 0 }] },
      { lines: [{}] },
    ])
      expect([broken, accepts(charge, { ...sound, data: { ...sound.data, ...broken } })]).toEqual([
        broken,
        false,
      ]);
  });

  it('ODCS with mapped columns, policies, own columns and limits of draft 4', () => {
    const contract = contractFromJsonSchema({
      $schema: 'http://json-schema.org/draft-04/schema#',
      'x-contract': {
        name: 'deep',
        version: '1.0.0',
        key: '/o/id',
        columns: { '/o/id': 'oid', '/o/deep/x': 'x' },
        on_repeat: 'replace',
        undeclared: 'reject',
      },
      type: 'object',
      required: ['o'],
      properties: {
        o: {
          type: 'object',
          required: ['id'],
          properties: {
            id: { type: 'string' },
            deep: { type: 'object', properties: { x: { type: 'integer' } } },
          },
        },
        b: { type: 'string', 'x-column': 'decimal(10,2)' },
        n: { type: 'number', minimum: 0, exclusiveMinimum: true },
      },
    });
    const [found] = importContracts(stringify(toOdcs(contract)), 'x');
    const { name, version, key, table, header, schema } = found!;
    const again = contractFromJsonSchema({
      ...schema,
      'x-contract': JSON.parse(JSON.stringify({ ...header, name, version, key, table })) as JsonObject,
    });
    expect(columnsOf(again)).toEqual(columnsOf(contract));
    expect([again.key, again.onRepeat, again.undeclared]).toEqual([['/o/id'], 'replace', 'reject']);
    expect([accepts(again, { o: { id: 'a' }, n: 0.5 }), accepts(again, { o: { id: 'a' }, n: 0 })]).toEqual([
      true,
      false,
    ]);
  });

  it('as TypeScript', () => {
    const contract = contractFromJsonSchema({
      'x-contract': { name: 'gh_issue', version: '1.0.0', description: 'ends */ here' },
      type: 'object',
      required: ['id'],
      properties: {
        id: { type: 'integer' },
        state: { enum: ['open', 'closed'] },
        'odd-name': { type: ['string', 'null'] },
        labels: {
          type: 'array',
          items: { type: 'object', properties: { name: { type: 'string' } }, additionalProperties: false },
        },
        map: { type: 'object', additionalProperties: { type: 'number' } },
        parent: { $ref: '#' },
        either: { anyOf: [{ type: 'string' }, { type: 'number' }] },
        named: {
          type: 'object',
          patternProperties: { '^a': { type: 'number' } },
          additionalProperties: false,
        },
        pair: {
          type: 'array',
          prefixItems: [{ type: 'string' }, { type: 'number' }],
          items: { type: 'boolean' },
        },
      },
    });
    expect(toTypeScript(contract)).toBe(`/** gh_issue 1.0.0: ends * / here */
export type GhIssue = {
  id: number;
  state?: "open" | "closed";
  "odd-name"?: string | null;
  labels?: {
    name?: string;
  }[];
  map?: Record<string, number>;
  parent?: unknown;
  either?: (string | number);
  named?: Record<string, number>;
  pair?: [string, number, ...(boolean)[]];
  [field: string]: unknown;
};`);
  });
});
