import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contractFromJsonSchema } from '../../src/contracts/json-schema/compile.ts';
import { loadContracts } from '../../src/contracts/discover.ts';
import { breachesOf } from '../../src/contracts/sample/breaches.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { textFor } from '../../src/contracts/sample/pattern.ts';
import { sampleEvent } from '../../src/contracts/sample/sample.ts';

const folder = (path: string) => new URL(`../../${path}`, import.meta.url).pathname;

describe('a sample event', () => {
  it('is valid, and each of its breaches is not', async () => {
    const folders = [
      'contracts',
      'src/demo/contracts',
      'examples/stripe/contracts',
      'examples/github/contracts',
    ];
    const contracts = await loadContracts(folders.map(folder), { override: true });
    for (const contract of contracts.all()) {
      const sample = sampleEvent(contract);
      if (!sample.ok) throw new Error(sample.error);
      expect(contract.validate(sample.value).ok).toBe(true);
      const breaches = breachesOf(contract.jsonSchema, sample.value);
      expect(breaches.length).toBeGreaterThan(3);
      const accepted = breaches.filter(({ event }) => contract.validate(event).ok);
      expect(accepted.map(({ kind, path }) => `${contract.name}: ${kind} ${path}`)).toEqual([]);
    }
  });

  it.each<[JsonObject]>([
    [
      {
        type: 'object',
        required: ['code'],
        properties: { code: { type: 'string', pattern: '^[A-Z]{2}-\\d{4}$' } },
      },
    ],
    [{ type: 'object', required: ['n'], properties: { n: { type: 'number', minimum: 10, multipleOf: 7 } } }],
    [
      {
        type: 'object',
        required: ['list'],
        properties: { list: { type: 'array', minItems: 3, uniqueItems: true, items: { type: 'integer' } } },
      },
    ],
    [
      {
        type: 'object',
        required: ['a'],
        properties: { a: { $ref: '#/$defs/a' } },
        $defs: { a: { oneOf: [{ type: 'null' }, { const: 'x' }] } },
      },
    ],
    [
      {
        allOf: [
          { properties: { a: { type: 'string' } }, required: ['a'] },
          { properties: { b: { type: 'boolean' } }, required: ['b'] },
        ],
      },
    ],
    [
      {
        type: 'object',
        required: ['node'],
        properties: { node: { $ref: '#/$defs/node' } },
        $defs: { node: { type: 'object', properties: { next: { $ref: '#/$defs/node' } } } },
      },
    ],
  ])('follows the schema: %j', (schema) => {
    const contract = contractFromJsonSchema({
      'x-contract': { name: 'trial', version: '1.0.0' },
      ...schema,
    });
    const sample = sampleEvent(contract);
    expect(sample.ok ? '' : sample.error).toBe('');
  });

  it('says which field has no sample, and what to add', () => {
    const contract = contractFromJsonSchema({
      'x-contract': { name: 'trial', version: '1.0.0' },
      type: 'object',
      required: ['code'],
      properties: { code: { type: 'string', pattern: '^(?=x)(?=y)' } },
    });
    const sample = sampleEvent(contract);
    expect(sample.ok ? '' : sample.error).toContain('nothing fits /code; add "examples" to its schema');
  });

  it('makes texts of patterns, or none', () => {
    const part = fc.constantFrom(
      'a',
      '[a-f]',
      '[^a]',
      String.raw`\d`,
      String.raw`\w`,
      '.',
      '(?:x|y)',
      '(z)',
      String.raw`\p{L}`,
    );
    const piece = fc
      .tuple(part, fc.constantFrom('', '?', '*', '+', '{3}', '{2,5}'))
      .map(([of, times]) => of + times);
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 8 }), (pieces) => {
        const pattern = `^${pieces.join('')}$`;
        expect(new RegExp(pattern, 'u').test(textFor(pattern)!)).toBe(true);
      }),
    );
  });
});
