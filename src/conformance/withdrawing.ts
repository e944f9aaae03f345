import { expect } from './expect.ts';
import type { Row } from '../load/destination.ts';
import { headersField, withHeaders } from '../load/headers-column.ts';
import type { Withdraw, WithdrawnEvent } from '../load/withdraw.ts';
import { type DestinationUnderTest, type Full, type Suite, full, payments, row } from './subject.ts';

/** The way back out: rows go, and their events end as withdrawn. */
export function withdrawingConformance({ describe, it, beforeEach, afterEach, open, has }: Suite): void {
  describe('withdrawing', () => {
    let under: DestinationUnderTest;
    let destination: Full;
    let withdraw: Withdraw;
    beforeEach(async () => {
      under = await open();
      destination = full(under.destination);
      await destination.prepare([payments]);
      withdraw = destination.withdraw;
    });
    afterEach(() => under.cleanup());

    const rowsOf = async (...rows: Row[]) =>
      (await destination.settle({ rows, letters: [] })).rows.map((outcome) =>
        outcome.status === 'already' ? `already ${outcome.as}` : outcome.status,
      );
    const lettersOf = async (...letters: { requestId: string; round: number }[]) =>
      (await destination.settle({ rows: [], letters })).letters.map((outcome) =>
        outcome.status === 'already' ? `already ${outcome.as}` : outcome.status,
      );
    const byRule = (ruleId: string | undefined, change: Partial<Row> = {}): Row =>
      row(
        { event_id: crypto.randomUUID() },
        {
          repair: {
            healer: 'rule',
            ruleId,
            original: '{"id": 1.0}',
            plan: '{"operations":[{"op":"move","from":"/id","to":"/event_id"}]}',
            result: '{"event_id":"1"}',
          },
          ...change,
        },
      );
    const time = 1_700_000_000_123;
    const pagesOf = async (page: (after: string | undefined) => ReturnType<Withdraw['byRule']>) => {
      const events: WithdrawnEvent[] = [];
      let after: string | undefined;
      do {
        const found = await page(after);
        events.push(...found.events);
        after = found.after;
      } while (after !== undefined);
      return events;
    };
    const withdrawAll = (ruleId: string) =>
      pagesOf((after) => withdraw.byRule(ruleId, { limit: 2, at: time, after }));
    const withdrawnSince = (ruleId: string, at = time) =>
      pagesOf((after) => withdraw.again(ruleId, { limit: 2, at, after }));
    const idsOf = (events: readonly { requestId: string }[]): string[] =>
      events.map(({ requestId }) => requestId);

    it('takes the rows of a rule, and says of what they were made', async () => {
      const mine = Array.from({ length: 5 }, () => byRule("r'1"));
      const others = [byRule('r2'), row({ event_id: 'clean' })];
      await rowsOf(...mine, ...others);
      const again = row({ event_id: mine[0]!.values['event_id']! });
      expect(await rowsOf(again)).toEqual(['duplicate']);
      expect(await destination.repairs.touched("r'1")).toEqual({ repairs: 5, rolledBack: 0, duplicates: 1 });

      const events = await withdrawAll("r'1");
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
      expect((await under.rows('payments')).map((found) => String(found['_request_id'])).toSorted()).toEqual(
        idsOf(others).toSorted(),
      );
      if (has('counts'))
        expect(await destination.counts()).toMatchObject({ loaded: 2, repaired: 1, duplicate: 1 });
      expect(await destination.repairs.touched("r'1")).toEqual({ repairs: 0, rolledBack: 5, duplicates: 0 });
      const { items } = await destination.repairs.list({ ruleId: "r'1" }, { limit: 9 });
      expect(items.map(({ rolledBackAt }) => rolledBackAt)).toEqual(
        Array.from({ length: 5 }, () => '2023-11-14T22:13:20.123Z'),
      );
      expect(await destination.find(mine[0]!.requestId)).toBeUndefined();
      expect(await withdrawAll("r'1")).toEqual([]);
    });

    it('keeps late copies of the row out, and lets the replay in', async () => {
      const one = byRule('r1');
      await rowsOf(one);
      await withdrawAll('r1');
      expect(await rowsOf(one)).toEqual(['already withdrawn']);
      expect(await lettersOf({ requestId: one.requestId, round: 0 })).toEqual(['already withdrawn']);
      destination = full(await under.reopen());
      withdraw = destination.withdraw;
      await destination.prepare([payments]);
      expect(await rowsOf(one)).toEqual(['already withdrawn']);
      const replayed = { ...one, round: 1, repair: { ...one.repair!, ruleId: 'r2' } };
      expect(await rowsOf(replayed)).toEqual(['loaded']);
      expect(await destination.find(one.requestId)).toMatchObject({ repair: { ruleId: 'r2' } });
      // The first repair is over; its rule does not touch the second.
      expect(await withdrawAll('r1')).toEqual([]);
      expect(await withdrawAll('r2')).toMatchObject([{ requestId: one.requestId, round: 1 }]);
      expect(await rowsOf(replayed)).toEqual(['already withdrawn']);
      if (has('counts'))
        expect(await destination.counts()).toMatchObject({ loaded: 0, repaired: 0, duplicate: 0 });
    });

    it('gives the headers back that were kept with the event, also when it is asked again', async () => {
      await destination.prepare(withHeaders([payments]));
      const headers = { 'x-github-event': 'push', 'x-note': 'it\'s "a" \\ ü' };
      const bare = byRule('r1');
      const headed = { ...byRule('r1'), headers, values: { event_id: 'headed', [headersField]: headers } };
      await rowsOf(headed, bare);
      const kept = (events: readonly WithdrawnEvent[]) =>
        Object.fromEntries(events.map((event) => [event.requestId, event.headers]));
      const expected = { [headed.requestId]: headers, [bare.requestId]: undefined };
      expect(kept(await withdrawAll('r1'))).toEqual(expected);
      expect(kept(await withdrawnSince('r1'))).toEqual(expected);
      // Those of a replay, too.
      expect(await rowsOf({ ...headed, round: 1 })).toEqual(['loaded']);
      expect(await withdrawAll('r1')).toMatchObject([{ requestId: headed.requestId, round: 1, headers }]);
    });

    it('gives the entry the round of the row, after letters and replays', async () => {
      const one = byRule('r1', { round: 3 });
      for (const round of [0, 1, 2]) await lettersOf({ requestId: one.requestId, round });
      expect(await rowsOf(one)).toEqual(['loaded']);
      expect(await withdrawAll('r1')).toMatchObject([{ requestId: one.requestId, round: 3 }]);
      expect(await rowsOf(one, { ...one, round: 4 })).toEqual(['already withdrawn', 'loaded']);
    });

    it('says again what it withdrew, when nobody knows whether the letters were written', async () => {
      const mine = Array.from({ length: 5 }, () => byRule('r1'));
      await rowsOf(...mine, byRule('r2'));
      expect(await withdrawnSince('r1')).toEqual([]);
      const withdrawn = await withdrawAll('r1');
      const late = byRule('r1');
      await rowsOf(late);
      expect(await withdrawnSince('r1')).toEqual(withdrawn);
      expect(await withdrawnSince('r1', time - 1)).toEqual(withdrawn);
      // Not what an earlier rollback withdrew, nor what stands.
      expect(await withdrawnSince('r1', time + 1)).toEqual([]);
      expect(await withdrawnSince('r2')).toEqual([]);
      expect(await destination.find(late.requestId)).toMatchObject({ status: 'repaired' });
      // Replayed, and withdrawn once more: the round is that of the newest entry.
      await rowsOf({ ...mine[0]!, round: 1 });
      await withdrawAll('r1');
      expect(
        (await withdrawnSince('r1')).find(({ requestId }) => requestId === mine[0]!.requestId),
      ).toMatchObject({ round: 1 });
    });

    it('passes over rows that somebody has removed, and over those of others', async () => {
      await rowsOf(byRule('r2'), byRule(undefined), row({ event_id: 'clean' }));
      expect(await withdrawAll('r1')).toEqual([]);
      expect(await under.rows('payments')).toHaveLength(3);
    });

    it('withdraws once, however many ask at the same time', async () => {
      await rowsOf(byRule('r1'), byRule('r1'), byRule('r1'));
      const [a, b] = await Promise.all([
        withdraw.byRule('r1', { limit: 2, at: 1 }),
        withdraw.byRule('r1', { limit: 2, at: 2 }),
      ]);
      expect(new Set(idsOf([...a.events, ...b.events])).size).toBe(3);
      expect(a.events.length + b.events.length).toBe(3);
      expect(await withdraw.byRule('r1', { limit: 2, at: 3 })).toEqual({ events: [], after: undefined });
      if (has('counts'))
        expect(await destination.counts()).toMatchObject({ loaded: 0, repaired: 0, duplicate: 0 });
    });

    it('follows another destination event by event, in whichever order the messages come', async () => {
      const [clean, repaired, unseen] = [row({ event_id: 'clean' }), byRule('r1'), byRule('r1')];
      await rowsOf(clean, repaired);
      const of = ({ requestId }: Row, round: number) => ({ requestId, round });
      expect(await withdraw.byEvent([of(clean, 0), of(repaired, 0), of(unseen, 0)], time)).toBe(2);
      expect(await under.rows('payments')).toEqual([]);
      expect(await rowsOf(clean, repaired, unseen)).toEqual([
        'already withdrawn',
        'already withdrawn',
        'already withdrawn',
      ]);
      expect(await rowsOf({ ...repaired, round: 1 }, { ...unseen, round: 1 })).toEqual(['loaded', 'loaded']);
      // Once more, and late: the rows that stand are of a later round.
      expect(await withdraw.byEvent([of(repaired, 0), of(unseen, 0)], time)).toBe(0);
      expect(await under.rows('payments')).toHaveLength(2);
      if (has('counts'))
        expect(await destination.counts()).toMatchObject({ loaded: 2, repaired: 2, duplicate: 0 });
      expect(await withdraw.byEvent([of(repaired, 1)], time)).toBe(1);
      expect(await withdraw.byEvent([], time)).toBe(0);
    });
  });
}
