import { afterEach, describe, expect, it } from 'vitest';
import { fenced } from '../../src/contracts/fence.ts';
import { contractFromJsonSchema } from '../../src/contracts/index.ts';
import { onDemand } from '../../src/contracts/on-demand.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { limitCalls } from '../../src/support/foreign-code.ts';

const contractOf = (schema: JsonObject) =>
  contractFromJsonSchema({ 'x-contract': { name: 'large', version: '1.0.0' }, type: 'object', ...schema });

/** As publishers have them: hundreds of fields, each with the same definition of some alternatives. */
const many = (fields: number): JsonObject => ({
  properties: Object.fromEntries(
    Array.from({ length: fields }, (_, at) => [`field_${at}`, { $ref: '#/definitions/rule' }]),
  ),
  definitions: {
    rule: {
      oneOf: Array.from({ length: 8 }, (_, at): JsonObject => ({
        type: 'array',
        minItems: at,
        maxItems: at,
        prefixItems: [{ enum: ['on', 'off'] }, { type: 'object', properties: { a: { type: 'string' } } }],
      })),
    },
  },
});

describe('a large schema', () => {
  // Files that share their modules go on with it.
  afterEach(() => limitCalls(5000));

  it('takes time in proportion to its size: a definition is compiled once, however often it is used', () => {
    const before = process.cpuUsage();
    const contract = contractOf(many(500));
    expect(contract.validate({ field_1: ['on'] })).toMatchObject({ ok: true });
    expect(contract.validate({ field_1: ['gone'] })).toMatchObject({ ok: false });
    const { user, system } = process.cpuUsage(before);
    // It was ten times as much.
    expect((user + system) / 1e6).toBeLessThan(3);
  });

  it('is compiled without a limit, which is for its events, and longer where it took long to compile', () => {
    const passes = (ms: number) => {
      for (const end = performance.now() + ms; performance.now() < end;);
    };
    const check = onDemand(() => {
      passes(600);
      return (event: JsonObject) => passes(Number(event['ms']));
    });
    const { validate } = fenced(
      { name: 'large', version: '1.0.0' },
      {
        fields: [],
        mayHang: true,
        validate(value) {
          check()(value);
          return { ok: true, value };
        },
        checkFields: () => undefined,
        tryField: () => undefined,
      },
    );
    limitCalls(300);
    expect(validate({ ms: 500 })).toMatchObject({ ok: true });
    expect(validate({ ms: 2000 })).toMatchObject({ ok: false, violations: [{ code: 'contract_hung' }] });
  });

  it('with many fields is read in one pass', () => {
    const properties = Object.fromEntries(
      Array.from({ length: 5000 }, (_, at) => [
        `field_${at}`,
        { type: 'string', description: `Field ${at}` },
      ]),
    );
    const before = process.cpuUsage();
    const { columns } = contractOf({ allOf: [{ properties }, { properties }] });
    expect(columns).toHaveLength(5000);
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(3);
  });
});

describe('words that the validator would take for its own', () => {
  const draft7 = { $schema: 'http://json-schema.org/draft-07/schema#' };

  it('are void where the dialect does not know them', () => {
    const contract = contractOf({
      ...draft7,
      $async: true,
      properties: { a: { id: 'https://example.com/a', type: 'integer' } },
      required: ['a'],
    });
    expect(contract.validate({ a: 1 })).toMatchObject({ ok: true });
    expect(contract.validate({ a: 'x' })).toMatchObject({ ok: false });
    expect(contract.validate({})).toMatchObject({ ok: false });
  });

  it('such as the places that a generator writes as names, twice the same', () => {
    const named = { $id: '#/properties/url', type: 'string' };
    const contract = contractOf({
      ...draft7,
      $id: 'https://example.com/root.json',
      properties: { url: named, other: { $ref: '#/definitions/url' } },
      definitions: { url: { ...named, minLength: 2 } },
    });
    expect(contract.validate({ url: '', other: 'ab' })).toMatchObject({ ok: true });
    expect(contract.validate({ other: 'a' })).toMatchObject({ ok: false });
  });

  it('are told with their remedy where they are another language', () => {
    expect(() => contractOf({ properties: { a: { type: 'string', pattern: '(?i)^x$' } } })).toThrow(
      /pattern at \/properties\/a.*no \(\?i\) and the like: write both cases/,
    );
  });
});
