import * as fc from 'fast-check';
import { defineContract } from '../../src/contracts/zod/define.ts';
import { date, datetime, decimal, email, integer, uuid } from '../../src/contracts/fields/index.ts';
import { z } from 'zod';
import type { Contract } from '../../src/contracts/contract.ts';
import type { Json, JsonObject } from '../../src/model/json.ts';
import { compilePlan } from '../../src/repair/plans/interpreter.ts';
import type { Operation, Plan } from '../../src/model/plan.ts';
import { segmentsOf } from '../../src/model/pointer.ts';
import { checkPlan } from '../../src/repair/plans/static-check.ts';
import { isDeclared } from '../../src/repair/plans/schema-paths.ts';

/** A contract with one field of each kind, nested and listed ones too. */
export const shipment: Contract = defineContract({
  name: 'shipment',
  version: '1.0.0',
  key: 'shipment_id',
  schema: z.object({
    shipment_id: uuid(),
    weight: decimal({ positive: true }),
    parcels: integer({ positive: true }),
    insured: z.boolean(),
    status: z.enum(['ready', 'on_the_way', 'delivered']),
    email: email(),
    shipped_at: datetime(),
    due: date().optional(),
    note: z.string().nullish(),
    tags: z.array(z.string()).optional(),
    receiver: z.object({ name: z.string(), city: z.string() }).optional(),
    items: z.array(z.object({ sku: z.string(), quantity: integer({ positive: true }) })).optional(),
  }),
});

/** A shipment that is valid but for what `changes` says; `undefined` removes a field. */
export function shipmentWith(changes: Record<string, unknown> = {}): JsonObject {
  const event = {
    shipment_id: '5f1c8a52-6a0b-4c1e-9a38-0a2b7c9d1e2f',
    weight: '12.5',
    parcels: 2,
    insured: true,
    status: 'ready',
    email: 'ana@example.com',
    shipped_at: '2026-11-23T20:48:31Z',
    ...changes,
  };
  return JSON.parse(JSON.stringify(event)) as JsonObject;
}

/** Applies operations to an event, of which these paths are broken. */
export function run(event: JsonObject, operations: Operation[], invalid: string[] = ['']) {
  return compilePlan(
    { operations },
    { isDeclared: (pointer) => isDeclared(shipment.jsonSchema, segmentsOf(pointer)) },
  ).apply(event, new Set(invalid));
}

const pointers = [
  '/weight',
  '/parcels',
  '/status',
  '/note',
  '/tags',
  '/receiver',
  '/receiver/name',
  '/receiver/city',
  '/Weight',
  '/extra',
  '/extra/a',
  '/extra/b',
  '/extra/a/c',
  '/text',
];

const words = fc.constantFrom(
  'a',
  'b',
  'a b',
  ' a ',
  'A',
  '12',
  '1.50',
  'true',
  'ready',
  'READY',
  '{"a":"x"}',
  'a,b',
  '12 kg',
  '',
);
const scalar: fc.Arbitrary<Json> = fc.oneof(
  words,
  fc.integer({ min: -2, max: 2 }),
  fc.boolean(),
  fc.constant(null),
);
const value: fc.Arbitrary<Json> = fc.oneof(
  { weight: 3, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 2 }) },
  {
    weight: 2,
    arbitrary: fc.dictionary(
      fc.constantFrom('a', 'b', 'name', 'city'),
      fc.oneof(scalar, fc.dictionary(fc.constant('c'), scalar)),
      { maxKeys: 3 },
    ),
  },
);

/** Events that use the names which the plans use. */
export const anyEvent: fc.Arbitrary<JsonObject> = fc.dictionary(
  fc.constantFrom('weight', 'parcels', 'status', 'note', 'tags', 'receiver', 'Weight', 'extra', 'text'),
  value,
  { maxKeys: 6 },
);

const pointer = fc.constantFrom(...pointers);
const declared = fc.constantFrom(
  ...pointers.filter((path) => isDeclared(shipment.jsonSchema, segmentsOf(path))),
);
const anyOperation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ op: fc.constantFrom('move' as const, 'copy' as const), from: pointer, to: declared }),
  fc.record({ op: fc.constantFrom('move' as const, 'copy' as const), from: pointer, to: declared }),
  fc.record({ op: fc.constant('remove' as const), path: pointer }),
  fc.record({
    op: fc.constant('cast' as const),
    path: pointer,
    to: fc.constantFrom('string' as const, 'integer' as const, 'number' as const, 'boolean' as const),
  }),
  fc.record({
    op: fc.constant('split' as const),
    from: pointer,
    separator: fc.constant(' '),
    to: fc.uniqueArray(declared, { minLength: 2, maxLength: 2 }),
  }),
  fc.record({ op: fc.constant('split_unit' as const), from: pointer, number: declared, unit: declared }),
  fc.record({
    op: fc.constantFrom('list' as const, 'unlist' as const),
    path: pointer,
    separator: fc.constantFrom(' ', ',', ', '),
  }),
  fc.record({
    op: fc.constant('join' as const),
    from: fc.uniqueArray(pointer, { minLength: 2, maxLength: 2 }),
    separator: fc.constant(' '),
    to: declared,
  }),
  fc.constant({
    op: 'map' as const,
    path: '/status',
    values: { A: 'ready', READY: 'ready', b: 'delivered' },
  }),
  fc.record({
    op: fc.constantFrom(
      'parse' as const,
      'wrap' as const,
      'unwrap' as const,
      'trim' as const,
      'upper' as const,
      'lower' as const,
    ),
    path: pointer,
  }),
);

/** Plans of every shape, most of them nonsense. */
export const anyPlan: fc.Arbitrary<Plan> = fc
  .array(anyOperation, { minLength: 1, maxLength: 4 })
  .map((operations) => ({ operations }));

/** Those that the contract permits, sensible or not. */
export const permittedPlan = anyPlan.filter((plan) => checkPlan(plan, shipment) === undefined);
