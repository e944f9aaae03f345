import { expect } from './expect.ts';
import type { Row } from '../load/destination.ts';
import { headersField, withHeaders } from '../load/headers-column.ts';
import type { Withdraw, WithdrawnEvent } from '../load/withdraw.ts';
import { type Promised, Subject, type Suite, payments, row, testEach, repairedRow } from './subject.ts';

/** The way back out: rows go, and their events end as withdrawn. */
export function withdrawingConformance(suite: Suite): void {
  suite.describe('withdrawing', () => {
    const on = new Withdrawing(suite, [payments]);
    testEach(suite, on, promises);
  });
}

class Withdrawing extends Subject {
  get withdraw(): Withdraw {
    return this.destination.withdraw;
  }

  withdrawAll(ruleId: string): Promise<WithdrawnEvent[]> {
    return pagesOf((after) => this.withdraw.byRule(ruleId, { limit: 2, at: time, after }));
  }

  withdrawnSince(ruleId: string, at = time): Promise<WithdrawnEvent[]> {
    return pagesOf((after) => this.withdraw.again(ruleId, { limit: 2, at, after }));
  }
}

const time = 1_700_000_000_123;

async function pagesOf(page: (after: string | undefined) => ReturnType<Withdraw['byRule']>) {
  const events: WithdrawnEvent[] = [];
  let after: string | undefined;
  do {
    const found = await page(after);
    events.push(...found.events);
    after = found.after;
  } while (after !== undefined);
  return events;
}

const idsOf = (events: readonly { requestId: string }[]): string[] =>
  events.map(({ requestId }) => requestId);

async function takesTheRowsOfARule(on: Withdrawing): Promise<void> {
  const mine = Array.from({ length: 5 }, () => repairedRow("r'1"));
  const others = [repairedRow('r2'), row({ event_id: 'clean' })];
  await on.rowsOf(...mine, ...others);
  const again = row({ event_id: mine[0]!.values['event_id']! });
  expect(await on.rowsOf(again)).toEqual(['duplicate']);
  expect(await on.destination.repairs.touched("r'1")).toEqual({ repairs: 5, rolledBack: 0, duplicates: 1 });

  const events = await on.withdrawAll("r'1");
  expect(idsOf(events)).toEqual(idsOf(mine).toSorted());
  expect(events.find(({ requestId }) => requestId === mine[0]!.requestId)).toEqual({
    requestId: mine[0]!.requestId,
    round: 0,
    receivedAt: mine[0]!.receivedAt,
    withdrawnAt: time,
    contract: 'payment',
    version: '1.0.0',
    source: 'shop',
    repair: { healer: 'rule', ruleId: "r'1", original: '{"id": 1.0}', plan: mine[0]!.repair!.plan },
  });
  expect((await on.rows('payments')).map((found) => String(found['_request_id'])).toSorted()).toEqual(
    idsOf(others).toSorted(),
  );
  if (on.has('counts'))
    expect(await on.destination.counts()).toMatchObject({ loaded: 2, repaired: 1, duplicate: 1 });
  expect(await on.destination.repairs.touched("r'1")).toEqual({ repairs: 0, rolledBack: 5, duplicates: 0 });
  const { items } = await on.destination.repairs.list({ ruleId: "r'1" }, { limit: 9 });
  expect(items.map(({ rolledBackAt }) => rolledBackAt)).toEqual(
    Array.from({ length: 5 }, () => '2023-11-14T22:13:20.123Z'),
  );
  expect(await on.destination.find(mine[0]!.requestId)).toBeUndefined();
  expect(await on.withdrawAll("r'1")).toEqual([]);
}

async function keepsLateCopiesOut(on: Withdrawing): Promise<void> {
  const one = repairedRow('r1');
  await on.rowsOf(one);
  await on.withdrawAll('r1');
  expect(await on.rowsOf(one)).toEqual(['already withdrawn']);
  expect(await on.lettersOf({ requestId: one.requestId, round: 0 })).toEqual(['already withdrawn']);
  await on.reopen([payments]);
  expect(await on.rowsOf(one)).toEqual(['already withdrawn']);
  const replayed = { ...one, round: 1, repair: { ...one.repair!, ruleId: 'r2' } };
  expect(await on.rowsOf(replayed)).toEqual(['loaded']);
  expect(await on.destination.find(one.requestId)).toMatchObject({ repair: { ruleId: 'r2' } });
  // The first repair is over; its rule does not touch the second.
  expect(await on.withdrawAll('r1')).toEqual([]);
  expect(await on.withdrawAll('r2')).toMatchObject([{ requestId: one.requestId, round: 1 }]);
  expect(await on.rowsOf(replayed)).toEqual(['already withdrawn']);
  if (on.has('counts'))
    expect(await on.destination.counts()).toMatchObject({ loaded: 0, repaired: 0, duplicate: 0 });
}

async function givesHeadersBack(on: Withdrawing): Promise<void> {
  await on.destination.prepare(withHeaders([payments]));
  const headers = { 'x-github-event': 'push', 'x-note': 'it\'s "a" \\ ü' };
  const bare = repairedRow('r1');
  const headed = { ...repairedRow('r1'), headers, values: { event_id: 'headed', [headersField]: headers } };
  await on.rowsOf(headed, bare);
  const kept = (events: readonly WithdrawnEvent[]) =>
    Object.fromEntries(events.map((event) => [event.requestId, event.headers]));
  const expected = { [headed.requestId]: headers, [bare.requestId]: undefined };
  expect(kept(await on.withdrawAll('r1'))).toEqual(expected);
  expect(kept(await on.withdrawnSince('r1'))).toEqual(expected);
  // Those of a replay, too.
  expect(await on.rowsOf({ ...headed, round: 1 })).toEqual(['loaded']);
  expect(await on.withdrawAll('r1')).toMatchObject([{ requestId: headed.requestId, round: 1, headers }]);
}

async function givesTheRoundOfTheRow(on: Withdrawing): Promise<void> {
  const one = repairedRow('r1', { round: 3 });
  for (const round of [0, 1, 2]) await on.lettersOf({ requestId: one.requestId, round });
  expect(await on.rowsOf(one)).toEqual(['loaded']);
  expect(await on.withdrawAll('r1')).toMatchObject([{ requestId: one.requestId, round: 3 }]);
  expect(await on.rowsOf(one, { ...one, round: 4 })).toEqual(['already withdrawn', 'loaded']);
}

async function repeatsWhatItWithdrew(on: Withdrawing): Promise<void> {
  const mine = Array.from({ length: 5 }, () => repairedRow('r1'));
  await on.rowsOf(...mine, repairedRow('r2'));
  expect(await on.withdrawnSince('r1')).toEqual([]);
  const withdrawn = await on.withdrawAll('r1');
  const late = repairedRow('r1');
  await on.rowsOf(late);
  expect(await on.withdrawnSince('r1')).toEqual(withdrawn);
  expect(await on.withdrawnSince('r1', time - 1)).toEqual(withdrawn);
  // Not what an earlier rollback withdrew, nor what stands.
  expect(await on.withdrawnSince('r1', time + 1)).toEqual([]);
  expect(await on.withdrawnSince('r2')).toEqual([]);
  expect(await on.destination.find(late.requestId)).toMatchObject({ status: 'repaired' });
  // Replayed, and withdrawn once more: the round is that of the newest entry.
  await on.rowsOf({ ...mine[0]!, round: 1 });
  await on.withdrawAll('r1');
  expect(
    (await on.withdrawnSince('r1')).find(({ requestId }) => requestId === mine[0]!.requestId),
  ).toMatchObject({ round: 1 });
}

async function passesOverOtherRows(on: Withdrawing): Promise<void> {
  await on.rowsOf(repairedRow('r2'), repairedRow(undefined), row({ event_id: 'clean' }));
  expect(await on.withdrawAll('r1')).toEqual([]);
  expect(await on.rows('payments')).toHaveLength(3);
}

async function withdrawsOnce(on: Withdrawing): Promise<void> {
  await on.rowsOf(repairedRow('r1'), repairedRow('r1'), repairedRow('r1'));
  const [a, b] = await Promise.all([
    on.withdraw.byRule('r1', { limit: 2, at: 1 }),
    on.withdraw.byRule('r1', { limit: 2, at: 2 }),
  ]);
  expect(new Set(idsOf([...a.events, ...b.events])).size).toBe(3);
  expect(a.events.length + b.events.length).toBe(3);
  expect(await on.withdraw.byRule('r1', { limit: 2, at: 3 })).toEqual({ events: [], after: undefined });
  if (on.has('counts'))
    expect(await on.destination.counts()).toMatchObject({ loaded: 0, repaired: 0, duplicate: 0 });
}

async function followsAnotherDestination(on: Withdrawing): Promise<void> {
  const [clean, repaired, unseen] = [row({ event_id: 'clean' }), repairedRow('r1'), repairedRow('r1')];
  await on.rowsOf(clean, repaired);
  const of = ({ requestId }: Row, round: number) => ({ requestId, round });
  expect(await on.withdraw.byEvent([of(clean, 0), of(repaired, 0), of(unseen, 0)], time)).toBe(2);
  expect(await on.rows('payments')).toEqual([]);
  expect(await on.rowsOf(clean, repaired, unseen)).toEqual([
    'already withdrawn',
    'already withdrawn',
    'already withdrawn',
  ]);
  expect(await on.rowsOf({ ...repaired, round: 1 }, { ...unseen, round: 1 })).toEqual(['loaded', 'loaded']);
  // Once more, and late: the rows that stand are of a later round.
  expect(await on.withdraw.byEvent([of(repaired, 0), of(unseen, 0)], time)).toBe(0);
  expect(await on.rows('payments')).toHaveLength(2);
  if (on.has('counts'))
    expect(await on.destination.counts()).toMatchObject({ loaded: 2, repaired: 2, duplicate: 0 });
  expect(await on.withdraw.byEvent([of(repaired, 1)], time)).toBe(1);
  expect(await on.withdraw.byEvent([], time)).toBe(0);
}

const promises: Promised<Withdrawing>[] = [
  ['takes the rows of a rule, and says of what they were made', takesTheRowsOfARule],
  ['keeps late copies of the row out, and lets the replay in', keepsLateCopiesOut],
  ['gives the headers back that were kept with the event, also when it is asked again', givesHeadersBack],
  ['gives the entry the round of the row, after letters and replays', givesTheRoundOfTheRow],
  ['says again what it withdrew, when nobody knows whether the letters were written', repeatsWhatItWithdrew],
  ['passes over rows that somebody has removed, and over those of others', passesOverOtherRows],
  ['withdraws once, however many ask at the same time', withdrawsOnce],
  [
    'follows another destination event by event, in whichever order the messages come',
    followsAnotherDestination,
  ],
];
