import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadContracts } from '../../src/contracts/discover.ts';
import type { ContractRegistry } from '../../src/contracts/registry.ts';

let dir: string;
let registry: ContractRegistry;
/** The examples of docs/contracts.md, as somebody who copies them has them. */
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sentinel-docs-'));
  const page = await readFile(new URL('../../docs/contracts.md', import.meta.url), 'utf8');
  const blocks = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1]!);
  const examples = blocks.filter((text) => text.includes('export default defineContract('));
  await Promise.all(examples.map((text, at) => writeFile(join(dir, `example${at}.ts`), text)));
  registry = await loadContracts([dir]);
});
afterAll(() => rm(dir, { recursive: true }));

it('has contracts that can be read, with the tables that it says', () => {
  const tables = new Map(registry.tables().map((table) => [table.name, table]));
  expect(tables.get('charge')).toMatchObject({ key: ['/charge_id'] });
  expect(tables.get('charge')!.columns.map(({ name }) => name)).toEqual([
    'data',
    'event_id',
    'charge_id',
    'amount',
  ]);
  expect(tables.get('order_state')).toMatchObject({
    onRepeat: 'replace',
    orderBy: 'updated_at',
    key: ['/order'],
  });
  expect(registry.latest('shipment')!.upgrade).toMatchObject({ from: '1.0.0' });
});

it('has contracts that take the events it speaks of', () => {
  const charge = { id: 'evt_1', data: { object: { id: 'ch_1', amount: 19.99 } } };
  expect(registry.latest('charge')!.validate(charge)).toMatchObject({ ok: true });
  const order = { order: 'A1', state: 'paid', updated_at: '2026-01-01T00:00:00Z' };
  expect(registry.latest('order_state')!.validate(order)).toMatchObject({ ok: true });
});
