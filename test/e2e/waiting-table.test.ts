import { describe, expect, it } from 'vitest';
import { withoutPostgres } from '../helpers/postgres.ts';
import {
  type RunningSentinel,
  get,
  ingest,
  ingestAll,
  settled,
  startProcess,
  transaction,
} from '../helpers/sentinel.ts';
import { until } from '../helpers/until.ts';
import { postgresForTests } from '../load/postgres/support.ts';

interface Stats {
  pending: number;
  destination: { state: string; tables?: { table: string; error: string }[] };
}

const visit = (id: string) => ({ type: 'visit', id });
const contract = JSON.stringify({
  'x-contract': { name: 'visit', version: '1.0.0', key: 'id' },
  type: 'object',
  properties: { id: { type: 'string' } },
  required: ['id'],
});

describe.skipIf(withoutPostgres())('a table that takes no rows', { timeout: 120_000 }, () => {
  const postgres = postgresForTests();

  async function start() {
    const schema = postgres.nextSchema();
    const sentinel = await startProcess({
      config: { destination: { type: 'postgres', schema }, contracts: ['./own'] },
      files: { 'own/visit.schema.json': contract },
      env: { SENTINEL_POSTGRES_URL: postgres.server.url() },
    });
    const alter = (sql: string) => postgres.server.run(`SET search_path TO "${schema}"; ${sql}`);
    return { sentinel, alter, schema };
  }
  const stats = ({ url }: RunningSentinel) => get<Stats>(`${url}/api/v1/stats`);
  const statusOf = async ({ url }: RunningSentinel, id: string) =>
    (await get<{ status: string }>(`${url}/api/v1/events/${id}`)).status;
  const waitsFor = (sentinel: RunningSentinel, why: RegExp) =>
    until(async () => why.test((await stats(sentinel)).destination.tables?.[0]?.error ?? ''), 30_000);

  it('has its own events wait, says why, and loads them when it is mended; those of others go on', async () => {
    const { sentinel, alter, schema } = await start();
    try {
      await settled(sentinel.url, await ingest(sentinel.url, transaction()));
      await alter('ALTER TABLE transaction ALTER amount TYPE integer USING amount::integer');
      // In one request, so in one batch.
      const [waits, other] = await ingestAll(sentinel.url, [transaction({ amount: 12.75 }), visit('a')]);
      expect(await settled(sentinel.url, other!)).toMatchObject({ status: 'loaded' });
      await waitsFor(sentinel, /"amount" of table "transaction" is integer/);
      expect(await statusOf(sentinel, waits!)).toBe('accepted');
      expect((await fetch(`${sentinel.url}/ready`)).status).toBe(200);
      expect(await stats(sentinel)).toMatchObject({ pending: 1, destination: { state: 'ok' } });
      expect(await settled(sentinel.url, await ingest(sentinel.url, visit('b')))).toMatchObject({
        status: 'loaded',
      });

      // It waits through a restart, too.
      await sentinel.kill('SIGKILL');
      await sentinel.restart();
      const later = await ingest(sentinel.url, transaction({ amount: 0.5 }));
      expect(await settled(sentinel.url, await ingest(sentinel.url, visit('c')))).toMatchObject({
        status: 'loaded',
      });
      await waitsFor(sentinel, /"amount" of table "transaction" is integer/);

      await alter('ALTER TABLE transaction ALTER amount TYPE numeric(38,9)');
      for (const id of [waits!, later])
        expect(await settled(sentinel.url, id)).toMatchObject({ status: 'loaded' });
      const rows = await postgres.server.run(
        `SELECT amount::text FROM "${schema}".transaction WHERE _request_id IN ('${waits}', '${later}')`,
      );
      expect(rows.map(({ amount }) => Number(amount)).toSorted((a, b) => a - b)).toEqual([0.5, 12.75]);
      await until(async () => (await stats(sentinel)).destination.tables === undefined);
      expect(await stats(sentinel)).toMatchObject({ pending: 0 });
    } finally {
      await sentinel.stop();
    }
  });
});
