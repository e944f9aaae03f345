import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { errorSignature, undeclaredFields, violationsKey } from '../../src/validate/signature.ts';
import type { Violation } from '../../src/model/violation.ts';
import { shipment } from '../repair/support.ts';
import { measureWork } from '../helpers/work.ts';

const violation = (path: string, code: Violation['code'] = 'required'): Violation => ({
  path,
  code,
  message: '',
  expected: '',
  found: 'missing',
});

const signatureOf = (event: JsonObject, changes: Partial<Parameters<typeof errorSignature>[0]> = {}) =>
  errorSignature({
    contract: 'shipment',
    version: '1.0.0',
    source: 'shop',
    violations: [violation('/weight')],
    event,
    jsonSchema: shipment.jsonSchema,
    ...changes,
  });

describe('the violations of an event', () => {
  it('count once each, in any order, wherever in an array they are', () => {
    expect(violationsKey([violation('/items/0/sku'), violation('/items/12/sku'), violation('/email')])).toBe(
      violationsKey([violation('/email'), violation('/items/3/sku')]),
    );
    expect(violationsKey([violation('/email')])).not.toBe(violationsKey([violation('/email', 'format')]));
  });
});

describe('an error signature', () => {
  it('is 32 hex digits', () => expect(signatureOf({})).toMatch(/^[0-9a-f]{32}$/));

  it('tells two wrong names for one missing field apart', () => {
    expect(signatureOf({ price: 1 })).not.toBe(signatureOf({ cost: 1 }));
    expect(signatureOf({ price: 1 })).not.toBe(signatureOf({ price: '1' }));
    expect(signatureOf({ receiver: { town: 'a' } })).not.toBe(signatureOf({ receiver: {} }));
  });

  it('is another for each contract, version, source and violation', () => {
    const signatures = [
      signatureOf({}),
      signatureOf({}, { contract: 'order' }),
      signatureOf({}, { version: '2.0.0' }),
      signatureOf({}, { source: 'other' }),
      signatureOf({}, { violations: [violation('/email')] }),
    ];
    expect(new Set(signatures).size).toBe(signatures.length);
  });

  it('does not depend on values, on the order of fields, or on what lies within an undeclared one', () => {
    expect(signatureOf({ a: 1, b: { c: 1 } })).toBe(signatureOf({ b: { d: 'x' }, a: 2 }));
    expect(signatureOf({ weight: 1, a: 1 })).toBe(signatureOf({ weight: 'x', a: 1 }));
    expect(signatureOf({ items: [{ qty: 1 }] })).toBe(signatureOf({ items: [{ qty: 1 }, { qty: 2 }] }));
  });

  it('is the same for names that differ by a number, a digest or an id', () => {
    expect(signatureOf({ field_17: 1 })).toBe(signatureOf({ field_2345: 1 }));
    expect(signatureOf({ '5f1c8a52-6a0b-4c1e-9a38-0a2b7c9d1e2f': 1 })).toBe(
      signatureOf({ '0192d0c4-9a5e-7c0b-8a10-5a6f3f1c2b3d': 1 }),
    );
    expect(signatureOf({ cus_9s6XKzkNRiz8i3kQ2p: 1 })).toBe(signatureOf({ cus_4QFJOjw2pOmAGJ1x7y: 1 }));
  });

  it('is the same for all events with very many undeclared fields', () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{8}$/), { minLength: 33, maxLength: 60 });
    const eventOf = (fields: string[]) => Object.fromEntries(fields.map((name) => [name, 1]));
    fc.assert(
      fc.property(names, names, (some, others) => {
        expect(signatureOf(eventOf(some))).toBe(signatureOf(eventOf(others)));
      }),
      { numRuns: 20 },
    );
    // Numbered fields are one name.
    const numbered = (count: number) => eventOf([...Array(count).keys()].map((index) => `field_${index}`));
    expect(signatureOf(numbered(500))).toBe(signatureOf(numbered(2)));
  });

  it('looks at a huge event in part', () => {
    const event = Object.fromEntries([...Array(200_000).keys()].map((index) => [`field_${index}`, index]));
    const worked = measureWork();
    expect(signatureOf(event)).toMatch(/^[0-9a-f]{32}$/);
    expect(worked()).toBeLessThan(1000);
  });

  it('exists for any JSON object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (event) => {
        expect(signatureOf(event as JsonObject)).toMatch(/^[0-9a-f]{32}$/);
      }),
    );
  });
});

describe('undeclared fields', () => {
  it('are those at the top and within declared objects and lists', () => {
    const event = {
      weight: 1,
      price: 2,
      receiver: { name: 'a', town: 'b' },
      items: [{ qty: 1 }, { qty: 2 }],
      extra: { a: 1 },
    };
    expect(undeclaredFields(event, shipment.jsonSchema)).toEqual([
      { path: '/price', name: 'price', type: 'integer' },
      { path: '/receiver/town', name: 'town', type: 'string' },
      { path: '/items/*/qty', name: 'qty', type: 'integer' },
      { path: '/extra', name: 'extra', type: 'object' },
    ]);
  });
});
