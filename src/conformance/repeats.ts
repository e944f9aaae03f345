import { expect } from './expect.ts';
import { Repeats, fromTheFirstMinute, order, orders, paid, pending, refunded } from './orders.ts';
import { type Promised, type Suite, settleRows, testEach } from './subject.ts';

/** Events whose key another one has, under each policy. */
export function repeatsConformance(suite: Suite): void {
  suite.describe('repeats', () => {
    suite.beforeEach(async () => fromTheFirstMinute());
    const on = new Repeats(suite, []);
    testEach(suite, on, promises);
    if (suite.has('withdraw'))
      testEach(suite, on, [
        [
          'replace a repaired row, which a rollback then leaves alone, and a withdrawn one brings nobody back',
          replacesARepairedRow,
        ],
      ]);
  });
}

async function countsChangedOnes(on: Repeats): Promise<void> {
  await on.destination.prepare([orders()]);
  const first = order(pending);
  const equal = order({
    ...pending,
    amount: '19.990',
    updated_at: '2026-01-15T02:00:00+01:00',
    lines: [{ n: 1, sku: 'a' }],
  });
  const changed = order(paid, { extra: { note: 'x' } });
  expect(await on.load(first)).toEqual(['loaded']);
  expect(await on.load(equal, changed)).toEqual(['duplicate', 'duplicate']);
  if (on.has('counts'))
    expect(await on.destination.counts()).toEqual({ loaded: 1, repaired: 0, duplicate: 2, changed: 1 });
  const told = (await on.destination.find(changed.requestId))!.repeat!;
  expect(told).toMatchObject({ of: first.requestId, isChanged: true, wasReplaced: false });
  expect(JSON.parse(told.event!)).toEqual({ ...changed.values, _extra: { note: 'x' } });
  expect((await on.destination.find(equal.requestId))!.repeat).toEqual({
    of: first.requestId,
    isChanged: false,
    wasReplaced: false,
    event: undefined,
  });
  // A redelivery of the batch changes nothing.
  await on.reopen([orders()]);
  expect(await on.load(equal, changed)).toEqual(['duplicate', 'duplicate']);
  if (on.has('counts'))
    expect(await on.destination.counts()).toEqual({ loaded: 1, repaired: 0, duplicate: 2, changed: 1 });
}

async function tellsChangesWithinABatch(on: Repeats): Promise<void> {
  await on.destination.prepare([orders()]);
  const [first, equal, changed] = [order(pending), order(pending), order({ ...pending, lines: [] })];
  expect(await on.load(first, equal, changed)).toEqual(['loaded', 'duplicate', 'duplicate']);
  if (on.has('counts')) expect(await on.destination.counts()).toMatchObject({ duplicate: 2, changed: 1 });
  expect(await on.states()).toEqual(['pending']);
}

async function replacesByAField(on: Repeats, size: number): Promise<void> {
  const policy = orders({ onRepeat: 'replace', orderBy: 'updated_at' });
  await on.destination.prepare([policy]);
  const events = [paid, pending, refunded, paid, refunded, pending].map((values) => order(values));
  for (let from = 0; from < events.length; from += size) {
    const batch = events.slice(from, from + size);
    await settleRows(on.destination, batch);
    await on.reopen([policy]);
    await settleRows(on.destination, batch);
  }
  await settleRows(on.destination, events);
  expect(await on.states()).toEqual(['refunded']);
  if (on.has('counts'))
    expect(await on.destination.counts()).toEqual({ loaded: 1, repaired: 0, duplicate: 5, changed: 4 });
  const [winner] = await on.rows('orders');
  expect(winner!['_request_id']).toBe(events[4]!.requestId);
  const early = (await on.destination.find(events[1]!.requestId))!;
  expect(early).toMatchObject({ status: 'duplicate', repeat: { isChanged: true } });
  expect(JSON.parse(early.repeat!.event!)).toMatchObject({ state: 'pending' });
}

async function replacesByReception(on: Repeats): Promise<void> {
  const policy = orders({ onRepeat: 'replace' });
  await on.destination.prepare([policy]);
  const [first, second, third] = [order(pending), order(paid), order(refunded)];
  await settleRows(on.destination, [second]);
  await settleRows(on.destination, [first, third]);
  expect(await on.states()).toEqual(['refunded']);
  expect((await on.destination.find(second.requestId))!.repeat).toMatchObject({
    of: third.requestId,
    wasReplaced: true,
  });
  expect((await on.destination.find(first.requestId))!.repeat).toMatchObject({ wasReplaced: false });
  expect(
    await on.destination.settle({ rows: [], letters: [{ requestId: second.requestId, round: 0 }] }),
  ).toMatchObject({ letters: [{ status: 'already', as: 'duplicate' }] });
}

/** As after a crash between the commit and the acknowledgement: the old row's event is in the batch again. */
async function replacesARedeliveredRow(on: Repeats): Promise<void> {
  const policy = orders({ onRepeat: 'replace' });
  await on.destination.prepare([policy]);
  const [first, second, third] = [order(pending), order(paid), order(refunded)];
  await settleRows(on.destination, [first]);
  expect((await on.load(first, second))[1]).toBe('loaded');
  expect(await on.states()).toEqual(['paid']);
  await on.reopen([policy]);
  expect((await on.load(first, second, third))[2]).toBe('loaded');
  expect(await on.states()).toEqual(['refunded']);
  if (on.has('counts'))
    expect(await on.destination.counts()).toEqual({ loaded: 1, repaired: 0, duplicate: 2, changed: 2 });
}

async function keepsTheRowOfARefusedRepeat(on: Repeats): Promise<void> {
  const policy = orders({ onRepeat: 'replace' });
  await on.destination.prepare([policy]);
  await settleRows(on.destination, [order(pending)]);
  const bad = order({ ...paid, amount: '123456789012.5' });
  expect(await on.load(bad, order({ ...paid, id: 2 }))).toEqual(['rejected', 'loaded']);
  expect(await on.states()).toEqual(['paid', 'pending']);
}

async function replacesARepairedRow(on: Repeats): Promise<void> {
  const policy = orders({ onRepeat: 'replace' });
  await on.destination.prepare([policy]);
  const repair = (ruleId: string) => ({
    healer: 'rule' as const,
    ruleId,
    original: '{}',
    plan: '{"operations":[]}',
    result: '{}',
  });
  const [old, young] = [order(pending, { repair: repair('r1') }), order(paid, { repair: repair('r2') })];
  await settleRows(on.destination, [old]);
  await settleRows(on.destination, [young]);
  if (on.has('counts'))
    expect(await on.destination.counts()).toEqual({ loaded: 1, repaired: 1, duplicate: 1, changed: 1 });
  const page = { limit: 10, at: Date.UTC(2026, 1, 1) };
  expect((await on.destination.withdraw.byRule('r1', page)).events).toEqual([]);
  expect(await on.states()).toEqual(['paid']);
  expect((await on.destination.withdraw.byRule('r2', page)).events).toHaveLength(1);
  expect(await on.states()).toEqual([]);
  // Neither of them comes back by a late copy; a replay of the letter does.
  expect(await on.load(old, young)).toEqual(['duplicate', 'already']);
  expect(await on.states()).toEqual([]);
  expect(await on.load({ ...young, round: 1 })).toEqual(['loaded']);
  expect(await on.states()).toEqual(['paid']);
}

async function keepsAHistory(on: Repeats): Promise<void> {
  const policy = orders({ onRepeat: 'history', key: [] });
  await on.destination.prepare([policy]);
  const events = [paid, pending, refunded, paid].map((values) => order(values));
  await settleRows(on.destination, events);
  await on.reopen([policy]);
  await settleRows(on.destination, events);
  expect(await on.states()).toEqual(['paid', 'paid', 'pending', 'refunded']);
  if (on.has('counts'))
    expect(await on.destination.counts()).toEqual({ loaded: 4, repaired: 0, duplicate: 0, changed: 0 });
}

async function areToldByAnObject(on: Repeats): Promise<void> {
  await on.destination.prepare([orders({ key: ['/lines'] })]);
  const at = { a: [{ x: 1, y: 2 }], b: 2 };
  const again = { b: 2, a: [{ y: 2, x: 1 }] };
  expect(await on.load(order({ lines: at }), order({ lines: again }))).toEqual(['loaded', 'duplicate']);
  expect(await on.load(order({ lines: again }), order({ lines: { ...at, b: 3 } }))).toEqual([
    'duplicate',
    'loaded',
  ]);
}

const promises: Promised<Repeats>[] = [
  [
    'are counted apart from changed ones, however values are spelled, and what a changed one says is kept',
    countsChangedOnes,
  ],
  ['are told by a key that is an object, its members in any order', areToldByAnObject],
  ['are told from changed ones within one batch', tellsChangesWithinABatch],
  ...[1, 2, 6].map((size): Promised<Repeats> => [
    `replace the row by a field, out of order and twice, ${size} in a batch, redelivered after each`,
    (on) => replacesByAField(on, size),
  ]),
  ['replace the row by their reception where nothing else is said', replacesByReception],
  ['replace the row of an event that is delivered again in the same batch', replacesARedeliveredRow],
  ['leave the row where it is when they are refused', keepsTheRowOfARefusedRepeat],
  ['are each a row of a history', keepsAHistory],
];
