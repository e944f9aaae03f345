import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { createBackward } from '../../../src/repair/plans/provenance/backward.ts';
import { differences, leavesOf } from '../../../src/repair/plans/provenance/differences.ts';
import { createForward } from '../../../src/repair/plans/provenance/forward.ts';
import { flatProofOf, routesOf } from '../../../src/repair/plans/provenance/routes.ts';
import { traceOf } from '../../../src/repair/plans/provenance/trace.ts';
import type { Json } from '../../../src/model/json.ts';
import type { Operation } from '../../../src/model/plan.ts';
import { shipment } from '../support.ts';

const move = { op: 'move', from: '/extra', to: '/weight' } as const;
const cast = { op: 'cast', path: '/weight', to: 'number' } as const;

it('proves a value that was moved and respelled, both ways', () => {
  const routes = routesOf(traceOf({ operations: [move, cast] }, shipment))!;
  const proof = routes({ extra: '1.50' }, { weight: 1.5 });
  expect(proof.comesFrom(['weight'])).toBe(true);
  expect(proof.goesTo(['extra'])).toBe(true);
  const other = routes({ extra: '1.50' }, { weight: 1.6 });
  expect(other.comesFrom(['weight'])).toBe(false);
  expect(other.goesTo(['extra'])).toBe(false);
});

it('is not for plans with operations that take values apart', () => {
  expect(routesOf(traceOf({ operations: [{ op: 'wrap', path: '/tags' }] }, shipment))).toBeUndefined();
});

it('proves what was moved in each element of a list, and in no other', () => {
  const starred = { op: 'move', from: '/items/*/qty', to: '/items/*/quantity' } as const;
  const routes = routesOf(traceOf({ operations: [starred] }, shipment))!;
  const proof = routes({ items: [{ qty: 1 }, { qty: 2 }] }, { items: [{ quantity: 1 }, { quantity: 1 }] });
  expect(proof.comesFrom(['items', '0', 'quantity'])).toBe(true);
  expect(proof.comesFrom(['items', '1', 'quantity'])).toBe(false);
  expect(proof.goesTo(['items', '0', 'qty'])).toBe(true);
  expect(proof.goesTo(['items', '1', 'qty'])).toBe(false);
});

it('is not for what leaves a list and enters one again', () => {
  const out = { op: 'move', from: '/items/*/b', to: '/note' } as const;
  const back = { op: 'move', from: '/note', to: '/items/*/a' } as const;
  expect(routesOf(traceOf({ operations: [out, back] }, shipment))).toBeUndefined();
});

it('proves nothing that the full proof does not', () => {
  const pointer = fc.constantFrom(
    '/weight',
    '/status',
    '/note',
    '/extra',
    '/items/*/a',
    '/items/*/b',
    '/items/*',
  );
  const operation: fc.Arbitrary<Operation> = fc.oneof(
    fc.record({ op: fc.constantFrom('move' as const, 'copy' as const), from: pointer, to: pointer }),
    fc.record({ op: fc.constantFrom('trim' as const, 'upper' as const), path: pointer }),
    fc.record({ op: fc.constant('cast' as const), path: pointer, to: fc.constant('number' as const) }),
  );
  const plan = fc.record({ operations: fc.array(operation, { minLength: 1, maxLength: 4 }) });
  const scalar = fc.constantFrom<Json>('a', 'A', ' a', '1', 1, null, {});
  const item = fc.dictionary(fc.constantFrom('a', 'b'), scalar);
  const event = fc.dictionary(
    fc.constantFrom('weight', 'status', 'note', 'extra', 'items'),
    fc.oneof(scalar, fc.array(item, { maxLength: 2 })),
  );
  let proven = 0;
  fc.assert(
    fc.property(plan, event, event, (plan, original, result) => {
      const trace = traceOf(plan, shipment);
      const proof = routesOf(trace)?.(original, result);
      if (proof === undefined) return;
      for (const leaf of leavesOf(result)) {
        if (!proof.comesFrom(leaf.path)) continue;
        proven++;
        expect(createBackward(trace, original)(leaf)).toBe(true);
      }
      for (const leaf of leavesOf(original))
        if (proof.goesTo(leaf.path)) expect(createForward(trace, result)(leaf)).toBe(true);
    }),
    { numRuns: 3000 },
  );
  expect(proven).toBeGreaterThan(10);
});

it('proves no whole result that the full proof does not, where all fields stand on top', () => {
  const pointer = fc.constantFrom('/weight', '/note');
  const operation: fc.Arbitrary<Operation> = fc.oneof(
    fc.record({ op: fc.constantFrom('move' as const, 'copy' as const), from: pointer, to: pointer }),
    fc.record({ op: fc.constantFrom('trim' as const, 'upper' as const), path: pointer }),
    fc.record({ op: fc.constant('cast' as const), path: pointer, to: fc.constant('number' as const) }),
  );
  const plan = fc.record({ operations: fc.array(operation, { minLength: 1, maxLength: 4 }) });
  const scalar = fc.constantFrom<Json>('a', 'A', '1', 1);
  const event = fc.dictionary(fc.constantFrom('weight', 'note'), scalar);
  let proven = 0;
  fc.assert(
    fc.property(plan, event, event, (plan, original, result) => {
      const trace = traceOf(plan, shipment);
      if (!flatProofOf(trace)!(original, result)) return;
      const { appeared, vanished } = differences(original, result);
      if (appeared.length > 0) proven++;
      for (const leaf of appeared) expect(createBackward(trace, original)(leaf)).toBe(true);
      for (const leaf of vanished)
        if (leaf.value !== null) expect(createForward(trace, result)(leaf)).toBe(true);
    }),
    { numRuns: 5000 },
  );
  expect(proven).toBeGreaterThan(10);
});
