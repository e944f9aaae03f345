import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadContracts } from '../../src/contracts/discover.ts';
import type { JsonObject } from '../../src/model/json.ts';

const registry = await loadContracts([fileURLToPath(new URL('../../contracts', import.meta.url))]);
const id = '3f0b0f6e-2f6a-4f6e-9d6e-2f6a4f6e9d6e';
const base = { event_id: id, timestamp: '2026-03-04T05:06:07Z' };

const faults = (contract: string, version: string, event: JsonObject): string[] => {
  const result = registry.get(contract, version)?.validate(event);
  return result === undefined || result.ok
    ? []
    : result.violations.map(({ path, code }) => `${path} ${code}`);
};

describe('the contracts that ship with Data Sentinel', () => {
  it('are the transaction and two versions of the order, with a table each', () => {
    expect(registry.all().map(({ name, version }) => `${name} ${version}`)).toEqual([
      'order 1.0.0',
      'order 2.0.0',
      'transaction 1.0.0',
    ]);
    const tables = registry.tables().map(({ name, columns }) => [name, columns.map((column) => column.name)]);
    expect(tables).toEqual([
      ['order', ['event_id', 'timestamp', 'source', 'version', 'payload', 'channel', 'placed_at']],
      [
        'transaction',
        ['event_id', 'timestamp', 'source', 'amount', 'currency', 'user_id', 'email', 'description'],
      ],
    ]);
  });

  const transaction = {
    ...base,
    amount: '12.50',
    currency: 'EUR',
    user_id: id.toUpperCase(),
    email: 'a@b.example',
  };

  it('take a transaction, with exact money', () => {
    expect(registry.get('transaction', '1.0.0')?.validate({ ...transaction, note: 'kept' })).toEqual({
      ok: true,
      value: { ...transaction, source: 'unknown', amount: '12.5', user_id: id, note: 'kept' },
      changed: { source: 'unknown', amount: '12.5', user_id: id },
    });
    expect(faults('transaction', '1.0.0', { ...transaction, description: null })).toEqual([]);
  });

  it.each<[JsonObject, string]>([
    [{ amount: 0 }, '/amount too_small'],
    [{ amount: 'NaN' }, '/amount format'],
    [{ amount: 'inf' }, '/amount format'],
    [{ currency: '   ' }, '/currency pattern'],
    [{ user_id: 'x' }, '/user_id format'],
    [{ email: 'nobody' }, '/email format'],
    [{ source: '' }, '/source too_small'],
    [{ event_id: 'x' }, '/event_id format'],
    [{ timestamp: '2026-02-30' }, '/timestamp format'],
    [{ description: 1 }, '/description type'],
  ])('refuse a transaction with %j', (wrong, fault) => {
    expect(faults('transaction', '1.0.0', { ...transaction, ...wrong })).toEqual([fault]);
  });

  const payload = {
    order_id: 'o-1',
    customer_email: 'a@b.example',
    items: [{ sku: 's', quantity: 2, price: 0 }],
    total_amount: '19.90',
    currency: 'EUR',
  };

  it('take orders of both versions side by side', () => {
    expect(faults('order', '1.0.0', { ...base, payload })).toEqual([]);
    expect(faults('order', '2.0.0', { ...base, payload })).toEqual(['/channel required']);
    expect(faults('order', '2.0.0', { ...base, payload, channel: 'web', placed_at: 1_700_000_000 })).toEqual(
      [],
    );
    expect(registry.get('order', '1.0.0')?.validate({ ...base, payload })).toMatchObject({
      value: { version: '1.0.0', source: 'ecommerce_api' },
    });
  });

  it('refuse an order whose items are wrong, item by item', () => {
    const items: JsonObject[] = [
      { sku: 's', quantity: 0, price: -1 },
      { quantity: 1.5, price: 'x' },
    ];
    expect(faults('order', '1.0.0', { ...base, payload: { ...payload, items } })).toEqual([
      '/payload/items/0/quantity too_small',
      '/payload/items/0/price too_small',
      '/payload/items/1/sku required',
      '/payload/items/1/quantity type',
      '/payload/items/1/price format',
    ]);
  });
});
