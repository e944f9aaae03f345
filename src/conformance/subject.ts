import type { Destination, LetterEntry, Row, Settled, Settlement, Table } from '../load/destination.ts';
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
  | 'repeats'
  | 'counts'
  | 'marked'
  | 'repairs'
  | 'withdraw'
  | 'originals'
  | 'erasing'
  | 'search'
  | 'query'
  | 'backfill'
  | 'letterTable';

/** What the parts of the suite work with. */
export interface Suite extends TestFunctions {
  open: () => Promise<DestinationUnderTest>;
  has(capability: Capability): boolean;
}

/** The destination of the test that runs: opened before it, with its tables, and closed after it. */
export class Subject {
  readonly has: Suite['has'];
  #under!: DestinationUnderTest;
  #destination!: Full;

  constructor({ open, has, beforeEach, afterEach }: Suite, tables: readonly Table[]) {
    this.has = has;
    beforeEach(async () => {
      this.#under = await open();
      this.#destination = full(this.#under.destination);
      await this.#destination.prepare(tables);
    });
    afterEach(() => this.#under.cleanup());
  }

  get destination(): Full {
    return this.#destination;
  }

  /** Closes the destination, and opens it again on the same data with these tables. */
  async reopen(tables: readonly Table[]): Promise<void> {
    this.#destination = full(await this.#under.reopen());
    await this.#destination.prepare(tables);
  }

  rows(table: string): Promise<Record<string, unknown>[]> {
    return this.#under.rows(table);
  }

  /** The statuses of these rows, settled alone. */
  async load(...rows: Row[]): Promise<string[]> {
    return statuses(settleRows(this.#destination, rows));
  }

  async settle(settlement: Partial<Settlement>): Promise<{ rows: string[]; letters: string[] }> {
    const { rows, letters } = await this.#destination.settle({ rows: [], letters: [], ...settlement });
    return { rows: rows.map(said), letters: letters.map(said) };
  }

  /** How each of these rows ended: its status, and the entry that kept it out. */
  async rowsOf(...rows: Row[]): Promise<string[]> {
    return (await this.settle({ rows })).rows;
  }

  async lettersOf(...letters: LetterEntry[]): Promise<string[]> {
    return (await this.settle({ letters })).letters;
  }
}

/** What a destination promises: how the test says it, and the test. */
export type Promised<S extends Subject> = [says: string, test: (on: S) => Promise<void>];

export function testEach<S extends Subject>({ it }: Suite, on: S, promises: readonly Promised<S>[]): void {
  for (const [says, test] of promises) it(says, () => test(on));
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

/** How a row or a letter ended, in words. */
const said = (outcome: { status: string; as?: string }): string =>
  outcome.as === undefined ? outcome.status : `${outcome.status} ${outcome.as}`;

/** A row that a rule repaired. */
export const repairedRow = (ruleId: string | undefined, change: Partial<Row> = {}): Row =>
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
