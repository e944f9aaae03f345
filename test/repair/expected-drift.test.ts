import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Contract } from '../../src/contracts/contract.ts';
import { defineContract } from '../../src/contracts/zod/define.ts';
import { decimal, integer } from '../../src/contracts/fields/index.ts';
import { contractFromJsonSchema } from '../../src/contracts/json-schema/compile.ts';
import { ContractRegistry } from '../../src/contracts/registry.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { Operation } from '../../src/model/plan.ts';
import { openRuleStore } from '../../src/repair/rules/store.ts';
import { createValidate } from '../../src/validate/stage.ts';
import { silent } from '../helpers/healing.ts';
import { memoryState } from '../../src/testing/memory-state.ts';

const fields = {
  weight: decimal({ positive: true }),
  insured: z.boolean(),
  status: z.enum(['ready', 'delivered']),
  receiver: z.object({ name: z.string(), city: z.string().min(2) }).optional(),
  items: z.array(z.object({ sku: z.string(), quantity: integer({ positive: true }) })).optional(),
};
const zod = (schema: z.ZodObject, open = true): Contract =>
  defineContract({ name: 'parcel', version: '1.0.0', schema, open });
const json = (more: JsonObject = {}): Contract =>
  contractFromJsonSchema({
    'x-contract': { name: 'parcel', version: '1.0.0' },
    type: 'object',
    required: ['weight', 'insured', 'status'],
    properties: {
      weight: {
        anyOf: [
          { type: 'number', exclusiveMinimum: 0 },
          { type: 'string', pattern: '^[0-9.]+$' },
        ],
      },
      insured: { type: 'boolean' },
      status: { enum: ['ready', 'delivered'] },
      receiver: {
        type: 'object',
        required: ['name', 'city'],
        properties: { name: { type: 'string' }, city: { type: 'string', minLength: 2 } },
      },
      items: { type: 'array', items: { $ref: '#/$defs/item' } },
    },
    $defs: {
      item: {
        type: 'object',
        required: ['sku', 'quantity'],
        properties: { sku: { type: 'string' }, quantity: { type: 'integer', minimum: 1 } },
      },
    },
    ...more,
  });

const fieldwise: [string, Contract][] = [
  ['of Zod', zod(z.object(fields))],
  ['of Zod, closed', zod(z.object(fields), false)],
  ['of JSON Schema', json()],
  ['of JSON Schema, closed', json({ additionalProperties: false })],
];
const conditional: [string, Contract][] = [
  [
    'with a check of the whole',
    zod(z.object(fields).refine((event) => !(event.insured && event.status === 'ready'))),
  ],
  [
    'with a condition',
    json(JSON.parse('{"if":{"required":["receiver"]},"then":{"required":["items"]}}') as JsonObject),
  ],
  ['with references into fields', json({ $defs: { item: { $ref: '#/properties/receiver' } } })],
];

const drifts: [drifted: JsonObject, Operation[]][] = [
  [{ weight: undefined!, Weight: '12.5' }, [{ op: 'move', from: '/Weight', to: '/weight' }]],
  [{ insured: 'true' }, [{ op: 'cast', path: '/insured', to: 'boolean' }]],
  [{ status: 'READY' }, [{ op: 'map', path: '/status', values: { READY: 'ready' } }]],
  [
    { weight: undefined!, Weight: '1,000.5', insured: 'true' },
    [
      { op: 'move', from: '/Weight', to: '/weight' },
      { op: 'cast', path: '/weight', to: 'decimal', format: '1,234.56' },
      { op: 'cast', path: '/insured', to: 'boolean' },
    ],
  ],
  [{ items: [{ sku: 'a', qty: 1 }] }, [{ op: 'move', from: '/items/*/qty', to: '/items/*/quantity' }]],
  [{ receiver: { name: 'Ada' }, town: 'Ulm' }, [{ op: 'move', from: '/town', to: '/receiver/city' }]],
];

const clean: JsonObject = { weight: '12.5', insured: true, status: 'ready' };
const eventOf = (changes: object): JsonObject =>
  JSON.parse(JSON.stringify({ ...clean, ...changes })) as JsonObject;
/** Each field for itself clean, drifted or broken. */
const wild = fc
  .record(
    {
      weight: fc.constantFrom('12.5', 3, null, undefined, -1, 'x'),
      Weight: fc.constantFrom(undefined, undefined, '12.5', '1,000.5', 3, 'x'),
      insured: fc.constantFrom(true, 'true', 'no', undefined),
      status: fc.constantFrom('ready', 'READY', 'gone', 1),
      receiver: fc.constantFrom(undefined, { name: 'Ada' }, { name: 'Ada', city: 'Ulm' }, { city: 'U' }),
      town: fc.constantFrom(undefined, undefined, 'Ulm', 'U', 7),
      items: fc.constantFrom(
        undefined,
        [],
        [{ sku: 'a', qty: 1 }],
        [
          { sku: 'a', quantity: 1 },
          { sku: 'b', qty: 2 },
        ],
        [{ sku: 1, qty: 'x' }],
      ),
      other: fc.constantFrom(undefined, { a: 1 }),
    },
    { requiredKeys: [] },
  )
  .map(eventOf);
/** Drifted in a known way, with one field of a wild event. */
const drifted = fc
  .tuple(fc.constantFrom(...drifts), wild, fc.nat({ max: 16 }))
  .map(([[changes], others, pick]) => {
    const other = Object.entries(others)[pick];
    return eventOf({ ...changes, ...(other && { [other[0]]: other[1] }) });
  });
const anyEvent = fc.oneof(wild, drifted, drifted, drifted);

/** The validator twice over the same rules: as it is, and without the way for expected drift. */
async function twoWays(contract: Contract) {
  const contracts = new ContractRegistry();
  contracts.register(contract);
  const rules = await openRuleStore(memoryState(), { ttlDays: 7, contracts, log: silent });
  const choice = { sources: {}, defaultContract: 'parcel', unknownVersion: 'dead_letter' } as const;
  const counts = { expected: 0 };
  const asItIs = createValidate({
    contracts,
    rules: {
      find: rules.find,
      repairExpected(...question) {
        const found = rules.repairExpected(...question);
        if (found !== undefined) counts.expected++;
        return found;
      },
    },
    choice,
  });
  const ordinary = createValidate({
    contracts,
    rules: { find: rules.find, repairExpected: () => undefined },
    choice,
  });
  const facts = { requestId: '018f3c6e-0000-7000-8000-000000000000', receivedAt: 0, source: 'shop' };
  const learn = async (changes: object, operations: Operation[]) => {
    const event = eventOf(changes);
    const validation = contract.validate(event);
    if (validation.ok) return;
    const { violations } = validation;
    const failure = { contract, version: '1.0.0', source: 'shop', event, violations, signature: 's' };
    await rules.learn({ failure, plan: { operations }, origin: 'person', evidence: [], approval: 'auto' });
  };
  return {
    rules,
    counts,
    learn,
    asItIs: (event: JsonObject) => asItIs(structuredClone(event), facts),
    ordinary: (event: JsonObject) => ordinary(structuredClone(event), facts),
  };
}

describe('drift that is expected', () => {
  it.each(fieldwise)(
    'is repaired just as if it had been validated first: a contract %s',
    async (_, contract) => {
      const { counts, learn, asItIs, ordinary } = await twoWays(contract);
      for (const [changes, operations] of drifts) await learn(changes, operations);
      fc.assert(
        fc.property(anyEvent, (event) => {
          expect(asItIs(event)).toEqual(ordinary(event));
        }),
        { numRuns: 2000 },
      );
      expect(counts.expected).toBeGreaterThan(100);
    },
  );

  it.each(conditional)(
    'is always validated first where fields depend on each other: a contract %s',
    async (_, contract) => {
      const { counts, learn, asItIs, ordinary } = await twoWays(contract);
      for (const [changes, operations] of drifts) await learn(changes, operations);
      fc.assert(
        fc.property(anyEvent, (event) => {
          expect(asItIs(event)).toEqual(ordinary(event));
        }),
        { numRuns: 500 },
      );
      expect(counts.expected).toBe(0);
    },
  );

  const [renamed, move] = drifts[0]!;

  it('is one that a rule has repaired before, of the same sender', async () => {
    const { counts, learn, asItIs } = await twoWays(fieldwise[0]![1]);
    await learn(renamed, move);
    expect(asItIs(eventOf(renamed))).toMatchObject({ kind: 'repaired' });
    expect(counts.expected).toBe(0);
    expect(asItIs(eventOf(renamed))).toMatchObject({ kind: 'repaired' });
    expect(counts.expected).toBe(1);
  });

  it('is no longer repaired once its rule is disabled', async () => {
    const { rules, learn, asItIs } = await twoWays(fieldwise[0]![1]);
    await learn(renamed, move);
    asItIs(eventOf(renamed));
    const [rule] = await rules.list();
    await rules.disable(rule!.id);
    expect(asItIs(eventOf(renamed))).toMatchObject({ kind: 'invalid' });
  });

  it('is left alone once two rules say otherwise about it', async () => {
    const { rules, learn, asItIs } = await twoWays(fieldwise[0]![1]);
    await learn(renamed, move);
    await learn({ weight: undefined, mass: '7' }, [{ op: 'move', from: '/mass', to: '/weight' }]);
    expect(await rules.list()).toHaveLength(2);
    asItIs(eventOf(renamed));
    expect(asItIs(eventOf({ ...renamed, mass: '7' }))).toMatchObject({ kind: 'invalid' });
  });

  it('counts as a use of its rule', async () => {
    const { rules, counts, learn, asItIs } = await twoWays(fieldwise[0]![1]);
    await learn(renamed, move);
    for (let event = 0; event < 5; event++) asItIs(eventOf(renamed));
    expect(counts.expected).toBe(4);
    await rules.close();
    expect(await rules.list()).toMatchObject([{ hits: 5, failures: 0 }]);
  });
});
