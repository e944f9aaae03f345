import type { Row, Table } from '../load/destination.ts';
import type { JsonObject } from '../model/json.ts';
import { expect } from './expect.ts';
import {
  type DestinationUnderTest,
  type Full,
  type Suite,
  full,
  row,
  settleRows,
  statuses,
} from './subject.ts';

const orders = (change: Partial<Table> = {}): Table => ({
  name: 'orders',
  contract: 'order',
  key: ['/id'],
  columns: [
    { name: 'event_id', type: { kind: 'string' } },
    { name: 'id', type: { kind: 'integer' } },
    { name: 'state', type: { kind: 'string' } },
    { name: 'amount', type: { kind: 'decimal', precision: 12, scale: 2 } },
    { name: 'updated_at', type: { kind: 'datetime' } },
    { name: 'lines', type: { kind: 'json' } },
  ],
  ...change,
});

let minute = 0;
/** Each is received a minute after the one before. */
const order = (values: JsonObject, change: Partial<Row> = {}): Row => {
  const received = row(
    {},
    { table: 'orders', contract: 'order', receivedAt: Date.UTC(2026, 0, 15, 10, minute++) },
  );
  const { requestId } = received;
  return { ...received, values: { event_id: requestId, id: 1, ...values }, ...change };
};
const at = (hour: number): string => `2026-01-15T${String(hour).padStart(2, '0')}:00:00Z`;
const pending = { state: 'pending', amount: 19.99, updated_at: at(1), lines: [{ sku: 'a', n: 1 }] };
const paid = { ...pending, state: 'paid', updated_at: at(2) };
const refunded = { ...pending, state: 'refunded', updated_at: at(3) };

/** Events whose key another one has, under each policy. */
export function repeatsConformance({ describe, it, beforeEach, afterEach, open, has }: Suite): void {
  describe('repeats', () => {
    let under: DestinationUnderTest;
    let destination: Full;
    beforeEach(async () => {
      minute = 0;
      under = await open();
      destination = full(under.destination);
    });
    afterEach(() => under.cleanup());

    const states = async (): Promise<string[]> =>
      (await under.rows('orders')).map(({ state }) => String(state)).toSorted((a, b) => (a < b ? -1 : 1));
    const reopened = async (table: Table): Promise<void> => {
      destination = full(await under.reopen());
      await destination.prepare([table]);
    };

    it('are counted apart from changed ones, however values are spelled, and what a changed one says is kept', async () => {
      await destination.prepare([orders()]);
      const first = order(pending);
      const equal = order({
        ...pending,
        amount: '19.990',
        updated_at: '2026-01-15T02:00:00+01:00',
        lines: [{ n: 1, sku: 'a' }],
      });
      const changed = order(paid, { extra: { note: 'x' } });
      expect(await statuses(settleRows(destination, [first]))).toEqual(['loaded']);
      expect(await statuses(settleRows(destination, [equal, changed]))).toEqual(['duplicate', 'duplicate']);
      if (has('counts'))
        expect(await destination.counts()).toEqual({ loaded: 1, repaired: 0, duplicate: 2, changed: 1 });
      const told = (await destination.find(changed.requestId))!.repeat!;
      expect(told).toMatchObject({ of: first.requestId, isChanged: true, wasReplaced: false });
      expect(JSON.parse(told.event!)).toEqual({ ...changed.values, _extra: { note: 'x' } });
      expect((await destination.find(equal.requestId))!.repeat).toEqual({
        of: first.requestId,
        isChanged: false,
        wasReplaced: false,
        event: undefined,
      });
      // A redelivery of the batch changes nothing.
      await reopened(orders());
      expect(await statuses(settleRows(destination, [equal, changed]))).toEqual(['duplicate', 'duplicate']);
      if (has('counts'))
        expect(await destination.counts()).toEqual({ loaded: 1, repaired: 0, duplicate: 2, changed: 1 });
    });

    it('are told from changed ones within one batch', async () => {
      await destination.prepare([orders()]);
      const [first, equal, changed] = [order(pending), order(pending), order({ ...pending, lines: [] })];
      expect(await statuses(settleRows(destination, [first, equal, changed]))).toEqual([
        'loaded',
        'duplicate',
        'duplicate',
      ]);
      if (has('counts')) expect(await destination.counts()).toMatchObject({ duplicate: 2, changed: 1 });
      expect(await states()).toEqual(['pending']);
    });

    for (const size of [1, 2, 6])
      it(`replace the row by a field, out of order and twice, ${size} in a batch, redelivered after each`, async () => {
        const policy = orders({ onRepeat: 'replace', orderBy: 'updated_at' });
        await destination.prepare([policy]);
        const events = [paid, pending, refunded, paid, refunded, pending].map((values) => order(values));
        for (let from = 0; from < events.length; from += size) {
          const batch = events.slice(from, from + size);
          await settleRows(destination, batch);
          await reopened(policy);
          await settleRows(destination, batch);
        }
        await settleRows(destination, events);
        expect(await states()).toEqual(['refunded']);
        if (has('counts'))
          expect(await destination.counts()).toEqual({ loaded: 1, repaired: 0, duplicate: 5, changed: 4 });
        const [winner] = await under.rows('orders');
        expect(winner!['_request_id']).toBe(events[4]!.requestId);
        const early = (await destination.find(events[1]!.requestId))!;
        expect(early).toMatchObject({ status: 'duplicate', repeat: { isChanged: true } });
        expect(JSON.parse(early.repeat!.event!)).toMatchObject({ state: 'pending' });
      });

    it('replace the row by their reception where nothing else is said', async () => {
      const policy = orders({ onRepeat: 'replace' });
      await destination.prepare([policy]);
      const [first, second, third] = [order(pending), order(paid), order(refunded)];
      await settleRows(destination, [second]);
      await settleRows(destination, [first, third]);
      expect(await states()).toEqual(['refunded']);
      expect((await destination.find(second.requestId))!.repeat).toMatchObject({
        of: third.requestId,
        wasReplaced: true,
      });
      expect((await destination.find(first.requestId))!.repeat).toMatchObject({ wasReplaced: false });
      expect(
        await destination.settle({ rows: [], letters: [{ requestId: second.requestId, round: 0 }] }),
      ).toMatchObject({ letters: [{ status: 'already', as: 'duplicate' }] });
    });

    it('leave the row where it is when they are refused', async () => {
      const policy = orders({ onRepeat: 'replace' });
      await destination.prepare([policy]);
      await settleRows(destination, [order(pending)]);
      const bad = order({ ...paid, amount: '123456789012.5' });
      expect(await statuses(settleRows(destination, [bad, order({ ...paid, id: 2 })]))).toEqual([
        'rejected',
        'loaded',
      ]);
      expect(await states()).toEqual(['paid', 'pending']);
    });

    if (has('withdraw'))
      it('replace a repaired row, which a rollback then leaves alone, and a withdrawn one brings nobody back', async () => {
        const policy = orders({ onRepeat: 'replace' });
        await destination.prepare([policy]);
        const repair = (ruleId: string) => ({
          healer: 'rule' as const,
          ruleId,
          original: '{}',
          plan: '{"operations":[]}',
          result: '{}',
        });
        const [old, young] = [
          order(pending, { repair: repair('r1') }),
          order(paid, { repair: repair('r2') }),
        ];
        await settleRows(destination, [old]);
        await settleRows(destination, [young]);
        if (has('counts'))
          expect(await destination.counts()).toEqual({ loaded: 1, repaired: 1, duplicate: 1, changed: 1 });
        const page = { limit: 10, at: Date.UTC(2026, 1, 1) };
        expect((await destination.withdraw.byRule('r1', page)).events).toEqual([]);
        expect(await states()).toEqual(['paid']);
        expect((await destination.withdraw.byRule('r2', page)).events).toHaveLength(1);
        expect(await states()).toEqual([]);
        // Neither of them comes back by a late copy; a replay of the letter does.
        expect(await statuses(settleRows(destination, [old, young]))).toEqual(['duplicate', 'already']);
        expect(await states()).toEqual([]);
        expect(await statuses(settleRows(destination, [{ ...young, round: 1 }]))).toEqual(['loaded']);
        expect(await states()).toEqual(['paid']);
      });

    it('are each a row of a history', async () => {
      const policy = orders({ onRepeat: 'history', key: [] });
      await destination.prepare([policy]);
      const events = [paid, pending, refunded, paid].map((values) => order(values));
      await settleRows(destination, events);
      await reopened(policy);
      await settleRows(destination, events);
      expect(await states()).toEqual(['paid', 'paid', 'pending', 'refunded']);
      if (has('counts'))
        expect(await destination.counts()).toEqual({ loaded: 4, repaired: 0, duplicate: 0, changed: 0 });
    });
  });
}
