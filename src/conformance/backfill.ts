import type { ColumnType } from '../contracts/contract.ts';
import type { Table } from '../load/destination.ts';
import { parseExact } from '../model/exact-json.ts';
import type { JsonObject } from '../model/json.ts';
import { expect } from './expect.ts';
import { type Promised, Subject, type Suite, payments, row, testEach } from './subject.ts';

const withColumn = (type: ColumnType): Table => ({
  ...payments,
  columns: [...payments.columns, { name: 'coupon', type }],
});

/** A column for what was undeclared, filled from `_extra`; for destinations that can. */
export function backfillConformance(suite: Suite): void {
  suite.describe('a column for what was undeclared', () => {
    const on = new Backfilling(suite, [payments]);
    testEach(suite, on, promises);
  });
}

class Backfilling extends Subject {
  async moveField(type: ColumnType, limit = 2): Promise<{ moved: number; kept: number }> {
    const table = withColumn(type);
    await this.destination.prepare([table]);
    const column = table.columns.at(-1)!;
    const total = { moved: 0, kept: 0 };
    let after: string | undefined;
    do {
      const request = { table: 'payments', field: 'coupon', column, limit, after };
      const page = await this.destination.backfill(request);
      total.moved += page.moved;
      total.kept += page.kept;
      after = page.after;
    } while (after !== undefined);
    return total;
  }

  async loadExtras(...extras: (string | undefined)[]): Promise<void> {
    const extraOf = (text: string | undefined) =>
      text === undefined ? undefined : (parseExact(text) as JsonObject);
    await this.load(...extras.map((text, at) => row({ event_id: `e${at}` }, { extra: extraOf(text) })));
  }

  async stored(): Promise<unknown[][]> {
    return (await this.rows('payments'))
      .toSorted((a, b) => (String(a['event_id']) < String(b['event_id']) ? -1 : 1))
      .map(({ coupon, _extra }) => [coupon, _extra]);
  }
}

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

async function fillsPageByPage(on: Backfilling): Promise<void> {
  await on.loadExtras(
    '{"coupon":820982911946154508}',
    '{"coupon":7,"note":"coupon"}',
    undefined,
    '{"note":1.50}',
    '{"coupon":"7"}',
    '{"coupon":1.5}',
    '{"coupon":null}',
  );
  expect(await on.moveField({ kind: 'integer' })).toEqual({ moved: 3, kept: 1 });
  expect(await on.stored()).toEqual([
    ['820982911946154508', null],
    [7, { note: 'coupon' }],
    [null, null],
    [null, { note: 1.5 }],
    [7, null],
    [null, { coupon: 1.5 }],
    [null, { coupon: null }],
  ]);
  // Whoever does it again finds nothing to do.
  expect(await on.moveField({ kind: 'integer' }, 100)).toEqual({ moved: 0, kept: 1 });
}

async function holdsExactly(on: Backfilling, type: ColumnType, text: string, value: unknown): Promise<void> {
  await on.loadExtras(`{"coupon":${text},"rest":[1]}`);
  expect(await on.moveField(type)).toEqual({ moved: 1, kept: 0 });
  expect(await on.stored()).toEqual([[value, { rest: [1] }]]);
}

const promises: Promised<Backfilling>[] = [
  ['is filled page by page, and what the column cannot hold exactly stays where it is', fillsPageByPage],
  ...held.map(([type, text, value]): Promised<Backfilling> => [
    `holds the ${type.kind} ${text} exactly`,
    (on) => holdsExactly(on, type, text, value),
  ]),
];
