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

describe('a rule that learned how a sender names its fields', () => {
  const product = contractFromJsonSchema({
    'x-contract': { name: 'product', version: '1.0.0' },
    type: 'object',
    properties: { sku: text, name: text, note: text },
    required: ['sku', 'name'],
  });
  const renames = (...names: string[]): Plan => ({
    operations: names.map((name) => ({ op: 'move', from: `/item_${name}`, to: `/${name}` })),
  });
  const event = { item_sku: 's', item_name: 'Lamp' };
  const { violations } = failureOf(event, product);

  it('leaves an event to the healers when another of its fields is named alike', () => {
    const apply = compileRule(renames('sku', 'name'), product);
    expect(apply(event, violations)).toMatchObject({ ok: true });
    expect(apply({ ...event, item_color: 'red' }, violations)).toMatchObject({ ok: true });
    expect(apply({ ...event, item_note: 'x' }, violations)).toMatchObject({
      ok: false,
      error: { leaves: ['/item_note'] },
    });
    expect(apply({ ...event, item_note: 'x', note: 'y' }, violations)).toMatchObject({ ok: true });
  });

  it('takes such a field along', () => {
    const apply = compileRule(renames('sku', 'name', 'note'), product);
    expect(apply({ ...event, item_note: 'x' }, violations)).toMatchObject({
      ok: true,
      value: { event: { note: 'x' } },
    });
  });

  it('by a word that is exchanged, too', () => {
    const ours = contractFromJsonSchema({
      'x-contract': { name: 'visit', version: '1.0.0' },
      type: 'object',
      properties: { guest_name: text, guest_city: text, guest_phone: text },
      required: ['guest_name', 'guest_city'],
    });
    const plan: Plan = {
      operations: [
        { op: 'move', from: '/visitor_name', to: '/guest_name' },
        { op: 'move', from: '/visitor_city', to: '/guest_city' },
      ],
    };
    const theirs = { visitor_name: 'Ana', visitor_city: 'Porto' };
    const apply = compileRule(plan, ours);
    const found = failureOf(theirs, ours).violations;
    expect(apply(theirs, found)).toMatchObject({ ok: true });
    expect(apply({ ...theirs, visitorPhone: '1' }, found)).toMatchObject({ ok: false });
  });
});

describe('a rule that learned a word of the sender', () => {
  const stay = contractFromJsonSchema({
    'x-contract': { name: 'stay', version: '1.0.0' },
    type: 'object',
    properties: {
      guest_full_name: text,
      early_guest: text,
      nights: {
        type: 'array',
        items: { type: 'object', properties: { guest_ref: text, guest_note: text }, required: ['guest_ref'] },
      },
    },
    required: ['guest_full_name'],
  });
  const plan: Plan = { operations: [{ op: 'move', from: '/visitor_full_name', to: '/guest_full_name' }] };
  const event = { visitor_full_name: 'Ana' };
  const { violations } = failureOf(event, stay);

  it('knows it behind another word as well', () => {
    const apply = compileRule(plan, stay);
    expect(apply(event, violations)).toMatchObject({ ok: true });
    expect(apply({ ...event, early_visitor: 'Bo' }, violations)).toMatchObject({ ok: false });
    expect(apply({ ...event, late_visitor: 'Bo' }, violations)).toMatchObject({ ok: true });
  });

  it('knows it in the elements of a list, too', () => {
    const inList: Plan = {
      operations: [{ op: 'move', from: '/nights/*/visitor_ref', to: '/nights/*/guest_ref' }],
    };
    const first = { guest_full_name: 'Ana', nights: [{ visitor_ref: 'a' }, { visitor_ref: 'b' }] };
    const found = failureOf(first, stay).violations;
    const apply = compileRule(inList, stay);
    expect(apply(first, found)).toMatchObject({ ok: true });
    const second: JsonObject = {
      ...first,
      nights: [{ visitor_ref: 'a' }, { visitor_ref: 'b', visitor_note: 'x' }],
    };
    expect(apply(second, found)).toMatchObject({ ok: false, error: { leaves: ['/nights/*/visitor_note'] } });
  });
});

describe('a rule that unpacks a container', () => {
  const { violations } = failureOf(learnedFrom, contract);
  const apply = compileRule(plan, contract);

  it('repairs what it learned from', () => {
    expect(apply(learnedFrom, violations)).toMatchObject({ ok: true, value: { event: record } });
    expect(apply({ ...learnedFrom, type: 'customer.updated' }, violations)).toMatchObject({ ok: true });
    // What says of itself that it is how the record was leaves no doubt about the other.
    const before = { data: { object: record, previous_attributes: { city: 'Lisbon' } } };
    expect(apply({ ...before, type: 'customer.updated' }, violations)).toMatchObject({ ok: true });
    expect(apply({ ...before, type: 'customer.deleted' }, violations)).toMatchObject({ ok: false });
  });

  it.each<[string, JsonObject]>([
    ['is deleted', { ...learnedFrom, type: 'customer.deleted' }],
    ['is deleted, by a flag', { ...learnedFrom, deleted: true }],
    ['is deleted, says what is around it', { data: { object: record, op: 'd' } }],
    ['has another image', { data: { object: record, snapshot: { city: 'Lisbon' } } }],
    ['has an image that may be the one', { data: { object: record, old: { city: 'Lisbon' } } }],
    ['is none, being a dry run', { ...learnedFrom, dry_run: true }],
    ['is none, being a test', { ...learnedFrom, isTest: 'true' }],
    ['is none, being simulated', { ...learnedFrom, simulated: 1 }],
    ['is none, being a sample', { data: { ...(learnedFrom['data'] as JsonObject), is_sample: true } }],
    ['is none, says what is beside it', { ...learnedFrom, meta: { sandbox_mode: true } }],
    ['may be gone', { data: { object: record, record: null } }],
  ])('leaves a record that %s to the healers', (_, event) => {
    expect(apply(event, violations)).toMatchObject({ ok: false });
  });

  it.each<[string, JsonObject]>([
    ['denies to be a test', { test: false, dry_run: 'no', sample: null }],
    ['speaks of a test', { test_id: 't-1', sample_rate: 1, example_url: true }],
  ])('repairs one that %s', (_, more) => {
    expect(apply({ ...learnedFrom, ...more }, violations)).toMatchObject({ ok: true });
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
