import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineContract } from '../../src/contracts/zod/define.ts';
import type { Operation } from '../../src/model/plan.ts';
import { changeOfMeaningIn } from '../../src/repair/plans/meaning/index.ts';

const contract = defineContract({
  name: 'receipt',
  version: '1.0.0',
  aliases: { '/amount': ['tip'] },
  schema: z.object({ id: z.string(), amount: z.number().optional() }),
});
const plain = defineContract({ name: 'receipt', version: '1.0.0', schema: z.object({ id: z.string() }) });
const refund = defineContract({ name: 'refund', version: '1.0.0', schema: z.object({ id: z.string() }) });

const moved = (from: string, to: string, of = plain) =>
  changeOfMeaningIn({ operations: [{ op: 'move', from, to }] }, of);
const mapped = (path: string, values: Extract<Operation, { op: 'map' }>['values']) =>
  changeOfMeaningIn({ operations: [{ op: 'map', path, values }] }, plain);

describe('a mapping that changes the meaning', () => {
  it.each([
    ['/amount_cents', '/amount'],
    ['/priceMinor', '/price'],
    ['/duration', '/duration_ms'],
    ['/timeout_seconds', '/timeout_ms'],
    ['/weight_kg', '/weight_lb'],
    ['/weight_g', '/weight'],
    ['/power_mW', '/power_MW'],
    ['/temperature_fahrenheit', '/temperature_celsius'],
    ['/disabled', '/active'],
    ['/is_inactive', '/is_active'],
    ['/unverified', '/verified'],
    ['/opt/not_subscribed', '/subscribed'],
    ['/old_email', '/email'],
    ['/previous_attributes/status', '/status'],
    ['/before/balance', '/balance'],
    ['/former_name', '/name'],
    ['/billing_address', '/shipping_address'],
    ['/shipping/city', '/billing/city'],
    ['/sender', '/email'],
    ['/sender_id', '/recipient_id'],
    ['/from_account', '/to_account'],
    ['/seller_name', '/buyer_name'],
    ['/tip', '/amount'],
    ['/tax_amount', '/amount'],
    ['/service_fee', '/total'],
    ['/refund_amount', '/amount'],
    ['/net_amount', '/gross_amount'],
    ['/subtotal', '/total'],
    ['/max_price', '/price'],
    ['/estimated_delivery', '/delivery'],
    ['/first_name', '/last_name'],
    ['/start_date', '/end_date'],
    ['/lat', '/longitude'],
    ['/created_at', '/updated_at'],
  ])('%s is not %s', (from, to) => {
    expect(moved(from, to)).toContain(`${from} is not ${to}`);
  });

  it.each([
    ['/price', '/amount'],
    ['/amt', '/amount'],
    ['/data/attributes/Amount', '/amount'],
    ['/customer_email', '/email'],
    ['/delivery_city', '/shipping_city'],
    ['/previousStatus', '/old_status'],
    ['/net', '/net_amount'],
    ['/amountCents', '/amount_in_cents'],
    ['/fees', '/fee'],
    ['/isDisabled', '/disabled'],
    ['/created', '/created_at'],
    ['/secondary', '/name'],
    ['/untitled', '/note'],
    ['/recipent_postcode', '/recipient_postcode'],
    ['/shiping_city', '/shipping_city'],
  ])('%s may be %s', (from, to) => {
    expect(moved(from, to)).toBeUndefined();
  });

  it('is none for a word of the contract itself, nor for an alias', () => {
    expect(moved('/refund_amount', '/amount', refund)).toBeUndefined();
    expect(moved('/tip', '/amount', contract)).toBeUndefined();
  });

  it('is none where a whole is cut into its parts', () => {
    const operations: Operation[] = [
      { op: 'split', from: '/full_name', separator: ' ', to: ['/first_name', '/last_name'] },
    ];
    expect(changeOfMeaningIn({ operations }, plain)).toBeUndefined();
  });
});

describe('a map that changes the meaning', () => {
  it.each<[string, Record<string, string | boolean | null>]>([
    ['/status', { chargeback: 'paid' }],
    ['/status', { unpaid: 'paid' }],
    ['/status', { paid: 'refunded' }],
    ['/status', { failed: 'completed' }],
    ['/active', { inactive: true }],
    ['/active', { no: true }],
    ['/paid', { hello: true }],
    ['/paid', { 'see note': false }],
    ['/enabled', { Y: false }],
    ['/status', { pending: null }],
  ])('%s %j', (path, values) => {
    expect(mapped(path, values)).toContain(path);
  });

  it.each<[string, Record<string, string | boolean | null>]>([
    ['/status', { PAID: 'paid' }],
    ['/status', { settled: 'paid' }],
    ['/status', { canceled: 'cancelled' }],
    ['/active', { inactive: false, active: true }],
    ['/active', { Yes: true, n: false, '1': true }],
    ['/is_paid', { unpaid: false }],
    ['/status', { 'n/a': null }],
  ])('not %s %j', (path, values) => {
    expect(mapped(path, values)).toBeUndefined();
  });
});
