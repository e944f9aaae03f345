import type { ColumnType } from '../contracts/contract.ts';
import type { Table } from '../load/destination.ts';
import { parseExact } from '../model/exact-json.ts';
import type { JsonObject } from '../model/json.ts';
import { expect } from './expect.ts';
import {
  type DestinationUnderTest,
  type Full,
  type Suite,
  full,
  payments,
  row,
  settleRows,
} from './subject.ts';

const withColumn = (type: ColumnType): Table => ({
  ...payments,
  columns: [...payments.columns, { name: 'coupon', type }],
});

/** A column for what was undeclared, filled from `_extra`; for destinations that can. */
export function backfillConformance({ describe, it, beforeEach, afterEach, open }: Suite): void {
  describe('a column for what was undeclared', () => {
    let under: DestinationUnderTest;
    let destination: Full;
    beforeEach(async () => {
      under = await open();
      destination = full(under.destination);
      await destination.prepare([payments]);
    });
    afterEach(() => under.cleanup());

    async function fill(type: ColumnType, limit = 2): Promise<{ moved: number; kept: number }> {
      const table = withColumn(type);
      await destination.prepare([table]);
      const column = table.columns.at(-1)!;
      const total = { moved: 0, kept: 0 };
      let after: string | undefined;
      do {
        const page = await destination.backfill({
          table: 'payments',
          field: 'coupon',
          column,
          limit,
          after,
        });
        total.moved += page.moved;
        total.kept += page.kept;
        after = page.after;
      } while (after !== undefined);
      return total;
    }
    const load = (...extras: (string | undefined)[]) =>
      settleRows(
        destination,
        extras.map((text, at) =>
          row(
            { event_id: `e${at}` },
            { extra: text === undefined ? undefined : (parseExact(text) as JsonObject) },
          ),
        ),
      );
    const stored = async () =>
      (await under.rows('payments'))
        .toSorted((a, b) => (String(a['event_id']) < String(b['event_id']) ? -1 : 1))
        .map(({ coupon, _extra }) => [coupon, _extra]);

    it('is filled page by page, and what the column can not hold exactly stays where it is', async () => {
      await load(
        '{"coupon":820982911946154508}',
        '{"coupon":7,"note":"coupon"}',
        undefined,
        '{"note":1.50}',
        '{"coupon":"7"}',
        '{"coupon":1.5}',
        '{"coupon":null}',
      );
      expect(await fill({ kind: 'integer' })).toEqual({ moved: 3, kept: 1 });
      expect(await stored()).toEqual([
        ['820982911946154508', null],
        [7, { note: 'coupon' }],
        [null, null],
        [null, { note: 1.5 }],
        [7, null],
        [null, { coupon: 1.5 }],
        [null, { coupon: null }],
      ]);
      // Whoever does it again finds nothing to do.
      expect(await fill({ kind: 'integer' }, 100)).toEqual({ moved: 0, kept: 1 });
    });

    const held: [ColumnType, string, unknown][] = [
      [
        { kind: 'decimal', precision: 38, scale: 9 },
        '12345678901234567890.123456789',
        '12345678901234567890.123456789',
      ],
      [{ kind: 'string' }, `"it's \\"x\\""`, `it's "x"`],
      [{ kind: 'boolean' }, 'true', true],
      [{ kind: 'datetime' }, '"2026-01-15T11:30:00+01:00"', '2026-01-15T10:30:00Z'],
      [{ kind: 'json' }, '{"a":["b"]}', { a: ['b'] }],
      [{ kind: 'json' }, '"text"', 'text'],
    ];
    for (const [type, text, value] of held)
      it(`holds the ${type.kind} ${text} exactly`, async () => {
        await load(`{"coupon":${text},"rest":[1]}`);
        expect(await fill(type)).toEqual({ moved: 1, kept: 0 });
        expect(await stored()).toEqual([[value, { rest: [1] }]]);
      });
  });
}
