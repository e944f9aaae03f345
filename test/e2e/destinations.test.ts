import { DuckDBInstance } from '@duckdb/node-api';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CopyOutcome } from '../../src/load/replicas/replicas.ts';
import { withoutPostgres } from '../helpers/postgres.ts';
import {
  type RunningSentinel,
  get,
  ingest,
  post,
  query,
  settled,
  startProcess,
  transaction,
  without,
} from '../helpers/sentinel.ts';
import { orderFor } from '../chaos/poison/steps.ts';
import { until } from '../helpers/until.ts';
import { postgresForTests } from '../load/postgres/support.ts';

interface Further {
  name: string;
  state: string;
  pending: number;
  tables?: { table: string; error: string }[];
  loaded: number;
  repaired: number;
  duplicate: number;
  rejected: number;
}

/** DuckDB is the main destination; copies go to PostgreSQL, and those of one source to another DuckDB file. */
describe.skipIf(withoutPostgres())('several destinations', () => {
  const postgres = postgresForTests();
  let schema: string;

  async function start(contracts = ['transaction']): Promise<RunningSentinel> {
    schema = postgres.nextSchema();
    return startProcess({
      config: {
        destinations: [
          { name: 'lake', type: 'postgres', schema, contracts },
          { name: 'shop-only', type: 'duckdb', path: './shop.duckdb', sources: ['shop'] },
        ],
      },
      env: { SENTINEL_POSTGRES_URL: postgres.server.url() },
    });
  }
  const inLake = (sql = '') =>
    postgres.server.run(
      `SELECT event_id, amount::text, _repaired, _extra FROM "${schema}".transaction ${sql}`,
    );
  const further = async ({ url }: RunningSentinel, name: string): Promise<Further> => {
    const { destinations } = await get<{ destinations: Further[] }>(`${url}/api/v1/stats`);
    return destinations.find((one) => one.name === name)!;
  };
  const caughtUp = (sentinel: RunningSentinel) =>
    until(async () => {
      const { destinations } = await get<{ destinations: Further[] }>(`${sentinel.url}/api/v1/stats`);
      return destinations.every(({ pending }) => pending === 0);
    });
  const copies = async (sentinel: RunningSentinel, id: string) =>
    (await get<{ destinations?: Record<string, CopyOutcome> }>(`${sentinel.url}/api/v1/events/${id}`))
      .destinations;

  it('load the events of their other tables while one takes no rows', async () => {
    const sentinel = await start(['transaction', 'order']);
    try {
      await settled(sentinel.url, await ingest(sentinel.url, transaction()));
      await caughtUp(sentinel);
      await postgres.server.run(
        `ALTER TABLE "${schema}".transaction ALTER amount TYPE integer USING amount::integer`,
      );
      const waits = await ingest(sentinel.url, transaction({ amount: 12.75 }));
      const order = await ingest(sentinel.url, orderFor('o-1'));
      await until(async () => (await copies(sentinel, order))?.['lake']?.status === 'loaded');
      const { state, pending, tables } = await further(sentinel, 'lake');
      expect({ state, pending }).toEqual({ state: 'ok', pending: 1 });
      expect(tables).toMatchObject([
        { table: 'transaction', error: expect.stringMatching(/"amount".*integer/) as string },
      ]);
      // It waits through a restart, too.
      await sentinel.kill('SIGKILL');
      await sentinel.restart();
      expect((await copies(sentinel, waits))?.['lake']?.status).not.toBe('loaded');
      await postgres.server.run(`ALTER TABLE "${schema}".transaction ALTER amount TYPE numeric(38,9)`);
      await until(async () => (await copies(sentinel, waits))?.['lake']?.status === 'loaded');
      await caughtUp(sentinel);
      expect(await inLake(`WHERE _request_id = '${waits}'`)).toMatchObject([{ amount: '12.750000000' }]);
    } finally {
      await sentinel.stop();
    }
  });

  it('each get what they take, exactly, with the repairs, each event once', async () => {
    const sentinel = await start();
    try {
      const exact = transaction({ amount: '12345678901234567890.123456789', note: 'undeclared' });
      const raw = JSON.stringify(transaction({ source: 'depot' })).replace(
        '"amount":99.99',
        '"amount":98765432109876543210.5',
      );
      const drifted = { ...without(transaction(), 'email'), user_email: 'eve@example.com' };
      const first = await ingest(sentinel.url, exact);
      const again = await ingest(sentinel.url, exact);
      const repaired = await ingest(sentinel.url, drifted);
      const depot = ((await (await post(`${sentinel.url}/ingest`, raw)).json()) as { request_id: string })
        .request_id;
      for (const id of [first, again, repaired, depot]) await settled(sentinel.url, id);
      await caughtUp(sentinel);

      expect(
        (await inLake('ORDER BY _repaired, amount')).map((row) => [
          row['amount'],
          row['_repaired'],
          row['_extra'],
        ]),
      ).toEqual([
        ['12345678901234567890.123456789', false, { note: 'undeclared' }],
        ['98765432109876543210.500000000', false, null],
        ['99.990000000', true, null],
      ]);
      expect(await postgres.server.run(`SELECT healer, original FROM "${schema}"._sentinel_repairs`)).toEqual(
        [{ healer: 'heuristics', original: JSON.stringify(drifted) }],
      );
      expect(await copies(sentinel, first)).toEqual({
        lake: { status: 'loaded' },
        'shop-only': { status: 'loaded' },
      });
      // Where there is no row there is nothing to copy.
      expect(await copies(sentinel, again)).toBeUndefined();
      expect(await copies(sentinel, repaired)).toMatchObject({ lake: { status: 'repaired' } });
      expect(await copies(sentinel, depot)).toEqual({ lake: { status: 'loaded' } });
      expect(await further(sentinel, 'lake')).toMatchObject({
        state: 'ok',
        loaded: 2,
        repaired: 1,
        duplicate: 0,
      });
      const metrics = await (await fetch(`${sentinel.url}/metrics`)).text();
      expect(metrics).toContain('sentinel_destination_events_total{destination="lake",status="loaded"} 2');
      expect(metrics).toContain('sentinel_destination_up{destination="shop-only"} 1');

      await sentinel.kill('SIGTERM');
      expect(await duckdbRows(join(sentinel.dir, 'shop.duckdb'))).toBe(2);
    } finally {
      await sentinel.stop();
    }
  });

  it('do not wait for one that is down, not even to start; it catches up, also after a kill', async () => {
    await postgres.server.stop();
    const sentinel = await start();
    try {
      const ids = [];
      for (let i = 0; i < 20; i++) ids.push(await ingest(sentinel.url, transaction()));
      for (const id of ids) expect((await settled(sentinel.url, id)).status).toBe('loaded');
      await until(async () => (await further(sentinel, 'shop-only')).loaded === 20);
      expect(await further(sentinel, 'lake')).toMatchObject({ state: 'opening', pending: 20, loaded: 0 });
      expect(await copies(sentinel, ids[0]!)).toMatchObject({ lake: { status: 'unknown' } });
      const ready = await fetch(`${sentinel.url}/ready`);
      expect([ready.status, await ready.json()]).toMatchObject([200, { destinations: { lake: 'opening' } }]);

      await sentinel.kill('SIGKILL');
      await postgres.server.start();
      await sentinel.restart();
      await caughtUp(sentinel);
      expect(await inLake()).toHaveLength(20);

      // And in the middle of its work.
      await postgres.server.stop('SIGKILL');
      const late = await ingest(sentinel.url, transaction());
      expect((await settled(sentinel.url, late)).status).toBe('loaded');
      await until(async () => (await further(sentinel, 'lake')).state === 'waiting');
      await postgres.server.start();
      await caughtUp(sentinel);
      expect(await inLake()).toHaveLength(21);
      expect(await query(sentinel.url, 'SELECT count(*) AS n FROM transaction')).toEqual([{ n: 21 }]);
    } finally {
      await sentinel.stop();
      await postgres.server.stop();
      await postgres.server.start();
    }
  });

  it('do not hold up the end either', async () => {
    await postgres.server.stop();
    const sentinel = await start();
    try {
      await settled(sentinel.url, await ingest(sentinel.url, transaction()));
      expect(await further(sentinel, 'lake')).toMatchObject({ state: 'opening', pending: 1 });
      const begin = Date.now();
      expect(await sentinel.kill('SIGTERM')).toBe(0);
      expect(Date.now() - begin).toBeLessThan(20_000);
      await postgres.server.start();
      await sentinel.restart();
      await caughtUp(sentinel);
      expect(await inLake()).toHaveLength(1);
      await postgres.server.stop();
      await settled(sentinel.url, await ingest(sentinel.url, transaction()));
      await until(async () => (await further(sentinel, 'lake')).state === 'waiting');
      expect(await sentinel.kill('SIGTERM')).toBe(0);
    } finally {
      await sentinel.stop();
      await postgres.server.stop();
      await postgres.server.start();
    }
  });

  it('name themselves in the dead letters that are theirs alone, and get them back alone', async () => {
    const sentinel = await start();
    try {
      await settled(sentinel.url, await ingest(sentinel.url, transaction()));
      await caughtUp(sentinel);
      await postgres.server.run(
        `ALTER TABLE "${schema}".transaction ADD CONSTRAINT cheap CHECK (amount < 1000)`,
      );
      const dear = transaction({ amount: '5000.00' });
      const [edited, kept] = [
        await ingest(sentinel.url, dear),
        await ingest(sentinel.url, transaction({ amount: 2000 })),
      ];
      const letters = async (status = 'open') =>
        (
          await get<{
            items: { id: string; request_id: string; destination: string; reason: string; raw: string }[];
          }>(`${sentinel.url}/api/v1/dead-letters?status=${status}`)
        ).items;
      await until(async () => (await letters()).length === 2);
      const letter = (await letters()).find((one) => one.request_id === edited)!;
      expect(letter).toMatchObject({
        id: `${edited}.to.lake`,
        destination: 'lake',
        reason:
          'destination lake refused the row: the constraint cheap of table transaction refuses the row (23514)',
      });
      expect(JSON.parse(letter.raw)).toEqual(dear);
      expect((await get<{ status: string }>(`${sentinel.url}/api/v1/events/${edited}`)).status).toBe(
        'loaded',
      );
      expect(await copies(sentinel, edited)).toMatchObject({
        lake: { status: 'dead_letter', dead_letter_id: letter.id },
        'shop-only': { status: 'loaded' },
      });

      const replay = (id: string, body: object) =>
        post(`${sentinel.url}/api/v1/dead-letters/${id}/replay`, body);
      expect((await replay(letter.id, { event: dear, learn: true })).status).toBe(422);
      expect((await replay(letter.id, { event: { ...dear, amount: '50.00' } })).status).toBe(202);
      await until(async () => (await letters('replayed')).length === 1);
      expect(await copies(sentinel, edited)).toMatchObject({ lake: { status: 'repaired' } });
      expect(await inLake(`WHERE event_id = '${String(dear['event_id'])}'`)).toMatchObject([
        { amount: '50.000000000' },
      ]);
      // The main destination has it as it came.
      expect(
        await query(
          sentinel.url,
          `SELECT amount FROM transaction WHERE event_id = '${String(dear['event_id'])}'`,
        ),
      ).toEqual([{ amount: '5000' }]);

      // As it is, it is refused again.
      expect((await replay(`${kept}.to.lake`, {})).status).toBe(202);
      await until(async () => {
        const [open] = await letters();
        return open !== undefined && (open as unknown as { replays: number }).replays === 1;
      });
      // Until the rule is gone.
      await postgres.server.run(`ALTER TABLE "${schema}".transaction DROP CONSTRAINT cheap`);
      expect((await replay(`${kept}.to.lake`, {})).status).toBe(202);
      await until(async () => (await letters('replayed')).length === 2);
      // A letter is settled just before its row is committed.
      await until(async () => (await inLake()).length === 3);
      expect(await copies(sentinel, kept)).toMatchObject({ lake: { status: 'loaded' } });
    } finally {
      await sentinel.stop();
    }
  });

  it('lose the rows of a rule that is rolled back, also those that had not arrived', async () => {
    const sentinel = await start();
    try {
      const drifted = () => ({ ...without(transaction(), 'email'), user_email: 'eve@example.com' });
      const [clean, first] = [
        await ingest(sentinel.url, transaction()),
        await ingest(sentinel.url, drifted()),
      ];
      await settled(sentinel.url, clean);
      const { rule_id: rule } = await settled(sentinel.url, first);
      await caughtUp(sentinel);
      expect(await inLake()).toHaveLength(2);
      await postgres.server.stop();
      const second = await ingest(sentinel.url, drifted());
      expect(await settled(sentinel.url, second)).toMatchObject({ status: 'repaired', rule_id: rule });
      expect(
        (await post(`${sentinel.url}/api/v1/rules/${rule}/rollback`, { reason: 'wrong' })).status,
      ).toBeLessThan(300);
      for (const id of [first, second])
        await until(async () => (await settled(sentinel.url, id)).status === 'dead_letter');
      await postgres.server.start();
      await caughtUp(sentinel);
      await until(async () => (await inLake()).length === 1);
    } finally {
      await sentinel.stop();
    }
  });

  it('are checked before anything starts: their contracts exist', async () => {
    const destinations = [{ name: 'lake', type: 'duckdb', path: './l.duckdb', contracts: ['transactoin'] }];
    await expect(startProcess({ config: { destinations } })).rejects.toThrow(
      /lake takes the contract transactoin, which is not there/,
    );
  });
});

async function duckdbRows(path: string): Promise<number> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  const [[count] = []] = (
    await connection.runAndReadAll('SELECT count(*)::INTEGER FROM transaction')
  ).getRows();
  connection.closeSync();
  instance.closeSync();
  return Number(count);
}
