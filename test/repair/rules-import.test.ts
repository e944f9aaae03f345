import { beforeEach, describe, expect, it } from 'vitest';
import transaction from '../../contracts/v1/transaction.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { type RuleStore, openRuleStore } from '../../src/repair/rules/store.ts';
import { failureOf, priced, silent } from '../helpers/healing.ts';
import { memoryState } from '../../src/testing/memory-state.ts';

const contracts = {
  get: (name: string, version: string) =>
    name === 'transaction' && version === '1.0.0' ? transaction : undefined,
};
const open = () => openRuleStore(memoryState(), { ttlDays: 7, contracts, log: silent });

let rules: RuleStore;
beforeEach(async () => {
  rules = await open();
});

const repairs = (event: JsonObject) => {
  const { contract, source, violations } = failureOf(event);
  const found = rules.find(contract.name, contract.version, source, violations, event);
  return found.kind === 'rule' ? found.apply(event, violations) : found.kind;
};

describe('exported rules', () => {
  async function exported() {
    const elsewhere = await open();
    await elsewhere.learn({
      failure: failureOf(priced()),
      plan: { operations: [{ op: 'move', from: '/price', to: '/amount' }] },
      origin: 'person',
      evidence: ['Ana said so'],
      approval: 'auto',
    });
    return JSON.parse(JSON.stringify(await elsewhere.exportRules())) as { rules: JsonObject[] };
  }

  it('work in another installation', async () => {
    const { rules: list } = await exported();
    expect(await rules.importRules({ rules: list })).toEqual({ imported: [list[0]?.['id']], refused: [] });
    expect(repairs(priced())).toMatchObject({ ok: true });
    expect(await rules.list()).toMatchObject([{ origin: 'import', evidence: ['Ana said so'] }]);
  });

  it('come back to where they were made, and stay the work of whoever made them', async () => {
    const { rules: list } = await exported();
    await rules.importRules({ rules: list });
    const home = await open();
    const plan = { operations: [{ op: 'move', from: '/price', to: '/amount' }] } as const;
    await home.learn({
      failure: failureOf(priced()),
      plan: { operations: [...plan.operations] },
      origin: 'person',
      evidence: ['Ana said so'],
      approval: 'auto',
    });
    expect(await home.importRules({ rules: list })).toMatchObject({ refused: [] });
    expect(await home.list()).toMatchObject([{ origin: 'person' }]);
  });

  it('are refused one by one, with the reason', async () => {
    const [rule] = (await exported()).rules as [JsonObject];
    const report = await rules.importRules([
      'not a rule',
      { ...rule, plan: { operations: [{ op: 'add', path: '/amount', value: 1 }] } },
      { ...rule, plan: { operations: [{ op: 'remove', path: '/currency' }] } },
      { ...rule, plan: { operations: [{ op: 'move', from: '/price', to: '/__proto__/x' }] } },
      { ...rule, contract: 'parcel' },
      { ...rule, status: 'expired' },
      rule,
    ]);
    expect(report.imported).toHaveLength(1);
    expect(report.refused.map(({ position }) => position)).toEqual([0, 1, 2, 3, 4, 5]);
    for (const { reason } of report.refused) expect(reason).toBeTruthy();
  });
});

describe("rules in the original's format", () => {
  const target = { contract: 'transaction', version: '1.0.0', source: 'shop' };

  it.each<[string, unknown]>([
    ['a rename', { source_field: 'price', target_field: 'amount', transformation_type: 'rename' }],
    ['the older field mapping', { field_mapping: { price: 'amount' } }],
  ])('%s repairs the events it was made for', async (_, legacy) => {
    expect(await rules.importRules({ ...target, rules: [legacy] })).toMatchObject({ refused: [] });
    expect(repairs(priced())).toMatchObject({ ok: true, value: { event: { amount: '12.50' } } });
  });

  it('need to be told for which events', async () => {
    const report = await rules.importRules({ field_mapping: { price: 'amount' } });
    expect(report.refused[0]?.reason).toMatch(/contract, version and source/);
  });
});
