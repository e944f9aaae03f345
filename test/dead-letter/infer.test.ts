import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineContract } from '../../src/contracts/define.ts';
import { decimal, eventId } from '../../src/contracts/fields.ts';
import { inferPlan } from '../../src/dead-letter/infer.ts';
import type { JsonObject } from '../../src/json.ts';
import type { Failure } from '../../src/repair/healer.ts';

const contract = defineContract({
  name: 'sale',
  version: '1.0.0',
  schema: z.object({
    event_id: eventId(),
    total: decimal({ positive: true }),
    state: z.enum(['open', 'paid']),
    buyer: z.object({ name: z.string(), age: z.number().int() }),
    items: z.array(z.object({ sku: z.string() })),
  }),
});

const good: JsonObject = {
  event_id: '0b8f4a52-6d0e-4c8e-9d7a-3f1f5f0f9a01',
  total: '5.00',
  state: 'open',
  buyer: { name: 'Ada', age: 36 },
  items: [{ sku: 'a' }, { sku: 'b' }],
};

function infer(event: JsonObject, edited: JsonObject) {
  const validation = contract.validate(event);
  const violations = validation.ok ? [] : validation.violations;
  const failure: Failure = { contract, source: 's', event, violations, signature: 'x' };
  return inferPlan(failure, edited);
}

describe('the plan that an edit amounts to', () => {
  it.each<[string, JsonObject, unknown[]]>([
    [
      'a rename',
      { ...good, total: undefined, sum: '5.00' } as unknown as JsonObject,
      [{ op: 'move', from: '/sum', to: '/total' }],
    ],
    [
      'a rename and a cast',
      { ...good, buyer: { name: 'Ada', years: '36' } },
      [
        { op: 'move', from: '/buyer/years', to: '/buyer/age' },
        { op: 'cast', path: '/buyer/age', to: 'integer' },
      ],
    ],
    ['a spelling that the contract lists', { ...good, state: 'OPEN' }, [{ op: 'lower', path: '/state' }]],
    [
      'another word for a listed value',
      { ...good, state: 'offen' },
      [{ op: 'map', path: '/state', values: { offen: 'open' } }],
    ],
    [
      'the same in every element of an array',
      { ...good, items: [{ id: 'a' }, { id: 'b' }] },
      [{ op: 'move', from: '/items/*/id', to: '/items/*/sku' }],
    ],
  ])('%s', (_, event, operations) => {
    const clean = JSON.parse(JSON.stringify(event)) as JsonObject;
    expect(infer(clean, good)).toEqual({ ok: true, value: { operations } });
  });

  it.each<[string, JsonObject, JsonObject, RegExp]>([
    ['a value entered by hand', { ...good, total: 'x' }, good, /\/total was entered by hand/],
    [
      'a value that stood in two places',
      { ...good, total: null, a: '5.00', b: '5.00' },
      good,
      /several places/,
    ],
    ['nothing', { ...good, total: 'x' }, { ...good, total: 'x' }, /nothing was changed/],
  ])('%s makes none', (_, event, edited, reason) => {
    const inferred = infer(event, edited);
    expect(inferred.ok).toBe(false);
    expect(inferred.ok ? '' : inferred.error).toMatch(reason);
  });
});
