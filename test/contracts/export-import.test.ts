import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { toAsyncApi } from '../../src/contracts/export/asyncapi.ts';
import { toJsonSchema } from '../../src/contracts/export/json-schema.ts';
import { toOdcs } from '../../src/contracts/export/odcs.ts';
import { toTypeScript } from '../../src/contracts/export/typescript.ts';
import { importContracts } from '../../src/contracts/import/index.ts';
import { contractFromJsonSchema, loadContracts } from '../../src/contracts/index.ts';
import { derefOnce } from '../../src/contracts/json-schema/refs.ts';
import { toDdl } from '../../src/load/ddl.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { accepts, columnsOf, imported } from './imported.ts';

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
