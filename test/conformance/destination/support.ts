import type { Destination, Row, Settled, Table } from '../../../src/load/destination.ts';
import { createRequestIds } from '../../../src/ingest/request-id.ts';

export interface DestinationUnderTest {
  destination: Destination;
  /** Closes it and opens it again on the same data. */
  reopen(): Promise<Destination>;
  /** All rows of a table, with exact numbers as text. */
  rows(table: string): Promise<Record<string, unknown>[]>;
  cleanup(): Promise<void>;
}

const receivedAt = Date.UTC(2026, 0, 15, 10, 30);
/** As the gatekeeper gives them: they tell when an event was received. */
const nextId = createRequestIds(() => receivedAt);

export const payments: Table = {
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
    receivedAt,
    source: 'shop',
    contract: 'payment',
    contractVersion: '1.0.0',
    values,
    extra: undefined,
    repair: undefined,
    ...change,
  };
}

/** Settles rows alone. */
export const settleRows = async (destination: Destination, rows: readonly Row[]): Promise<Settled['rows']> =>
  (await destination.settle({ rows, letters: [] })).rows;

export const statuses = async (outcomes: Promise<Settled['rows']>) =>
  (await outcomes).map(({ status }) => status);
