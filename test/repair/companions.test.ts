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
    const room = contract('room', { id: text, temp_c: number });
    for (const unit of ['celsius', '°C'])
      expect(await heal(room, { id: 'r', tempC: 21.5, unit })).toMatchObject({ temp_c: 21.5 });
    expect(await heal(room, { id: 'r', tempC: 21.5, unit: '°F' })).toMatch(says);
    expect(await heal(parcel, { id: 'p', weightKg: 5, weight_unit: 'lb' })).toMatch(says);
    expect(await heal(parcel, { id: 'p', weightKg: 5, unit: 'lb' })).toMatch(says);
  });

  it('completes no number that measures nothing', async () => {
    const job = contract('job', { job_number: integer, name: text });
    expect(await heal(job, { jobNumber: 7, name: 'a', unit: 'cents' })).toMatchObject({ job_number: 7 });
  });
});

describe('half of another value', () => {
  const caller = contract('caller', { id: text, phone: text });
  const task = contract('task', { id: text, due_at: moment });
  const visit = contract('visit', { id: text, starts_at: moment });
  const stay = contract('stay', { id: text, day: { type: 'string', format: 'date' } });
  const ship = contract('ship', { lat: number, lon: number });
  const house = contract('house', { id: text, street: text });
  const invoice = contract('invoice', { invoice_number: text });
  const till = contract('till', { id: text, total: number });
  const call = contract('call', { id: text, duration_minutes: integer });
  const paid = contract('till', { total: number, currency: text });
  const reading = contract('reading', { value: number });
  const mail = contract('mail', { id: text, body: text });
  const hour = { id: 'v', starts_at: '2026-03-04 02:00', timezone: 'UTC' };
  const at = { latitude: 33.9, longitude: 18.4 };
  const due = { id: 't', dueAt: '2026-03-04T10:00:00Z' };
  const coded = { id: 'm', Body: 'aGVsbG8=' };

  it.each<[string, typeof caller, JsonObject, JsonObject]>([
    ['an extension', caller, { id: 'c', Phone: '123' }, { phone_ext: '7' }],
    ['a code to dial', caller, { id: 'c', phone_number: '123' }, { dial_code: '+49' }],
    ['a code to dial as a number', caller, { id: 'c', phone_number: '123' }, { area_code: 89 }],
    ['a time that is only expected', task, due, { due_at_estimated: true }],
    ['the half of the day', visit, hour, { am_pm: 'PM' }],
    ['the half of the day under another name', visit, hour, { period: 'p.m.' }],
    ['the half of the day, in short', visit, hour, { ap: 'p' }],
    ['the half of the day, as a flag', visit, hour, { is_pm: true }],
    ['the unit of a Unix time', visit, { id: 'v', starts_at: 1772618400 }, { starts_at_unit: 'ms' }],
    ['the rest of a second', visit, { id: 'v', starts_at: 1772618400 }, { starts_at_nanos: 5e8 }],
    ['how a date is written', stay, { id: 's', day: '12/31/2026' }, { date_format: 'DD/MM/YYYY' }],
    ['the south', ship, at, { lat_dir: 'S' }],
    ['the west', ship, at, { ns: 'N', ew: 'W' }],
    ['the south, by a word', ship, at, { latitude_hemisphere: 'South' }],
    ['the south, by a flag', ship, at, { lat_is_south: true }],
    ['the south, by a number', ship, at, { lat_sign: -1 }],
    ['the number as it is shown', till, { id: 't', Total: 500 }, { total_formatted: '$5.00' }],
    ['another currency', paid, { Total: 5, currency: 'EUR' }, { total_currency: 'USD' }],
    ['a bound', reading, { result: { value: 5.5 } }, { result: { value: 5.5, comparator: '<' } }],
    ['a bound of its own', reading, { Value: 5.5 }, { value_comparator: '>=' }],
    ['a mark of doubt', reading, { data: { value: 5.5 } }, { approximate: true }],
    ['so many of them', till, { id: 't', Total: 19 }, { per: 1000 }],
    ['minutes of a degree', ship, at, { latitude_minutes: 30 }],
    ['the house', house, { id: 'h', Street: 'Main St' }, { house_number: '5' }],
    ['the number in the street', house, { id: 'h', Street: 'Main St' }, { street_number: '5' }],
    ['the series of a number', invoice, { invoiceNumber: '123' }, { invoice_series: 'F' }],
    ['cents', till, { id: 't', Total: 19 }, { total_cents: 99 }],
    ['cents alone', till, { id: 't', Total: 19 }, { cents: 99 }],
    ['hours beside minutes', call, { id: 'c', durationMinutes: 30 }, { duration_hours: 1 }],
    ['hours alone beside minutes', call, { id: 'c', durationMinutes: 30 }, { hours: 1.5 }],
    ['a code', mail, coded, { isBase64Encoded: true }],
    ['its code', mail, coded, { body_encoding: 'base64' }],
    ['a code by its header', mail, coded, { content_transfer_encoding: 'base64' }],
    ['a cut', mail, { id: 'm', Body: 'Dear Ann, we' }, { body_truncated: true }],
  ])('%s: none is taken', async (_, of, event, beside) => {
    expect(await heal(of, event)).toBeTypeOf('object');
    expect(await heal(of, { ...event, ...beside })).toMatch(says);
  });

  it.each<[string, typeof caller, JsonObject, JsonObject]>([
    ['a country', caller, { id: 'c', Phone: '123' }, { country: 'DE' }],
    ['no estimate', task, due, { due_at_estimated: false, is_due: true }],
    ['the unit of something else', visit, hour, { unit: 'kg' }],
    ['how long something took', visit, { id: 'v', starts_at: 1772618400 }, { latency_ms: 250 }],
    ['another format', stay, { id: 's', day: '12/31/2026' }, { format: 'json' }],
    ['another period', visit, hour, { period: 'spring' }],
    ['the north-east', ship, at, { lat_dir: 'N', lon_dir: 'E' }],
    ['the same as it is shown', till, { id: 't', Total: 1500 }, { total_formatted: '€1.500,00' }],
    ['the same currency', paid, { Total: 5, currency: 'EUR' }, { total_currency: 'eur' }],
    ['the same in cents', till, { id: 't', Total: 19 }, { total_cents: 1900 }],
    ['the same in seconds', call, { id: 'c', durationMinutes: 30 }, { duration_seconds: 1800 }],
    ['an alphabet', mail, coded, { encoding: 'UTF-8' }],
    ['an alphabet, by its name', mail, coded, { body_encoding: 'UTF-8' }],
    ['another cut', mail, { id: 'm', Body: 'Dear Ann, we' }, { truncated: true }],
  ])('%s: says nothing of it', async (_, of, event, beside) => {
    expect(await heal(of, { ...event, ...beside })).toBeTypeOf('object');
  });
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
