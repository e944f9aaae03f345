import { describe, expect, it } from 'vitest';
import { contractFromJsonSchema } from '../../src/contracts/json-schema/compile.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { Plan } from '../../src/model/plan.ts';
import { compileUnpacking } from '../../src/repair/plans/unpacking.ts';
import { compileRule, tryPlan } from '../../src/repair/plans/trial.ts';
import { failureOf } from '../helpers/healing.ts';

const text = { type: 'string' };
const contract = contractFromJsonSchema({
  'x-contract': { name: 'customer', version: '1.0.0' },
  type: 'object',
  properties: { id: text, city: text, kind: text },
  required: ['id', 'city'],
});
const plan: Plan = {
  operations: [
    { op: 'move', from: '/data/object/id', to: '/id' },
    { op: 'move', from: '/data/object/city', to: '/city' },
  ],
};
const record = { id: 'c-1', city: 'Porto' };
const learnedFrom: JsonObject = { type: 'customer.created', data: { object: record } };

describe('a rule that unpacks a container', () => {
  const { violations } = failureOf(learnedFrom, contract);
  const apply = compileRule(plan, contract);

  it('repairs what it learned from', () => {
    expect(apply(learnedFrom, violations)).toMatchObject({ ok: true, value: { event: record } });
    expect(apply({ ...learnedFrom, type: 'customer.updated' }, violations)).toMatchObject({ ok: true });
  });

  it.each<[string, JsonObject]>([
    ['is deleted', { ...learnedFrom, type: 'customer.deleted' }],
    ['is deleted, by a flag', { ...learnedFrom, deleted: true }],
    ['is deleted, says what is around it', { data: { object: record, op: 'd' } }],
    ['has another image', { data: { object: record, previous_attributes: { city: 'Lisbon' } } }],
    ['may be gone', { data: { object: record, record: null } }],
  ])('leaves a record that %s to the healers', (_, event) => {
    expect(apply(event, violations)).toMatchObject({ ok: false });
  });

  it('so does a plan of a model', () => {
    const failure = failureOf({ ...learnedFrom, type: 'customer.deleted' }, contract);
    expect(tryPlan(failure, plan)).toMatchObject({ ok: false });
  });

  it('does not ask what the contract declares, nor what it does not unpack', () => {
    const asked = compileUnpacking(plan, contract);
    expect(asked({ ...learnedFrom, kind: 'deleted' })).toBeUndefined();
    const flat = compileUnpacking({ operations: [{ op: 'move', from: '/Id', to: '/id' }] }, contract);
    expect(flat({ type: 'customer.deleted', Id: 'c-1' })).toBeUndefined();
  });
});
