import { expect } from './expect.ts';
import {
  type Promised,
  Subject,
  type Suite,
  payments,
  repairedRow,
  settleRows,
  testEach,
} from './subject.ts';

const dayMs = 86_400_000;

/** What it keeps beside its rows ages out. */
export function originalsConformance(suite: Suite): void {
  suite.describe('the originals of repairs', () => {
    testEach(suite, new Subject(suite, [payments]), promises);
  });
}

const aged = (change: { from?: number; before?: number; limit?: number } = {}) => ({
  from: 0,
  before: Date.now() + dayMs,
  limit: 100,
  ...change,
});

async function forgetsThem(on: Subject): Promise<void> {
  const rows = [repairedRow('r1'), repairedRow('r1'), repairedRow('r1')];
  await settleRows(on.destination, rows);
  const { originals, repairs } = on.destination;
  expect(await originals.forget(aged({ before: Date.now() - dayMs }))).toEqual(0);
  expect(await originals.forget(aged({ from: Date.now() + dayMs / 2 }))).toEqual(0);
  expect((await on.destination.find(rows[0]!.requestId))?.repair?.original).toEqual('{"id": 1.0}');
  let emptied = 0;
  for (let count = 1; count > 0; emptied += count) count = await originals.forget(aged({ limit: 2 }));
  await originals.reclaim?.();
  expect(emptied).toEqual(3);
  // The row and the plan stay; so does who repaired it.
  expect(await on.destination.find(rows[0]!.requestId)).toMatchObject({
    status: 'repaired',
    repair: { healer: 'rule', ruleId: 'r1', original: '', result: '', plan: rows[0]!.repair!.plan },
  });
  expect((await repairs.list({}, { limit: 9 })).items).toHaveLength(3);
}

/** It could not become a letter. */
async function keepsRowsWithoutThem(on: Subject): Promise<void> {
  if (!on.has('withdraw')) return;
  const old = repairedRow('r1');
  await settleRows(on.destination, [old]);
  await on.destination.originals.forget(aged());
  const young = repairedRow('r1');
  await settleRows(on.destination, [young]);
  expect((await on.destination.repairs.touched('r1')).repairs).toEqual(1);
  const { events } = await on.destination.withdraw.byRule('r1', { limit: 9, at: Date.now() });
  expect(events.map(({ requestId }) => requestId)).toEqual([young.requestId]);
  expect((await on.destination.find(old.requestId))?.status).toEqual('repaired');
}

const promises: Promised<Subject>[] = [
  ['are emptied when they are old enough, a bounded number at once', forgetsThem],
  ['that are gone keep their rows from a rollback', keepsRowsWithoutThem],
];
