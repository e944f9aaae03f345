import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Destination, Row, Table } from '../../src/load/destination.ts';
import { createRequestIds } from '../../src/ingest/request-id.ts';

export interface DestinationUnderTest {
  destination: Destination;
  /** Closes it and opens it again on the same data. */
  reopen(): Promise<Destination>;
  /** All rows of a table, with exact numbers as text. */
  rows(table: string): Promise<Record<string, unknown>[]>;
  cleanup(): Promise<void>;
}

const nextId = createRequestIds();

const payments: Table = {
  name: 'payments',
  contract: 'payment',
  key: ['/event_id'],
  columns: [
    { name: 'event_id', type: { kind: 'string' } },
    { name: 'amount', type: { kind: 'decimal', precision: 38, scale: 9 } },
    { name: 'at', type: { kind: 'datetime' } },
    { name: 'day', type: { kind: 'date' } },
    { name: 'count', type: { kind: 'integer' } },
    { name: 'ratio', type: { kind: 'number' } },
    { name: 'paid', type: { kind: 'boolean' } },
    { name: 'user_id', type: { kind: 'uuid' } },
    { name: 'items', type: { kind: 'json' } },
  ],
};

export function row(values: Row['values'], change: Partial<Row> = {}): Row {
  return {
    table: 'payments',
    requestId: nextId(1),
    receivedAt: Date.UTC(2026, 0, 15, 10, 30),
    source: 'shop',
    contract: 'payment',
    contractVersion: '1.0.0',
    values,
    extra: undefined,
    repair: undefined,
    ...change,
  };
}

const at = (offset: number) => [{ partition: 'raw_event/main', offset }];
const statuses = async (outcomes: ReturnType<Destination['load']>) =>
  (await outcomes).map(({ status }) => status);

/** What every destination must do. */
export function destinationConformance(name: string, open: () => Promise<DestinationUnderTest>): void {
  describe(`destination ${name}`, () => {
    let under: DestinationUnderTest;
    let destination: Destination;
    beforeEach(async () => {
      under = await open();
      destination = under.destination;
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
      expect(await statuses(destination.load([full], at(1)))).toEqual(['loaded']);
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

    it.each([
      [0.1, '0.1'],
      [99.99, '99.99'],
      [1e-9, '0.000000001'],
      [123456789012345, '123456789012345'],
      ['-0.5', '-0.5'],
      ['100', '100'],
    ])('keeps the money %j as %s', async (amount, stored) => {
      await destination.load([row({ event_id: 'a', amount })], at(1));
      expect((await under.rows('payments'))[0]!['amount']).toBe(stored);
    });

    it('takes one of two events with the same key, whichever way the second comes', async () => {
      const first = row({ event_id: 'same' });
      expect(await statuses(destination.load([first, row({ event_id: 'same' })], at(1)))).toEqual([
        'loaded',
        'duplicate',
      ]);
      const third = row({ event_id: 'same' });
      expect(await statuses(destination.load([third, row({ event_id: 'other' })], at(2)))).toEqual([
        'duplicate',
        'loaded',
      ]);
      destination = await under.reopen();
      await destination.prepare([payments]);
      expect(await statuses(destination.load([row({ event_id: 'same' })], at(3)))).toEqual(['duplicate']);
      expect((await under.rows('payments')).map((found) => found['_request_id'])).toContain(first.requestId);
      expect(await under.rows('payments')).toHaveLength(2);
      expect(await destination.find(third.requestId)).toMatchObject({
        status: 'duplicate',
        contract: 'payment',
      });
      expect(await destination.counts()).toEqual({ loaded: 2, repaired: 0, duplicate: 3 });
    });

    it('changes nothing when an event is delivered again', async () => {
      const events = [row({ event_id: 'a' }), row({ event_id: null }), row({ event_id: 'a' })];
      const outcomes = ['loaded', 'loaded', 'duplicate'];
      expect(await statuses(destination.load(events, at(1)))).toEqual(outcomes);
      expect(await statuses(destination.load(events, at(1)))).toEqual(outcomes);
      expect(await statuses(destination.load([events[0]!, events[0]!], at(1)))).toEqual(['loaded', 'loaded']);
      expect(await under.rows('payments')).toHaveLength(2);
      expect(await destination.counts()).toEqual({ loaded: 2, repaired: 0, duplicate: 1 });
    });

    it('does not take events without a key for the same event', async () => {
      expect(await statuses(destination.load([row({ event_id: null }), row({})], at(1)))).toEqual([
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
          destination.load([nested('a', '1'), nested('a', '2'), nested('a', '1'), nested('a|', '1')], at(1)),
        ),
      ).toEqual(['loaded', 'loaded', 'duplicate', 'loaded']);
    });

    it('refuses a row that does not fit, names the column, and loads the others', async () => {
      const outcomes = await destination.load(
        [
          row({ event_id: 'a', amount: '1' }),
          row({ event_id: 'b', amount: '1e40' }),
          row({ event_id: 'c', day: '2026-13-01' }),
        ],
        at(1),
      );
      expect(outcomes).toMatchObject([
        { status: 'loaded' },
        { status: 'rejected', column: 'amount' },
        { status: 'rejected', column: 'day' },
      ]);
      expect(JSON.stringify(outcomes)).not.toContain('2026-13-01');
      expect(await under.rows('payments')).toHaveLength(1);
      expect(await destination.counts()).toMatchObject({ loaded: 1 });
    });

    it('commits the queue position with the rows, or neither', async () => {
      await destination.load([row({ event_id: 'a' })], at(7));
      expect(await destination.positions()).toEqual(new Map([['raw_event/main', 7]]));
      const failing = destination.load([row({ event_id: 'b' })], at(8), () =>
        Promise.reject(new Error('no')),
      );
      await expect(failing).rejects.toThrow('no');
      expect(await destination.positions()).toEqual(new Map([['raw_event/main', 7]]));
      expect(await under.rows('payments')).toHaveLength(1);
      // A key whose transaction was rolled back is not taken for seen.
      expect(await statuses(destination.load([row({ event_id: 'b' })], at(8)))).toEqual(['loaded']);
    });

    it('shows the outcomes before the commit', async () => {
      const seen: string[] = [];
      await destination.load(
        [row({ event_id: 'a' }), row({ event_id: 'a' }), row({ event_id: 'b', amount: 'x' })],
        at(1),
        async (outcomes) => {
          seen.push(...outcomes.map(({ status }) => status));
        },
      );
      expect(seen).toEqual(['loaded', 'duplicate', 'rejected']);
    });

    it('moves positions without rows', async () => {
      expect(await destination.load([], at(3))).toEqual([]);
      expect(await destination.positions()).toEqual(new Map([['raw_event/main', 3]]));
    });

    it('adds the columns of a newer version, and leaves old rows as they are', async () => {
      await destination.load([row({ event_id: 'old' })], at(1));
      const wider: Table = {
        ...payments,
        columns: [...payments.columns, { name: 'Channel', type: { kind: 'string' } }],
      };
      await destination.prepare([wider]);
      await destination.load([row({ event_id: 'new', Channel: 'web' })], at(2));
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
      await expect(destination.prepare([changed])).rejects.toThrow(
        /"amount" of table "payments".*(?:decimal|numeric).*boolean/i,
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
      await destination.load([event, row({ event_id: 'b' })], at(1));
      expect(await destination.find(event.requestId)).toMatchObject({
        status: 'repaired',
        version: '1.0.0',
        source: 'shop',
        repair,
      });
      expect(await destination.counts()).toEqual({ loaded: 2, repaired: 1, duplicate: 0 });
    });

    describe('its repairs', () => {
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
        expect(
          (await under.rows('payments')).map((found) => String(found['_request_id'])).toSorted(),
        ).toEqual(others.map(({ requestId }) => requestId).toSorted());
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

    it('loads calls that come at once, one after the other', async () => {
      const batches = Array.from({ length: 5 }, (_, batch) =>
        destination.load(
          Array.from({ length: 3000 }, (_, index) => row({ event_id: `${batch}-${index}` })),
          at(batch),
        ),
      );
      await Promise.all(batches);
      expect(await destination.counts()).toMatchObject({ loaded: 15_000 });
      expect(await destination.positions()).toEqual(new Map([['raw_event/main', 4]]));
    });
  });
}
