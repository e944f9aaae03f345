import { expect } from './expect.ts';
import {
  type Promised,
  Subject,
  type Suite,
  payments,
  row,
  settleRows,
  testEach,
  repairedRow,
} from './subject.ts';

/** The repairs behind its rows. */
export function repairsConformance(suite: Suite): void {
  suite.describe('its repairs', () => {
    const on = new Subject(suite, [payments]);
    testEach(suite, on, promises);
  });
}

async function listsRepairs(on: Subject): Promise<void> {
  const first = [repairedRow('r1'), repairedRow('r1', { source: 'depot' }), row({ event_id: 'clean' })];
  await settleRows(on.destination, first);
  const second = [repairedRow('r1'), repairedRow('r2'), repairedRow(undefined)];
  await settleRows(on.destination, second);
  const all = await on.destination.repairs.list({}, { limit: 100 });
  expect(all.items.map(({ requestId }) => requestId)).toEqual(
    [first[0]!, first[1]!, ...second].map(({ requestId }) => requestId).toReversed(),
  );
  expect(all).toMatchObject({ next: undefined });
  expect(all.items.at(-1)).toMatchObject({
    table: 'payments',
    contract: 'payment',
    version: '1.0.0',
    source: 'shop',
    healer: 'rule',
    ruleId: 'r1',
    plan: first[0]!.repair!.plan,
    rolledBackAt: undefined,
  });
  expect(all.items[0]!.ruleId).toBeUndefined();
  expect(all.items[0]!.events).toBeUndefined();
  const [newest] = (await on.destination.repairs.list({}, { limit: 1, events: true })).items;
  const { original, result } = second.at(-1)!.repair!;
  expect(newest!.events).toMatchObject({ original, result });

  const paged: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await on.destination.repairs.list({ ruleId: 'r1' }, { limit: 2, ...(cursor && { cursor }) });
    paged.push(...page.items.map(({ requestId }) => requestId));
    cursor = page.next;
  } while (cursor !== undefined);
  expect(paged).toEqual([second[0]!, first[1]!, first[0]!].map(({ requestId }) => requestId));

  const { items } = await on.destination.repairs.list({ source: 'depot', contract: 'payment' }, { limit: 9 });
  expect(items).toHaveLength(1);
  expect((await on.destination.repairs.list({ healer: 'llm' }, { limit: 9 })).items).toEqual([]);
  expect((await on.destination.repairs.list({}, { limit: 9, cursor: "x' or 1" })).items).toEqual([]);
}

async function loadsRepairsByHandWithRepeats(on: Subject): Promise<void> {
  const known = row({ event_id: 'known' });
  await settleRows(on.destination, [known]);
  const edited = repairedRow(undefined);
  edited.repair = { ...edited.repair!, healer: 'person', byHand: ['/amount'] };
  const repeat = repairedRow('r1', { values: { event_id: 'known' } });
  expect(await on.load(known, edited, repeat)).toEqual(['loaded', 'loaded', 'duplicate']);
  if (on.has('counts'))
    expect(await on.destination.counts()).toMatchObject({ loaded: 2, repaired: 1, duplicate: 1 });
  expect(await on.destination.find(edited.requestId)).toMatchObject({ repair: { byHand: ['/amount'] } });
}

const promises: Promised<Subject>[] = [
  ['are listed newest first, page by page, by rule, healer, contract and source', listsRepairs],
  [
    'by hand are loaded in one batch with an event that is delivered again, and with a repeat',
    loadsRepairsByHandWithRepeats,
  ],
];
