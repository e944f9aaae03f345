import { describe, expect, it } from 'vitest';
import { contractFromJsonSchema } from '../../src/contracts/json-schema/compile.ts';
import { ContractRegistry } from '../../src/contracts/registry.ts';
import { type ContractDefinition, decimal, defineContract, integer, z } from '../../src/index.ts';
import { createRowMaker } from '../../src/load/row.ts';

const first = defineContract({
  name: 'order',
  version: '1.0.0',
  key: 'order_no',
  schema: z.object({ order_no: z.string(), total: z.string(), state: z.enum(['open', 'done']) }),
});
const second = (more: Partial<ContractDefinition> = {}) =>
  defineContract({
    name: 'order',
    version: '2.0.0',
    key: '/order/number',
    columns: { '/order/number': 'number' },
    schema: z.object({
      order: z.object({ number: z.string() }),
      total: decimal({ precision: 12, scale: 2 }),
      state: z.enum(['pending', 'paid']),
    }),
    upgrade: {
      from: '1.0.0',
      operations: [
        { op: 'move', from: '/order_no', to: '/order/number' },
        { op: 'map', path: '/state', values: { open: 'pending', done: 'paid' } },
      ],
    },
    ...more,
  });
function registryOf(...contracts: ReturnType<typeof second>[]) {
  const registry = new ContractRegistry();
  for (const contract of contracts) registry.register(contract);
  return registry;
}
const facts = {
  requestId: '018f3c6e-0000-7000-8000-000000000000',
  receivedAt: 0,
  source: 'shop',
  repair: undefined,
  changed: undefined,
};

describe('an upgrade', () => {
  it.each([
    ['older', 'newer'],
    ['newer', 'older'],
  ])('makes events of the older version rows of the newer one; the %s is read first', (begin) => {
    const both = begin === 'older' ? [first, second()] : [second(), first];
    const registry = registryOf(...both);
    const [table] = registry.tables();
    expect(table!.columns.map(({ name }) => name)).toEqual(['event_id', 'order', 'total', 'state', 'number']);
    expect(table!.key).toEqual(['/number']);
    const event = { order_no: 'A1', total: '12.50', state: 'done', note: 'x' };
    const contract = registry.get('order', '1.0.0')!;
    const validation = contract.validate(event);
    if (!validation.ok) throw new Error('refused');
    const row = createRowMaker(contract)(validation.value, { ...facts, text: JSON.stringify(event) });
    expect(row).toMatchObject({
      contractVersion: '1.0.0',
      values: { number: 'A1', total: '12.5', state: 'paid' },
      extra: { note: 'x' },
      text: undefined,
    });
  });

  it('follows one another', () => {
    const third = defineContract({
      name: 'order',
      version: '3.0.0',
      key: 'id',
      schema: z.object({ id: z.string(), total: decimal(), state: z.string() }),
      upgrade: { from: '2.0.0', operations: [{ op: 'move', from: '/order/number', to: '/id' }] },
    });
    const contract = registryOf(first, second(), third).get('order', '1.0.0')!;
    const validation = contract.validate({ order_no: 'A1', total: '1', state: 'open' });
    expect(validation).toMatchObject({ ok: true, value: { id: 'A1', state: 'pending' } });
  });

  it('judges by the older version first, and what the newer refuses waits for a person', () => {
    const contract = registryOf(first, second()).get('order', '1.0.0')!;
    expect(contract.validate({ order_no: 1 })).toMatchObject({
      ok: false,
      violations: expect.arrayContaining([expect.objectContaining({ path: '/order_no', code: 'type' })]),
    });
    const refused = contract.validate({ order_no: 'A1', total: 'much', state: 'open' });
    expect(refused).toMatchObject({ ok: false, violations: [{ code: 'contract_failed' }] });
    expect(JSON.stringify(refused)).toMatch(/can't make an event of version 2\.0\.0 of it .*\/total/);
    expect(JSON.stringify(refused)).not.toContain('much');
  });

  it('may be written in JSON Schema', () => {
    const contract = contractFromJsonSchema({
      'x-contract': {
        name: 'order',
        version: '2.0.0',
        key: 'number',
        upgrade: { from: '1.0', operations: [{ op: 'move', from: '/order_no', to: '/number' }] },
      },
      properties: { number: { type: 'string' } },
    });
    expect(contract.upgrade).toEqual({
      from: '1.0.0',
      plan: { operations: [{ op: 'move', from: '/order_no', to: '/number' }] },
    });
  });

  it.each<[RegExp, object]>([
    [/must be a version before 2\.0\.0/, { from: '2.0.0', operations: [{ op: 'trim', path: '/state' }] }],
    [/operations/, { from: '1.0.0', operations: [] }],
    [
      /\/ordr is not declared by the contract/,
      { from: '1.0.0', operations: [{ op: 'move', from: '/order_no', to: '/ordr' }] },
    ],
    [
      /"shipped" is no value that the contract lists/,
      { from: '1.0.0', operations: [{ op: 'map', path: '/state', values: { open: 'shipped' } }] },
    ],
  ])('is checked as any plan when it is read: %s', (message, upgrade) => {
    expect(() => second({ upgrade: upgrade as never })).toThrow(message);
  });

  it('must read what the older version declares', () => {
    const wrong = second({
      upgrade: { from: '1.0.0', operations: [{ op: 'move', from: '/number', to: '/order/number' }] },
    });
    expect(() => registryOf(first, wrong)).toThrow(/reads \/number, which version 1\.0\.0 does not declare/);
  });

  it('leaves a version alone that it does not name', () => {
    const other = defineContract({
      name: 'order',
      version: '1.1.0',
      key: '/order/number',
      columns: { '/order/number': 'number' },
      schema: z.object({ order: z.object({ number: z.string() }), count: integer().optional() }),
    });
    expect(registryOf(first, second(), other).get('order', '1.1.0')!.rewrites).not.toBe(true);
  });
});
