import { expect } from './expect.ts';
import type { Row } from '../load/destination.ts';
import {
  type DestinationUnderTest,
  type Full,
  type Suite,
  full,
  payments,
  row,
  settleRows,
  statuses,
} from './subject.ts';

/** The repairs behind its rows. */
export function repairsConformance({ describe, it, beforeEach, afterEach, open, has }: Suite): void {
  describe('its repairs', () => {
    let under: DestinationUnderTest;
    let destination: Full;
    beforeEach(async () => {
      under = await open();
      destination = full(under.destination);
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

    it('are listed newest first, page by page, by rule, healer, contract and source', async () => {
      const first = [byRule('r1'), byRule('r1', { source: 'depot' }), row({ event_id: 'clean' })];
      await settleRows(destination, first);
      const second = [byRule('r1'), byRule('r2'), byRule(undefined)];
      await settleRows(destination, second);
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
      await settleRows(destination, [known]);
      const edited = byRule(undefined);
      edited.repair = { ...edited.repair!, healer: 'person', byHand: ['/amount'] };
      const repeat = byRule('r1', { values: { event_id: 'known' } });
      expect(await statuses(settleRows(destination, [known, edited, repeat]))).toEqual([
        'loaded',
        'loaded',
        'duplicate',
      ]);
      if (has('counts'))
        expect(await destination.counts()).toMatchObject({ loaded: 2, repaired: 1, duplicate: 1 });
      expect(await destination.find(edited.requestId)).toMatchObject({ repair: { byHand: ['/amount'] } });
    });
  });
}
