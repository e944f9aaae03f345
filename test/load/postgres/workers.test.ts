import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { row, settleRows } from '../../conformance/destination.ts';
import { withoutPostgres } from '../../helpers/postgres.ts';
import { plain, plainRowOf, postgresForTests } from './support.ts';
import { until } from '../../helpers/until.ts';

const plainRow = (event_id: string | null, change = {}) => row({ event_id }, { ...plainRowOf, ...change });

describe.skipIf(withoutPostgres())('several workers on one PostgreSQL', () => {
  const postgres = postgresForTests();
  const waiting = async () =>
    (await postgres.server.run(`SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'`)).length > 0;

  it('prepare at the same time, and load every event once, in whichever order each has them', async () => {
    const schema = postgres.nextSchema();
    const workers = await Promise.all(Array.from({ length: 4 }, () => postgres.open(schema)));
    await Promise.all(workers.map((worker) => worker.prepare([plain])));
    // Every key is sent twice, as two events; every event is delivered to two workers.
    const events = Array.from({ length: 2000 }, (_, i) => plainRow(`key-${i % 1000}`, { repair: undefined }));
    const shuffled = (seed: number) =>
      events.toSorted(
        (a, b) =>
          ((a.receivedAt + hash(a.requestId, seed)) % 7919) -
          ((b.receivedAt + hash(b.requestId, seed)) % 7919),
      );
    const outcomes = new Map<string, Set<string>>();
    await Promise.all(
      workers.map(async (worker, w) => {
        const mine = shuffled(w >> 1).filter((_, i) => i % 2 === w % 2);
        for (let from = 0; from < mine.length; from += 100) {
          const batch = mine.slice(from, from + 100);
          for (const [i, { status }] of (await settleRows(worker, batch)).entries()) {
            const id = batch[i]!.requestId;
            outcomes.set(id, (outcomes.get(id) ?? new Set()).add(status));
          }
        }
      }),
    );
    // Whoever asks, and however often, hears the same of an event.
    expect([...outcomes.values()].every((statuses) => statuses.size === 1)).toBe(true);
    expect([...outcomes.values()].filter((statuses) => statuses.has('loaded'))).toHaveLength(1000);
    expect(await workers[0]!.counts()).toMatchObject({ loaded: 1000, repaired: 0, duplicate: 1000 });
    const [found] = await postgres.server.run(
      `SELECT count(*)::int AS rows, count(DISTINCT event_id)::int AS keys FROM "${schema}".plain`,
    );
    expect(found).toEqual({ rows: 1000, keys: 1000 });
  });

  it('wait for one that has the key, and load it when that one gives up', async () => {
    const schema = postgres.nextSchema();
    const [first, second] = [await postgres.open(schema), await postgres.open(schema)];
    await first.prepare([plain]);
    await second.prepare([plain]);
    const other = new pg.Client(postgres.server.url());
    await other.connect();
    await other.query(`BEGIN; INSERT INTO "${schema}".plain (event_id) VALUES ('a')`);
    const loading = settleRows(second, [plainRow('a')]);
    await until(waiting);
    await other.query('ROLLBACK');
    await other.end();
    expect(await loading).toEqual([{ status: 'loaded' }]);
  });

  it('begin a batch again when two stand in each other’s way', async () => {
    const schema = postgres.nextSchema();
    const destination = await postgres.open(schema);
    await destination.prepare([plain]);
    const other = new pg.Client(postgres.server.url());
    await other.connect();
    await other.query(
      `SET deadlock_timeout = '60s'; BEGIN; INSERT INTO "${schema}".plain (event_id) VALUES ('b')`,
    );
    // It writes a, and waits for b; the other one then waits for a.
    const loading = settleRows(destination, [plainRow('a'), plainRow('b'), plainRow('c')]);
    await until(waiting);
    await other.query(`INSERT INTO "${schema}".plain (event_id) VALUES ('a'); COMMIT`);
    await other.end();
    expect((await loading).map(({ status }) => status)).toEqual(['duplicate', 'duplicate', 'loaded']);
    // Counted up to a second later.
    await until(async () => {
      const [found] = await postgres.server.run(
        `SELECT deadlocks::int FROM pg_stat_database WHERE datname = 'postgres'`,
      );
      return Number(found!['deadlocks']) > 0;
    });
  });

  it('add a column while another one loads, which goes on with the columns that it knows', async () => {
    const schema = postgres.nextSchema();
    const [old, young] = [await postgres.open(schema), await postgres.open(schema)];
    await old.prepare([plain]);
    await settleRows(old, [plainRow('a')]);
    const wider = {
      ...plain,
      columns: [...plain.columns, { name: 'extra', type: { kind: 'uuid' as const } }],
    };
    await Promise.all([
      young.prepare([wider]),
      ...Array.from({ length: 20 }, (_, i) => settleRows(old, [plainRow(`old ${i}`)])),
    ]);
    expect(await settleRows(young, [plainRow('b')])).toEqual([{ status: 'loaded' }]);
    expect(await settleRows(old, [plainRow('b')])).toEqual([{ status: 'duplicate' }]);
  });
});

function hash(text: string, seed: number): number {
  let value = seed * 7907;
  for (const character of text) value = (value * 31 + character.charCodeAt(0)) % 1_000_003;
  return value;
}
