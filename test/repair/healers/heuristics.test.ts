import * as fc from 'fast-check';
import { z } from 'zod';
import { describe, expect, it } from 'vitest';
import order from '../../../contracts/v1/order.ts';
import transaction from '../../../contracts/v1/transaction.ts';
import { defineContract } from '../../../src/contracts/zod/define.ts';
import { email } from '../../../src/contracts/fields/index.ts';
import { contractFromJsonSchema } from '../../../src/contracts/json-schema/compile.ts';
import type { Json, JsonObject } from '../../../src/model/json.ts';
import { heuristicsHealer } from '../../../src/repair/healers/heuristics/index.ts';
import { tryPlan } from '../../../src/repair/plans/trial.ts';
import { failureOf, transactionWith } from '../../helpers/healing.ts';
import { healer } from './evidence-support.ts';
import { heal, propose, without } from './heuristics-support.ts';

const { email: address, amount, user_id, currency } = transactionWith({});

describe('a field under another spelling', () => {
  it.each([
    ['email', 'user_email', address],
    ['email', 'customer_email', address],
    ['email', 'Email', address],
    ['email', 'e-mail', address],
    ['email', 'eMail', address],
    ['email', 'E_MAIL', address],
    ['email', 'émail', address],
    ['email', 'emails', address],
    ['email', 'mail', address],
    ['email', 'email_address', address],
    ['email', 'emailAddress', address],
    ['user_id', 'userId', user_id],
    ['user_id', 'userID', user_id],
    ['user_id', 'USERID', user_id],
    ['user_id', 'user-id', user_id],
    ['user_id', 'usr_id', user_id],
    ['amount', 'amt', amount],
    ['amount', 'Amount', amount],
    ['amount', 'ammount', amount],
    ['amount', 'amuont', amount],
    ['currency', 'currency_code', currency],
    ['currency', 'curr', currency],
    ['currency', 'currrency', currency],
  ])('%s as %s', async (field, name, value) => {
    const proposal = await propose(without(field, { [name]: value }));
    expect(proposal).toMatchObject({
      kind: 'plan',
      plan: { operations: [{ op: 'move', from: `/${name}`, to: `/${field}` }] },
    });
  });

  it('an alias that the contract declares, even if it means something else elsewhere', async () => {
    const contract = { ...transaction, aliases: { '/amount': ['price', 'total_cost'] } };
    expect(await heal(without('amount', { price: 12 }), contract)).toMatchObject({ amount: 12 });
    expect(await heal(without('amount', { data: { totalCost: 12 } }), contract)).toMatchObject({
      amount: 12,
    });
    expect(await heal(without('amount', { price: 12, Amount: 13 }), contract)).toMatch('/amount could be');
  });

  it('with a prefix that most fields of the event have', async () => {
    const { event_id, timestamp, source } = transactionWith({});
    const prefixed = { trx_amount: amount, trx_currency: currency, trx_user_id: user_id, trx_email: address };
    expect(await heal({ event_id, timestamp, source, ...prefixed } as JsonObject)).toEqual(
      transactionWith({}),
    );
  });

  it('says why, for a person to check', async () => {
    expect(await propose(without('email', { user_email: address }))).toMatchObject({
      evidence: ['/user_email is /email: the same name but for "user"'],
    });
  });

  it('a higher threshold wants a clearer name', async () => {
    const failure = failureOf(without('email', { user_email: address }));
    const strict = heuristicsHealer({ threshold: 0.95 });
    expect(await strict.propose(failure, new AbortController().signal)).toMatchObject({ kind: 'refused' });
  });
});

describe('a repair that would be valid but wrong is refused', () => {
  it('a field that is still sent, as null, has not been renamed', async () => {
    const proposal = await propose(transactionWith({ email: null, user_email: address }));
    expect(proposal).toEqual({
      kind: 'refused',
      reason:
        '/email is sent, as null, so /user_email may mean something else: make it an alias if it is the same',
    });
  });

  it.each([
    ['amount', 'price', 12],
    ['amount', 'cost', 12],
    ['amount', 'total', 12],
    ['amount', 'total_amount', 12],
    ['amount', 'net_amount', 12],
    ['amount', 'tax_amount', 12],
    ['amount', 'refund_amount', 12],
    ['amount', 'transaction_amount', 12],
    ['amount', 'txnAmount', 12],
    ['amount', 'amount_cents', 1250],
    ['amount', 'amountInCents', 1250],
    ['amount', 'amount_in_minor_units', 1250],
    ['amount', 'price_usd_cents', 1250],
    ['amount', 'amount_usd', 12],
    ['amount', 'amount2', 12],
    ['amount', 'previous_amount', 12],
    ['amount', 'amount_count', 12],
    ['amount', 'amount_percent', 12],
    ['email', 'old_email', address],
    ['email', 'recovery_email', address],
    ['email', 'billing_email', address],
    ['email', 'email_domain_owner', address],
    ['email', 'contact', address],
    ['email', 'address', address],
    ['currency', 'user_currency', 'EUR'],
    ['currency', 'code', 'EUR'],
    ['currency', 'settlement_currency', 'EUR'],
    ['user_id', 'id', user_id],
    ['user_id', 'account_id', user_id],
    ['user_id', 'other_user_id', user_id],
    ['user_id', 'user', user_id],
  ])('%s is not %s', async (field, name, value) => {
    const proposal = await propose(without(field, { [name]: value }));
    expect(proposal).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining(`/${field}`) as string,
    });
  });

  it.each([
    ['two that are named alike', { email: undefined, user_email: address, customerEmail: address }],
    ['two that are qualified', { email: undefined, billing_email: address, shipping_email: address }],
    ['a clear one beside a doubtful one', { email: undefined, user_email: address, old_email: address }],
    ['a value that does not fit the name', { email: undefined, user_email: 'unknown' }],
    ['a value that is no number', { amount: 'not-a-number' }],
    ['a number that may be grouped', { amount: '1,234' }],
    ['a negative amount', { amount: -1 }],
    ['a container that says whose it is', { email: undefined, billing: { email: address } }],
    ['a container that nobody knows', { email: undefined, foo: { email: address } }],
  ])('%s', async (_, changes) => {
    expect(await propose(transactionWith(changes))).toMatchObject({ kind: 'refused' });
  });

  it('the very same name wins over one with a word more', async () => {
    expect(await heal(without('email', { Email: address, old_email: 'x@example.com' }))).toMatchObject({
      email: address,
      old_email: 'x@example.com',
    });
  });

  it('a field that is another field of the contract under another spelling', async () => {
    const contract = defineContract({
      name: 'person',
      version: '1.0.0',
      key: 'email',
      schema: z.object({ email: email(), customer_email: email().optional() }),
    });
    expect(await propose({ customerEmail: 'ana@example.com' }, contract)).toMatchObject({ kind: 'refused' });
  });

  it('one field for two', async () => {
    const contract = defineContract({
      name: 'pair',
      version: '1.0.0',
      key: 'email',
      schema: z.object({ email: email(), customer: z.object({ email: email() }) }),
    });
    const proposal = await propose({ user_email: 'a@example.com', customer: {} }, contract);
    expect(proposal).toMatchObject({ kind: 'refused' });
  });

  it('"contract_id" is no misspelt "contact_id", though both are UUIDs', async () => {
    const contract = contractFromJsonSchema({
      'x-contract': { name: 'call', version: '1.0.0', key: 'contact_id' },
      type: 'object',
      properties: { contact_id: { type: 'string', format: 'uuid' }, id: { type: 'string', format: 'uuid' } },
      required: ['contact_id', 'id'],
    });
    expect(await heal({ id: user_id!, contract_id: user_id! }, contract)).toMatch('/contact_id is missing');
    expect(await heal({ contact_id: user_id!, message_id: user_id! }, contract)).toMatch('/id is missing');
    expect(await heal({ id: user_id!, contcat_id: user_id! }, contract)).toMatchObject({
      contact_id: user_id,
    });
  });
});

describe('any event', () => {
  it('is repaired with a proven, accepted result or refused with a reason; nothing is thrown', async () => {
    const names = fc.constantFrom(
      'email',
      'Email',
      'user_email',
      'amt',
      'amount',
      'data',
      'userId',
      'user_id',
      'currency',
    );
    const values = fc.oneof(
      fc.constantFrom<Json>(address!, user_id!, '12.50', 'EUR', '{"email":"a@b.c"}'),
      fc.jsonValue(),
    );
    const drifted = fc
      .dictionary(names, values as fc.Arbitrary<Json>)
      .map((fields) => transactionWith(fields));
    const any = fc.dictionary(fc.string(), fc.jsonValue()) as fc.Arbitrary<JsonObject>;
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(drifted, any),
        fc.constantFrom(transaction, order),
        async (event, contract) => {
          if (contract.validate(event).ok) return;
          const failure = failureOf(event, contract);
          const proposal = await healer.propose(failure, new AbortController().signal);
          if (proposal.kind === 'refused') expect(proposal.reason).not.toBe('');
          else expect(tryPlan(failure, proposal.plan)).toMatchObject({ ok: true });
        },
      ),
      { numRuns: 300 },
    );
  });
});
