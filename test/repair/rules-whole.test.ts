import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Contract } from '../../src/contracts/contract.ts';
import { date, decimal } from '../../src/contracts/fields/index.ts';
import { defineContract } from '../../src/contracts/zod/define.ts';
import type { Json, JsonObject } from '../../src/model/json.ts';
import type { Operation } from '../../src/model/plan.ts';
import { heuristicsHealer } from '../../src/repair/healers/heuristics/index.ts';
import { tryPlan } from '../../src/repair/plans/trial.ts';
import { type RuleStore, openRuleStore } from '../../src/repair/rules/store.ts';
import { failureOf, silent } from '../helpers/healing.ts';
import { memoryState } from '../../src/testing/memory-state.ts';

const orders = defineContract({
  name: 'order_notice',
  version: '1.0.0',
  schema: z.object({
    order_ref: z.string(),
    net_amount: decimal(),
    coupon_code: z.string().optional(),
    gift_note: z.string().nullish(),
    paid_on: date().optional(),
    customer: z.object({ name: z.string(), phone: z.string().optional() }).optional(),
    lines: z.array(z.object({ sku: z.string(), unit_price: decimal().optional() })).optional(),
  }),
});

const invoices = defineContract({
  name: 'invoice',
  version: '1.0.0',
  schema: z.object({ id: z.string(), state: z.enum(['paid', 'unpaid', 'partially_paid']) }),
});

const valid = { order_ref: 'A-1', net_amount: '12.50' };
const move = (from: string, to: string): Operation => ({ op: 'move', from, to });
const unpack = [move('/data/order_ref', '/order_ref'), move('/data/net_amount', '/net_amount')];

let rules: RuleStore;
beforeEach(async () => {
  rules = await openRuleStore(memoryState(), {
    ttlDays: 7,
    contracts: { get: (name) => [orders, invoices].find((contract) => contract.name === name) },
    log: silent,
  });
});

const learn = (event: JsonObject, operations: Operation[], contract: Contract = orders) =>
  rules.learn({
    failure: failureOf(event, contract),
    plan: { operations },
    origin: 'heuristic',
    evidence: [],
    approval: 'auto',
  });

/** What a rule makes of the event; undefined when it is left to the healers. */
function byRule(event: JsonObject, contract: Contract = orders): Json | undefined {
  const { violations, source } = failureOf(event, contract);
  const found = rules.find(contract.name, contract.version, source, violations, event);
  if (found.kind === 'ambiguous') return 'ambiguous';
  const made = found.kind === 'rule' ? found.apply(event, violations) : undefined;
  return made?.ok === true ? made.value.event : undefined;
}

/** Like the pipeline: a rule, else the heuristics, whose plan becomes one. */
async function heal(event: JsonObject): Promise<Json | undefined> {
  const byKnown = byRule(event);
  if (byKnown !== undefined) return byKnown;
  const proposal = await heuristicsHealer().propose(failureOf(event, orders), new AbortController().signal);
  if (proposal.kind === 'refused') return undefined;
  await learn(event, proposal.plan.operations);
  return byRule(event);
}

describe('a rule repairs an event whole or leaves it to the healers', () => {
  it.each<[string, JsonObject]>([
    ['of the same container', { data: { ...valid, coupon_code: 'X' } }],
    ['in another spelling', { data: { ...valid, CouponCode: 'X' } }],
    ['beside the container', { data: valid, 'Coupon-Code': 'X' }],
    ['in a declared object', { data: valid, customer: { name: 'Ana', PHONE: '1' } }],
    ['in the elements of a list', { data: valid, lines: [{ sku: 'a' }, { sku: 'b', unitPrice: 1 }] }],
    ['whose place holds null', { data: { ...valid, gift_note: 'hi' }, gift_note: null }],
    ['of a plain container beside', { data: valid, payload: { coupon_code: 'X' } }],
    ['as the name of its object', { data: valid, customer: { name: 'Ana' }, customer_phone: '1' }],
    ['with diacritics', { data: valid, coupon_códe: 'X' }],
  ])('a field %s', async (_, event) => {
    await learn({ data: valid }, unpack);
    expect(byRule({ data: valid })).toEqual(valid);
    expect(byRule(event)).toBeUndefined();
    // Nor may anybody propose it.
    expect(tryPlan(failureOf(event, orders), { operations: unpack })).toMatchObject({
      ok: false,
      error: { leaves: [expect.any(String)] },
    });
  });

  it.each<[string, JsonObject]>([
    ['fields of other names', { data: { ...valid, campaign: 'X' } }],
    ['the field in its own place', { data: valid, coupon_code: 'X' }],
    ['a twin that says the same', { data: { ...valid, CouponCode: 'X' }, coupon_code: 'X' }],
    ['a namesake somewhere else', { data: valid, campaign: { coupon_code: 'X', name: 'Y' } }],
  ])('but does not mind %s', async (_, event) => {
    await learn({ data: valid }, unpack);
    expect(byRule(event)).toMatchObject(valid);
  });

  it.each<[string, JsonObject]>([
    ['the same name', { data: { ...valid, coupon_code: 'Y' }, coupon_code: 'X' }],
    ['another spelling', { data: { ...valid, CouponCode: 'Y' }, coupon_code: 'X' }],
    ['another type', { data: { ...valid, coupon_code: 5 }, coupon_code: '5' }],
  ])('and steps back where the container has a field by %s that differs', async (_, event) => {
    await learn({ data: valid, coupon_code: 'X' }, unpack);
    expect(byRule({ data: valid, coupon_code: 'X' })).toMatchObject({ ...valid, coupon_code: 'X' });
    expect(byRule(event)).toBeUndefined();
    expect(await heal(event)).toBeUndefined();
  });

  it('but not where a person has said which of the two is meant', async () => {
    const event = { data: { ...valid, coupon_code: 'Y' }, coupon_code: 'X' };
    await rules.learn({
      failure: failureOf(event, orders),
      plan: { operations: unpack },
      origin: 'person',
      evidence: [],
      approval: 'auto',
    });
    expect(byRule(event)).toMatchObject({ ...valid, coupon_code: 'X' });
  });

  it('optional fields come and go, in any order', async () => {
    const events = [
      { data: valid },
      { data: { ...valid, coupon_code: 'X' } },
      { data: { ...valid, gift_note: 'hi' } },
      { data: { ...valid, coupon_code: 'X', gift_note: 'hi' } },
    ];
    for (const order of [events, events.toReversed(), [events[3]!, events[0]!, events[2]!, events[1]!]]) {
      rules = await openRuleStore(memoryState(), {
        ttlDays: 7,
        contracts: { get: () => orders },
        log: silent,
      });
      for (const event of [...order, ...order]) expect(await heal(event)).toEqual(event.data);
      for (const event of order) expect(byRule(event)).toEqual(event.data);
    }
  });

  it.each<[string, JsonObject]>([
    ['an object of a value and a unit', { order_ref: 'A-1', 'Net-Amount': { Value: 5, Currency: 'EUR' } }],
    ['an optional date of two readings', { data: valid, paidOn: '03/04/2026' }],
    ['an optional field of the wrong type', { data: valid, couponCode: { uses: 3, left: 1 } }],
    ['a field in a list', { data: valid, Lines: [{ Sku: 'a', unitPrice: 'five' }] }],
  ])('half a repair is none: %s', async (_, event) => {
    expect(await heal(event)).toBeUndefined();
  });
});

describe('a rival steps in', () => {
  const amt = { order_ref: 'A-1', amt: '1' };

  it.each<[string, JsonObject]>([
    ['the field in another spelling', { NetAmount: '100' }],
    ['with a word more', { net_amount_total: '100' }],
    ['with its words in another order', { amount_net: '100' }],
    ['with a separator', { 'net.amount': 100 }],
  ])('%s', async (_, rival) => {
    await learn(amt, [move('/amt', '/net_amount')]);
    expect(byRule(amt)).toEqual({ order_ref: 'A-1', net_amount: '1' });
    expect(byRule({ ...amt, ...rival })).toBeUndefined();
    expect(byRule({ ...rival, ...amt })).toBeUndefined();
  });

  it('is no news when it was there when the rule was learned', async () => {
    const event = { ...amt, shop_net_amount: '3' };
    await learn(event, [move('/amt', '/net_amount')]);
    expect(byRule(event)).toMatchObject({ net_amount: '1' });
    // The healers stood by the plan: from then on the rule does too.
    expect(byRule({ ...event, tax_net_amount: '3' })).toBeUndefined();
    expect(await learn({ ...event, tax_net_amount: '3' }, [move('/amt', '/net_amount')])).toMatchObject({
      kind: 'known',
    });
    expect(byRule({ ...event, tax_net_amount: '3' })).toMatchObject({ net_amount: '1' });
    expect(byRule(event)).toMatchObject({ net_amount: '1' });
  });

  it('is none when it holds something of another kind', async () => {
    await learn(amt, [move('/amt', '/net_amount')]);
    expect(byRule({ ...amt, net_amount_history: [1, 2] })).toMatchObject({ net_amount: '1' });
  });
});

describe('a rival of what a rule takes apart, or takes one of', () => {
  const people = defineContract({
    name: 'person',
    version: '1.0.0',
    schema: z.object({ first_name: z.string(), last_name: z.string(), email: z.string().optional() }),
  });
  const split: Operation = {
    op: 'split',
    from: '/full_name',
    separator: ' ',
    to: ['/first_name', '/last_name'],
  };
  const ana = { first_name: 'Ana', last_name: 'Lima' };
  beforeEach(async () => {
    rules = await openRuleStore(memoryState(), {
      ttlDays: 7,
      contracts: { get: () => people },
      log: silent,
    });
  });

  it.each<[string, JsonObject]>([
    ['another whole', { name: 'Bob Ray' }],
    ['the same whole in another spelling', { fullName: 'Bob Ray' }],
  ])('%s', async (_, rival) => {
    await learn({ full_name: 'Ana Lima' }, [split], people);
    expect(byRule({ full_name: 'Ana Lima' }, people)).toEqual(ana);
    expect(byRule({ full_name: 'Ana Lima', ...rival }, people)).toBeUndefined();
  });

  it('a list of what it takes one of', async () => {
    const mail = { ...ana, Email: 'a@x.de' };
    const needed = defineContract({
      name: 'person',
      version: '1.0.0',
      schema: z.object({ first_name: z.string(), last_name: z.string(), email: z.string() }),
    });
    rules = await openRuleStore(memoryState(), { ttlDays: 7, contracts: { get: () => needed }, log: silent });
    await learn(mail, [move('/Email', '/email')], needed);
    expect(byRule(mail, needed)).toEqual({ ...ana, email: 'a@x.de' });
    expect(byRule({ ...mail, emails: ['b@x.de'] }, needed)).toBeUndefined();
    expect(byRule({ ...mail, colours: ['red'] }, needed)).toMatchObject({ email: 'a@x.de' });
  });
});

describe('rules that overlap', () => {
  const wide = [...unpack, move('/data/coupon_code', '/coupon_code')];
  const event = { data: { ...valid, coupon_code: 'X' } };

  it.each([
    ['the wider one first', true],
    ['the narrower one first', false],
  ])('the one that explains more is used: %s', async (_, isWideFirst) => {
    const lessons: [JsonObject, Operation[]][] = [
      [{ data: valid }, unpack],
      [event, wide],
    ];
    for (const [seen, operations] of isWideFirst ? lessons.toReversed() : lessons)
      expect(await learn(seen, operations)).toMatchObject({ kind: 'learned' });
    expect(byRule(event)).toEqual({ ...valid, coupon_code: 'X' });
    expect(byRule({ data: valid })).toEqual(valid);
  });

  it('two that take different fields to be the same one contradict each other', async () => {
    await learn({ order_ref: 'A-1', amt: '1' }, [move('/amt', '/net_amount')]);
    await learn({ order_ref: 'A-1', sum: '1' }, [move('/sum', '/net_amount')]);
    expect(byRule({ order_ref: 'A-1', amt: '1', sum: '2' })).toBe('ambiguous');
  });
});

describe('rules of one sender for the same failure', () => {
  it.each([
    [['Paid', 'Partially Paid', 'paid ', ' UNPAID', 'PARTIALLY-PAID ', 'Unpaid']],
    [[' UNPAID', 'paid ', 'Partially Paid', 'Paid', 'partially paid']],
  ])('each repair what they can, and leave the rest to the healers: %j', async (states) => {
    for (const state of states) {
      const event = { id: 'i', state };
      const right = { id: 'i', state: state.trim().toLowerCase().replace(/[ -]/, '_') };
      const proposal = await heuristicsHealer().propose(
        failureOf(event, invoices),
        new AbortController().signal,
      );
      expect(byRule(event, invoices) ?? right).toEqual(right);
      if (proposal.kind === 'plan') await learn(event, proposal.plan.operations, invoices);
      expect(byRule(event, invoices)).toEqual(right);
    }
  });
});
