import fc from 'fast-check';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { defineContract } from '../../src/contracts/index.ts';
import { contractFromJsonSchema } from '../../src/contracts/json-schema/compile.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { heuristicsHealer } from '../../src/repair/healers/heuristics/index.ts';
import { errorSignature } from '../../src/validate/signature.ts';
import { measureWork } from '../helpers/work.ts';

/** A list of thousands of items that all fail costs work in proportion to its bytes: to judge, to sign and to heal. */
const amount = z.union([z.number(), z.object({ value: z.number() })]);
const item = { n: z.number(), at: z.iso.datetime({ offset: true }).optional(), amount: amount.optional() };
const schema = z.object({
  id: z.string(),
  list: z.array(z.object(item)).optional(),
  closed: z.array(z.strictObject({ n: z.number() })).optional(),
  map: z.record(z.string(), z.number()).optional(),
});
const naming = { name: 'wide', version: '1.0.0', key: 'id' };
const ofZod = defineContract({ ...naming, schema });
const contracts = [
  ofZod,
  contractFromJsonSchema({ ...ofZod.jsonSchema, 'x-contract': naming }, { onWarning: () => undefined }),
];

/** What one item, or a value of a map, may be. */
const wideItem = fc.oneof(
  fc.record(
    {
      n: fc.constantFrom(1, '1', 'x', null, [], {}),
      N: fc.constantFrom(1, '1'),
      n_value: fc.constant(1),
      at: fc.constantFrom('03/04/2026', '2026-03-04T10:00Z', 'x'),
      amount: fc.constantFrom('1', { Value: 1 }, { value: '1' }, []),
      unknown: fc.constant(true),
    },
    { requiredKeys: [] },
  ),
  fc.constantFrom(1, 'x', null, [], {}),
);
const event = fc.record({
  id: fc.constant('a'),
  place: fc.constantFrom('list', 'closed', 'map', 'List', 'payload'),
  items: fc.array(wideItem, { minLength: 1, maxLength: 4 }),
  hasNamesOfItsOwn: fc.boolean(),
  isText: fc.boolean(),
});

const count = 5000;
const nsPerByte = 5000;
const freeMs = 1000;

it('whatever the items are', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(event, async ({ id, place, items, hasNamesOfItsOwn, isText }) => {
      const values = Array.from({ length: count }, (_, at) => {
        const value: unknown = items[at % items.length];
        const isOpen = typeof value === 'object' && value !== null && !Array.isArray(value);
        return hasNamesOfItsOwn && isOpen ? { ...value, [`k${at}`]: at } : value;
      });
      const held =
        place === 'map' ? Object.fromEntries(values.map((value, at) => [`k${at}`, value])) : values;
      const wide = JSON.stringify({ id, [place]: isText ? JSON.stringify(held) : held });
      for (const contract of contracts) {
        const work = measureWork();
        await failureOf(contract, JSON.parse(wide) as JsonObject);
        expect(work(), wide.slice(0, 200)).toBeLessThan(freeMs + (wide.length * nsPerByte) / 1e6);
      }
    }),
    { numRuns: 8 },
  );
});

async function failureOf(contract: (typeof contracts)[number], failed: JsonObject): Promise<void> {
  const validation = contract.validate(failed);
  if (validation.ok) return;
  const { violations } = validation;
  const about = { version: '1.0.0', source: 's', violations, event: failed };
  const signature = errorSignature({ ...about, contract: contract.name, jsonSchema: contract.jsonSchema });
  await heuristicsHealer().propose({ ...about, contract, signature }, new AbortController().signal);
}
