import { expect, expectRejection } from './expect.ts';
import type { Table } from '../load/destination.ts';
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

/** Loading: exactly, and once. */
export function loadingConformance({ describe, it, beforeEach, afterEach, open, has }: Suite): void {
  describe('loading', () => {
    let under: DestinationUnderTest;
    let destination: Full;
    beforeEach(async () => {
      under = await open();
      destination = full(under.destination);
      await destination.prepare([payments]);
    });
    afterEach(() => under.cleanup());

    it('loads typed values exactly', async () => {
      const full = row(
        {
          event_id: 'a',
          amount: '12345678901234567890.123456789',
          at: '2026-01-15T10:30:00.123456Z',
          day: '2026-02-28',
          count: 9007199254740991,
          ratio: 0.1,
          paid: true,
          user_id: '5f0c1d0e-8a3b-4d7e-9c55-1f2e3d4c5b6a',
          items: [{ sku: "it's", n: 1.5 }],
        },
        { extra: { coupon: 'X' } },
      );
      expect(await statuses(settleRows(destination, [full]))).toEqual(['loaded']);
      expect(await under.rows('payments')).toEqual([
        {
          ...full.values,
          _request_id: full.requestId,
          _received_at: '2026-01-15T10:30:00Z',
          _source: 'shop',
          _contract_version: '1.0.0',
          _repaired: false,
          _rule_id: null,
          _extra: { coupon: 'X' },
        },
      ]);
    });

    const amounts: [number | string, string][] = [
      [0.1, '0.1'],
      [99.99, '99.99'],
      [1e-9, '0.000000001'],
      [123456789012345, '123456789012345'],
      ['-0.5', '-0.5'],
      ['100', '100'],
    ];
    for (const [amount, stored] of amounts)
      it(`keeps the money ${JSON.stringify(amount)} as ${stored}`, async () => {
        await settleRows(destination, [row({ event_id: 'a', amount })]);
        expect((await under.rows('payments'))[0]!['amount']).toBe(stored);
      });

    it('takes one of two events with the same key, whichever way the second comes', async () => {
      const first = row({ event_id: 'same' });
      expect(await statuses(settleRows(destination, [first, row({ event_id: 'same' })]))).toEqual([
        'loaded',
        'duplicate',
      ]);
      const third = row({ event_id: 'same' });
      expect(await statuses(settleRows(destination, [third, row({ event_id: 'other' })]))).toEqual([
        'duplicate',
        'loaded',
      ]);
      destination = full(await under.reopen());
      await destination.prepare([payments]);
      expect(await statuses(settleRows(destination, [row({ event_id: 'same' })]))).toEqual(['duplicate']);
      expect((await under.rows('payments')).map((found) => found['_request_id'])).toContain(first.requestId);
      expect(await under.rows('payments')).toHaveLength(2);
      expect(await destination.find(third.requestId)).toMatchObject({
        status: 'duplicate',
        contract: 'payment',
      });
      if (has('counts'))
        expect(await destination.counts()).toMatchObject({ loaded: 2, repaired: 0, duplicate: 3 });
    });

    it('changes nothing when an event is delivered again', async () => {
      const events = [row({ event_id: 'a' }), row({ event_id: null }), row({ event_id: 'a' })];
      const outcomes = ['loaded', 'loaded', 'duplicate'];
      expect(await statuses(settleRows(destination, events))).toEqual(outcomes);
      expect(await statuses(settleRows(destination, events))).toEqual(outcomes);
      expect(await statuses(settleRows(destination, [events[0]!, events[0]!]))).toEqual(['loaded', 'loaded']);
      expect(await under.rows('payments')).toHaveLength(2);
      if (has('counts'))
        expect(await destination.counts()).toMatchObject({ loaded: 2, repaired: 0, duplicate: 1 });
    });

    it('does not take events without a key for the same event', async () => {
      expect(await statuses(settleRows(destination, [row({ event_id: null }), row({})]))).toEqual([
        'loaded',
        'loaded',
      ]);
    });

    it('finds keys of several fields, also nested ones', async () => {
      const table: Table = { ...payments, name: 'nested', key: ['/event_id', '/items/id'] };
      await destination.prepare([payments, table]);
      const nested = (event_id: string, id: string) => row({ event_id, items: { id } }, { table: 'nested' });
      expect(
        await statuses(
          settleRows(destination, [nested('a', '1'), nested('a', '2'), nested('a', '1'), nested('a|', '1')]),
        ),
      ).toEqual(['loaded', 'loaded', 'duplicate', 'loaded']);
    });

    it('refuses a row that does not fit, names the column, and loads the others', async () => {
      const outcomes = await settleRows(destination, [
        row({ event_id: 'a', amount: '1' }),
        row({ event_id: 'b', amount: '1e40' }),
        row({ event_id: 'c', day: '2026-13-01' }),
      ]);
      expect(outcomes).toMatchObject([
        { status: 'loaded' },
        { status: 'rejected', column: 'amount' },
        { status: 'rejected', column: 'day' },
      ]);
      expect(JSON.stringify(outcomes)).notToContain('2026-13-01');
      expect(await under.rows('payments')).toHaveLength(1);
      if (has('counts')) expect(await destination.counts()).toMatchObject({ loaded: 1 });
    });

    it('adds the columns of a newer version, and leaves old rows as they are', async () => {
      await settleRows(destination, [row({ event_id: 'old' })]);
      const wider: Table = {
        ...payments,
        columns: [...payments.columns, { name: 'Channel', type: { kind: 'string' } }],
      };
      await destination.prepare([wider]);
      await settleRows(destination, [row({ event_id: 'new', Channel: 'web' })]);
      expect((await under.rows('payments')).map((found) => [found['event_id'], found['Channel']])).toEqual([
        ['old', null],
        ['new', 'web'],
      ]);
    });

    it('refuses a column whose type has changed, naming both', async () => {
      const changed: Table = {
        ...payments,
        key: [],
        columns: [{ name: 'amount', type: { kind: 'boolean' } }],
      };
      await expectRejection(
        destination.prepare([changed]),
        /"amount" of table "payments".*(?:decimal|numeric).*bool/i,
      );
    });

    it('remembers what a repair changed', async () => {
      const repair = {
        healer: 'rule' as const,
        ruleId: 'r1',
        original: '{"id": 1.0}',
        plan: '{"operations":[]}',
        result: '{"event_id":"a"}',
        byHand: ['/x'],
      };
      const event = row({ event_id: 'a' }, { repair });
      await settleRows(destination, [event, row({ event_id: 'b' })]);
      expect(await destination.find(event.requestId)).toMatchObject({
        status: 'repaired',
        version: '1.0.0',
        source: 'shop',
        repair,
      });
      if (has('counts'))
        expect(await destination.counts()).toMatchObject({ loaded: 2, repaired: 1, duplicate: 0 });
    });

    it('loads calls that come at once, one after the other', async () => {
      const batches = Array.from({ length: 5 }, (_, batch) =>
        settleRows(
          destination,
          Array.from({ length: 3000 }, (_, index) => row({ event_id: `${batch}-${index}` })),
        ),
      );
      await Promise.all(batches);
      if (has('counts')) expect(await destination.counts()).toMatchObject({ loaded: 15_000 });
    });
  });
}
