import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Destination, Row } from '../../../src/load/destination.ts';
import { type DestinationUnderTest, at, payments, row, statuses } from './support.ts';

/** The repairs behind its rows, and the way back out. */
export function repairsConformance(open: () => Promise<DestinationUnderTest>): void {
  describe('its repairs', () => {
    let under: DestinationUnderTest;
    let destination: Destination;
    beforeEach(async () => {
      under = await open();
      destination = under.destination;
      await destination.prepare([payments]);
    });
    afterEach(() => under.cleanup());
    const byRule = (ruleId: string | undefined, change: Partial<Row> = {}) =>
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
    const takeAll = async (ruleId: string, time = 5) => {
      let taken = 0;
      let after: string | undefined;
      do {
        const part = await destination.repairs.takeOut(ruleId, {
          limit: 2,
          at: time,
          ...(after && { after }),
        });
        taken += part.taken;
        after = part.after;
      } while (after !== undefined);
      return taken;
    };

    it('are listed newest first, page by page, by rule, healer, contract and source', async () => {
      const first = [byRule('r1'), byRule('r1', { source: 'depot' }), row({ event_id: 'clean' })];
      await destination.load(first, at(1));
      const second = [byRule('r1'), byRule('r2'), byRule(undefined)];
      await destination.load(second, at(2));
      const all = await destination.repairs.list({}, { limit: 100 });
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

      const paged: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await destination.repairs.list(
          { ruleId: 'r1' },
          { limit: 2, ...(cursor && { cursor }) },
        );
        paged.push(...page.items.map(({ requestId }) => requestId));
        cursor = page.next;
      } while (cursor !== undefined);
      expect(paged).toEqual([second[0]!, first[1]!, first[0]!].map(({ requestId }) => requestId));

      const { items } = await destination.repairs.list(
        { source: 'depot', contract: 'payment' },
        { limit: 9 },
      );
      expect(items).toHaveLength(1);
      expect((await destination.repairs.list({ healer: 'llm' }, { limit: 9 })).items).toEqual([]);
      expect((await destination.repairs.list({}, { limit: 9, cursor: "x' or 1" })).items).toEqual([]);
    });

    it('by hand are loaded in one batch with an event that is delivered again, and with a repeat', async () => {
      const known = row({ event_id: 'known' });
      await destination.load([known], at(1));
      const edited = byRule(undefined);
      edited.repair = { ...edited.repair!, healer: 'person', byHand: ['/amount'] };
      const repeat = byRule('r1', { values: { event_id: 'known' } });
      expect(await statuses(destination.load([known, edited, repeat], at(2)))).toEqual([
        'loaded',
        'loaded',
        'duplicate',
      ]);
      expect(await destination.counts()).toEqual({ loaded: 2, repaired: 1, duplicate: 1 });
      expect(await destination.find(edited.requestId)).toMatchObject({ repair: { byHand: ['/amount'] } });
    });

    it('are taken back with their rule: the rows go, what they were stays on record', async () => {
      const mine = Array.from({ length: 5 }, () => byRule("r'1"));
      const others = [byRule('r2'), row({ event_id: 'clean' })];
      await destination.load([...mine, ...others], at(1));
      const again = row({ event_id: mine[0]!.values['event_id']! });
      expect(await statuses(destination.load([again], at(2)))).toEqual(['duplicate']);
      expect(await destination.repairs.touched("r'1")).toEqual({
        repairs: 5,
        rolledBack: 0,
        duplicates: 1,
      });

      expect(await takeAll("r'1", 1_700_000_000_123)).toBe(5);
      expect((await under.rows('payments')).map((found) => String(found['_request_id'])).toSorted()).toEqual(
        others.map(({ requestId }) => requestId).toSorted(),
      );
      expect(await destination.counts()).toEqual({ loaded: 2, repaired: 1, duplicate: 1 });
      expect(await destination.repairs.touched("r'1")).toEqual({
        repairs: 0,
        rolledBack: 5,
        duplicates: 0,
      });
      const { items } = await destination.repairs.list({ ruleId: "r'1" }, { limit: 9 });
      expect(items.map(({ rolledBackAt }) => rolledBackAt)).toEqual(
        Array.from({ length: 5 }, () => '2023-11-14T22:13:20.123Z'),
      );
      expect(await destination.find(others[0]!.requestId)).toMatchObject({ status: 'repaired' });
    });

    it('that are taken back are leaving, over a restart, until they are released', async () => {
      const event = byRule('r1');
      await destination.load([event, byRule('r1')], at(1));
      await takeAll('r1', 7);
      destination = await under.reopen();
      await destination.prepare([payments]);
      expect(await destination.find(event.requestId)).toMatchObject({
        status: 'leaving',
        contract: 'payment',
      });
      const leaving = await destination.repairs.leaving(10);
      expect(leaving).toHaveLength(2);
      expect(leaving[0]).toEqual({
        requestId: event.requestId,
        receivedAt: event.receivedAt,
        takenAt: 7,
        contract: 'payment',
        version: '1.0.0',
        source: 'shop',
        repair: {
          healer: 'rule',
          ruleId: 'r1',
          original: '{"id": 1.0}',
          plan: event.repair!.plan,
        },
      });
      await destination.repairs.release([event.requestId]);
      expect(await destination.find(event.requestId)).toBeUndefined();
      expect(await destination.repairs.leaving(10)).toHaveLength(1);
    });

    it('count as held, like all its events, until they are released', async () => {
      const [leaving, gone, clean] = [byRule('r1'), byRule('r1'), row({ event_id: 'clean' })];
      const twice = row({ event_id: 'clean' });
      const stranger = row({ event_id: 'never loaded' });
      const all = [leaving, gone, clean, twice, stranger].map(({ requestId }) => requestId);
      expect(await destination.holds(all)).toEqual(new Set());
      await destination.load([leaving, gone, clean, twice], at(1));
      expect(await destination.holds(all)).toEqual(new Set(all.slice(0, 4)));
      await takeAll('r1');
      expect(await destination.holds(all)).toEqual(new Set(all.slice(0, 4)));
      expect(await destination.holds(all, 'staying')).toEqual(
        new Set([clean, twice].map(({ requestId }) => requestId)),
      );
      await destination.repairs.release([gone.requestId]);
      expect(await destination.holds([...all, 'no uuid'])).toEqual(
        new Set([leaving, clean, twice].map(({ requestId }) => requestId)),
      );
      expect(await destination.holds([clean.requestId.toUpperCase()])).toEqual(
        new Set([clean.requestId.toUpperCase()]),
      );
      expect(await destination.holds([])).toEqual(new Set());
      expect(await destination.holds([...all, 'no uuid'], 'duplicates')).toEqual(new Set([twice.requestId]));
    });

    it('are taken back one by one, where only some events are named', async () => {
      const [first, second, other] = [byRule('r1'), byRule('r1'), byRule('r2')];
      await destination.load([first, second, other], at(1));
      const only = [second, other].map(({ requestId }) => requestId);
      expect(await destination.repairs.takeOut('r1', { limit: 10, at: 5, only })).toEqual({
        taken: 1,
        after: undefined,
      });
      expect((await destination.repairs.leaving(10)).map(({ requestId }) => requestId)).toEqual([
        second.requestId,
      ]);
      expect(await destination.repairs.takeOut('r1', { limit: 10, at: 6, only })).toEqual({
        taken: 0,
        after: undefined,
      });
      // Whoever repaired them.
      expect(await destination.repairs.takeOut(undefined, { limit: 10, at: 7, only })).toMatchObject({
        taken: 1,
      });
      expect(await destination.find(other.requestId)).toMatchObject({ status: 'leaving' });
      expect(await destination.counts()).toEqual({ loaded: 1, repaired: 1, duplicate: 0 });
    });

    it('leave room for the same event and the same key', async () => {
      const event = byRule('r1');
      await destination.load([event], at(1));
      await takeAll('r1');
      await destination.repairs.release([event.requestId]);
      // The event again, with another repair, and later another event with its key.
      const anew = { ...event, repair: { ...event.repair!, ruleId: 'r2' } };
      expect(await statuses(destination.load([anew], at(2)))).toEqual(['loaded']);
      const sameKey = row({ event_id: event.values['event_id']! });
      expect(await statuses(destination.load([sameKey], at(3)))).toEqual(['duplicate']);
      expect(await under.rows('payments')).toHaveLength(1);
      expect(await destination.counts()).toEqual({ loaded: 1, repaired: 1, duplicate: 1 });
      expect(await destination.find(event.requestId)).toMatchObject({ repair: { ruleId: 'r2' } });
      // The first repair is over; taking its rule back once more does not touch the second.
      expect(await takeAll('r1')).toBe(0);
      expect(await takeAll('r2')).toBe(1);
    });

    it('are taken back together or not at all, and a second time changes nothing', async () => {
      await destination.load([byRule('r1'), byRule('r1'), byRule('r1')], at(1));
      const [a, b] = await Promise.all([
        destination.repairs.takeOut('r1', { limit: 2, at: 1 }),
        destination.repairs.takeOut('r1', { limit: 2, at: 2 }),
      ]);
      expect(a.taken + b.taken).toBe(3);
      expect(await destination.repairs.leaving(10)).toHaveLength(3);
      expect(await destination.repairs.takeOut('r1', { limit: 2, at: 3 })).toEqual({
        taken: 0,
        after: undefined,
      });
      expect(await destination.counts()).toEqual({ loaded: 0, repaired: 0, duplicate: 0 });
    });
  });
}
