import type { Row, Table } from '../load/destination.ts';
import type { JsonObject } from '../model/json.ts';
import { Subject, row } from './subject.ts';

/** A table of orders that change, and their events. */
export const orders = (change: Partial<Table> = {}): Table => ({
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
export const fromTheFirstMinute = (): void => void (minute = 0);
/** Each is received a minute after the one before. */
export const order = (values: JsonObject, change: Partial<Row> = {}): Row => {
  const received = row(
    {},
    { table: 'orders', contract: 'order', receivedAt: Date.UTC(2026, 0, 15, 10, minute++) },
  );
  const { requestId } = received;
  return { ...received, values: { event_id: requestId, id: 1, ...values }, ...change };
};
const at = (hour: number): string => `2026-01-15T${String(hour).padStart(2, '0')}:00:00Z`;
export const pending = { state: 'pending', amount: 19.99, updated_at: at(1), lines: [{ sku: 'a', n: 1 }] };
export const paid = { ...pending, state: 'paid', updated_at: at(2) };
export const refunded = { ...pending, state: 'refunded', updated_at: at(3) };

export class Repeats extends Subject {
  async states(): Promise<string[]> {
    const rows = await this.rows('orders');
    return rows.map(({ state }) => String(state)).toSorted((a, b) => (a < b ? -1 : 1));
  }
}
