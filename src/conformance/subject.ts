import type { Destination, Row, Settled, Table } from '../load/destination.ts';
import { createRequestIds } from '../ingest/request-id.ts';

/** The functions of a test runner that the suites need. */
export interface TestFunctions {
  describe(name: string, tests: () => void): void;
  it(name: string, test: () => Promise<void>): void;
  beforeEach(hook: () => Promise<void>): void;
  afterEach(hook: () => Promise<void>): void;
}

/**
 * What a destination may leave out, and is tested where it says that it has it. `repeats`: it tells changed repeats of a key from
 * equal ones, and replaces rows.
 */
export type Capability =
  'repeats' | 'counts' | 'marked' | 'repairs' | 'withdraw' | 'search' | 'query' | 'backfill' | 'letterTable';

/** What the parts of the suite work with. */
export interface Suite extends TestFunctions {
  open: () => Promise<DestinationUnderTest>;
  has(capability: Capability): boolean;
}

/** A destination in tests that ask `has` first, where a capability may be missing. */
export type Full = Required<Destination>;
export const full = (destination: Destination): Full => destination as Full;

/** A destination that holds nothing yet, and what the suite does around it. */
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
