import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import type { Plan } from '../../src/model/plan.ts';
import { compileRule, tryPlan } from '../../src/repair/plans/trial.ts';
import { failureOf } from '../helpers/healing.ts';
import { contract, heal, integer, moment, number, object, text } from './healers/evidence-support.ts';

const payment = contract('payment', { id: text, amount: number });
const says = 'says more of the value at';

describe('what stands beside a number and completes it', () => {
  it.each<[string, JsonObject]>([
    ['its unit', { amount_unit: 'cents' }],
    ['a unit', { unit: 'cents' }],
    ['a unit nobody knows', { unit: 'kreuzer' }],
    ['a unit by another word for it', { value_unit: 'cents' }],
    ['a unit by a flag', { in_cents: true }],
    ['a unit by a flag of its own', { amount_in_cents: true }],
    ['minor units', { minor_units: true }],
    ['a sign', { sign: '-' }],
    ['its sign', { amount_sign: '-' }],
    ['a negative one', { amount_is_negative: true }],
    ['debit', { debit_credit: 'D' }],
    ['debit in words', { direction: 'debit' }],
    ['a reversal', { is_reversal: true }],
    ['an exponent', { exponent: -2 }],
    ['that of the currency', { currency_exponent: 2 }],
    ['a scale', { amount_scale: 1000 }],
    ['a word of its own', { amount_type: 'net' }],
    ['a word of another language', { amount_vorzeichen: 'minus' }],
    ['in an object beside it', { format: { unit: 'cents' } }],
    ['in an object with its sign', { meta: { amount_sign: '-', version: 3 } }],
  ])('%s: none is taken', async (_, beside) => {
    expect(await heal(payment, { id: 'p1', Amount: 500, ...beside })).toMatch(says);
    expect(await heal(payment, { id: 'p1', amount: '500', ...beside })).toMatch(says);
    expect(await heal(payment, { data: { id: 'p1', amount: 500 }, ...beside })).toMatch(says);
    expect(await heal(payment, { data: { id: 'p1', amount: 500, ...beside } })).toMatch(says);
  });

  it.each<[string, JsonObject]>([
    ['no sign', { sign: '+' }],
    ['none that is negative', { is_negative: false }],
    ['a currency as the unit', { amount_unit: 'EUR' }],
    ['a scale of one', { scale: 1 }],
    ['the unit of another field', { weight: 3, weight_unit: 'lb' }],
    ['the unit of what is in there', { parcel: { weight: 3, unit: 'lb' } }],
    ['another sort of unit', { business_unit: 'north' }],
    ['a card', { credit_card: 'visa' }],
    ['an id of its own', { amount_id: 'abc' }],
    ['the number as it is shown', { amount_formatted: '€500.00' }],
    ['another number', { amount_refunded: 0 }],
    ['its currency', { amount_currency: 'EUR' }],
    ['a remark', { amount_note: 'as agreed by phone' }],
  ])('%s: says nothing of it', async (_, beside) => {
    expect(await heal(payment, { id: 'p1', Amount: 500, ...beside })).toMatchObject({ amount: 500 });
  });

  it('is the contract’s own business where it declares that', async () => {
    const signed = contract('payment', { id: text, amount: number, amount_sign: text });
    const event = { id: 'p1', Amount: 5, amount_sign: '-' };
    expect(await heal(signed, event)).toMatchObject({ amount: 5, amount_sign: '-' });
    expect(await heal(signed, { id: 'p1', Amount: 5, AmountSign: '-' })).toMatchObject({ amount_sign: '-' });
  });

  it('counts in the same element of a list', async () => {
    const order = contract('order', {
      id: text,
      lines: { type: 'array', items: object({ sku: text, price: number }) },
    });
    const lines = (beside: JsonObject) => ({
      id: 'o1',
      lines: [
        { sku: 'a', Price: 5 },
        { sku: 'b', Price: 6, ...beside },
      ],
    });
    expect(await heal(order, lines({}))).toMatchObject({ lines: [{ price: 5 }, { price: 6 }] });
    expect(await heal(order, lines({ price_unit: 'cents' }))).toMatch(says);
  });

  it('may be the unit that the name has', async () => {
    const parcel = contract('parcel', { id: text, weight_kg: number });
    expect(await heal(parcel, { id: 'p', weightKg: 5, weight_unit: 'kg' })).toMatchObject({ weight_kg: 5 });
    expect(await heal(parcel, { id: 'p', weightKg: 5, weight_unit: 'lb' })).toMatch(says);
    expect(await heal(parcel, { id: 'p', weightKg: 5, unit: 'lb' })).toMatch(says);
  });

  it('completes no number that measures nothing', async () => {
    const job = contract('job', { job_number: integer, name: text });
    expect(await heal(job, { jobNumber: 7, name: 'a', unit: 'cents' })).toMatchObject({ job_number: 7 });
  });
});

it('half a number to call, and a time that is only expected, are none', async () => {
  const caller = contract('caller', { id: text, phone: text });
  expect(await heal(caller, { id: 'c', Phone: '123', phone_ext: '7' })).toMatch(says);
  expect(await heal(caller, { id: 'c', phone_number: '123', dial_code: '+49' })).toMatch(says);
  expect(await heal(caller, { id: 'c', Phone: '123', country: 'DE' })).toMatchObject({ phone: '123' });
  const task = contract('task', { id: text, due_at: moment });
  const due = { id: 't', dueAt: '2026-03-04T10:00:00Z' };
  expect(await heal(task, { ...due, due_at_estimated: true })).toMatch(says);
  expect(await heal(task, { ...due, due_at_estimated: false, is_due: true })).toMatchObject({ id: 't' });
});

describe('whoever proposed the plan', () => {
  const plan: Plan = { operations: [{ op: 'move', from: '/Amount', to: '/amount' }] };

  it('a rule asks it of each event', () => {
    const rule = compileRule(plan, payment);
    const apply = (event: JsonObject) => rule(event, failureOf(event, payment).violations);
    expect(apply({ id: 'p1', Amount: 5 }).ok).toBe(true);
    expect(apply({ id: 'p1', Amount: 5, sign: '+' }).ok).toBe(true);
    expect(apply({ id: 'p1', Amount: 5, sign: '-' }).ok).toBe(false);
    expect(apply({ id: 'p1', Amount: 5, amount_in_cents: true }).ok).toBe(false);
  });

  it('a model does not take it away', () => {
    const event = { id: 'p1', Amount: 5, amount_sign: '-' };
    const without: Plan = { operations: [...plan.operations, { op: 'remove', path: '/amount_sign' }] };
    expect(tryPlan(failureOf(event, payment), without)).toMatchObject({ ok: false });
  });

  it('a person has seen it', () => {
    const event = { id: 'p1', Amount: 5, amount_sign: '-' };
    expect(tryPlan(failureOf(event, payment), plan, { mayLeave: 'all' })).toMatchObject({ ok: true });
  });
});
