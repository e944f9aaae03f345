import { expect, it } from 'vitest';
import type { Config } from '../../src/config/load.ts';
import { toContractInfo } from '../../src/observe/contract-info.ts';
import { createAudit } from '../../src/server/audit.ts';
import { noteConfigChanges } from '../../src/server/config-history.ts';
import { memoryState } from '../../src/testing/memory-state.ts';
import { z } from 'zod';
import { defineContract } from '../../src/contracts/index.ts';

it('leaves an entry of each contract and source that was added, changed or removed, once, and of no secret', async () => {
  const state = memoryState();
  const audit = createAudit(state, { days: 365 });
  const contract = (version: string, amount: z.ZodType = z.number()) =>
    toContractInfo(
      defineContract({ name: 'order', version, schema: z.object({ id: z.string(), amount }), key: ['/id'] }),
    );
  const source = (secret: string, contract = 'order') =>
    ({ contract, verify: { type: 'github', secrets: [secret] } }) as never;
  const look = async (contracts: ReturnType<typeof contract>[], sources: Config['sources']) => {
    await noteConfigChanges(state, audit, { contracts, sources });
    const { items } = await audit.list({}, { limit: 100 });
    return items
      .map(({ act, target, detail }) => [act, target, detail])
      .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  };
  expect(await look([contract('1.0.0')], { shop: source('one') })).toEqual([]);
  expect(await look([contract('1.0.0')], { shop: source('rotated') })).toEqual([]);
  const changed = [
    ['contract_added', { contract: 'order' }, { version: '1.1.0' }],
    ['contract_changed', { contract: 'order' }, { version: '1.0.0' }],
    ['source_added', { source: 'till' }, undefined],
    ['source_changed', { source: 'shop' }, undefined],
  ];
  const now: [ReturnType<typeof contract>[], Config['sources']] = [
    [contract('1.0.0', z.string()), contract('1.1.0')],
    { shop: source('rotated', 'sale'), till: source('one') },
  ];
  expect(await look(...now)).toEqual(changed);
  expect(await look(...now)).toEqual(changed);
  expect(await look([contract('1.1.0')], { till: source('one') })).toEqual([
    ...changed.slice(0, 2),
    ['contract_removed', { contract: 'order' }, { version: '1.0.0' }],
    ...changed.slice(2),
    ['source_removed', { source: 'shop' }, undefined],
  ]);
  expect(JSON.stringify(await state.list(''))).not.toContain('rotated');
});
