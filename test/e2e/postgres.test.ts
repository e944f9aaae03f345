import { describe, expect, it } from 'vitest';
import { withoutPostgres } from '../helpers/postgres.ts';
import {
  get,
  ingest,
  post,
  query,
  runCommand,
  settled,
  startProcess,
  transaction,
  without,
} from '../helpers/sentinel.ts';
import { until } from '../helpers/until.ts';
import { postgresForTests } from '../load/postgres/support.ts';

describe.skipIf(withoutPostgres())('the service with PostgreSQL', () => {
  const postgres = postgresForTests();
  const setting = (schema: string) => ({
    config: { destination: { type: 'postgres', schema } },
    env: {
      SENTINEL_POSTGRES_URL: postgres.server.url(),
      SENTINEL_POSTGRES_QUERY_URL: postgres.server.url('reader'),
    },
  });

  it('loads, repairs, tells duplicates and keeps what does not fit, and goes on where it was', async () => {
    const sentinel = await startProcess(setting('shop'));
    try {
      const first = transaction({ amount: '12345678901234567890.123456789', note: { undeclared: true } });
      const drifted = { ...without(transaction(), 'email'), user_email: 'eve@example.com' };
      const [loaded, again, repaired, dead] = [
        await ingest(sentinel.url, first),
        await ingest(sentinel.url, first),
        await ingest(sentinel.url, drifted),
        await ingest(sentinel.url, transaction({ email: 'a\0@example.com', comment: '\0' })),
      ];
      expect(await settled(sentinel.url, loaded)).toMatchObject({ status: 'loaded' });
      expect(await settled(sentinel.url, again)).toMatchObject({ status: 'duplicate' });
      expect(await settled(sentinel.url, repaired)).toMatchObject({
        status: 'repaired',
        healer: 'heuristics',
      });
      expect(await settled(sentinel.url, dead)).toMatchObject({ status: 'dead_letter' });
      await sentinel.kill('SIGKILL');
      await sentinel.restart();
      expect(
        await query(sentinel.url, 'SELECT amount, _extra FROM transaction ORDER BY _request_id LIMIT 1'),
      ).toEqual([{ amount: '12345678901234567890.123456789', _extra: { note: { undeclared: true } } }]);
      // What was killed just before it left the queue is passed over.
      type Stats = { pending: number };
      await until(async () => (await get<Stats>(`${sentinel.url}/api/v1/stats`)).pending === 0);
      expect(await get(`${sentinel.url}/api/v1/stats`)).toMatchObject({
        accepted: 4,
        loaded: 1,
        repaired: 1,
        duplicate: 1,
        dead_letters: 1,
      });
      const refused = await post(`${sentinel.url}/api/v1/query`, { sql: 'DROP TABLE transaction' });
      expect(refused.status).toBe(422);
    } finally {
      await sentinel.stop();
    }
  });

  it('waits while the database is away, and loses nothing', async () => {
    const sentinel = await startProcess(setting('outage'));
    try {
      await ingest(sentinel.url, transaction());
      await postgres.server.stop('SIGKILL');
      const waiting = await ingest(sentinel.url, transaction());
      await until(async () => (await fetch(`${sentinel.url}/ready`)).status === 503);
      await postgres.server.start();
      expect(await settled(sentinel.url, waiting)).toMatchObject({ status: 'loaded' });
      expect(await query(sentinel.url, 'SELECT count(*) AS n FROM transaction')).toEqual([{ n: 2 }]);
    } finally {
      await sentinel.stop();
    }
  });

  it('goes on loading while something of a person’s keeps rows that a rollback takes out, and says so', async () => {
    const sentinel = await startProcess(setting('kept'));
    try {
      const drifted = () => ({ ...without(transaction(), 'email'), user_email: 'eve@example.com' });
      const repaired = await ingest(sentinel.url, drifted());
      const { rule_id: rule } = await settled(sentinel.url, repaired);
      await postgres.server.run(`CREATE TABLE kept.note (id uuid REFERENCES kept.transaction (_request_id));
        INSERT INTO kept.note SELECT _request_id FROM kept.transaction`);
      const rollback = `${sentinel.url}/api/v1/rules/${rule!}/rollback`;
      expect((await post(rollback, { reason: 'wrong' })).status).toBe(202);
      await until(() => sentinel.log().some(({ err }) => /note_id_fkey/.test(JSON.stringify(err ?? ''))));
      const clean = await ingest(sentinel.url, transaction());
      expect(await settled(sentinel.url, clean)).toMatchObject({ status: 'loaded' });
      expect(await get(`${sentinel.url}/api/v1/events/${repaired}`)).toMatchObject({ status: 'repaired' });
      await postgres.server.run('DROP TABLE kept.note');
      await until(async () => (await get<{ status: string }>(rollback)).status === 'done');
      expect(await settled(sentinel.url, repaired)).toMatchObject({ status: 'dead_letter' });
    } finally {
      await sentinel.stop();
    }
  });

  it('starts while the database is away, takes events, and loads them when it is there', async () => {
    const first = await startProcess(setting('late'));
    try {
      const before = await ingest(first.url, transaction());
      await settled(first.url, before);
      expect(await first.kill('SIGTERM')).toBe(0);
      await postgres.server.stop('SIGKILL');
      await first.restart();
      const waiting = [await ingest(first.url, transaction()), await ingest(first.url, transaction())];
      await until(async () => (await fetch(`${first.url}/ready`)).status === 503);
      expect((await fetch(`${first.url}/health`)).status).toBe(200);
      expect(await get(`${first.url}/api/v1/events/${waiting[0]!}`)).toMatchObject({ status: 'accepted' });
      expect(await get(`${first.url}/api/v1/stats`)).toMatchObject({ destination: { state: 'waiting' } });
      expect((await fetch(`${first.url}/api/v1/events`)).status).toBe(503);
      // It can be stopped as well.
      expect(await first.kill('SIGTERM')).toBe(0);
      await first.restart();
      await postgres.server.start();
      for (const id of waiting)
        expect(await settled(first.url, id, 30_000)).toMatchObject({ status: 'loaded' });
      await until(async () => (await fetch(`${first.url}/ready`)).status === 200);
      expect(await query(first.url, 'SELECT count(*) AS n FROM transaction')).toEqual([{ n: 3 }]);
      expect(await get(`${first.url}/api/v1/stats`)).toMatchObject({ accepted: 3, loaded: 3, duplicate: 0 });
    } finally {
      await first.stop();
      await postgres.server.stop();
      await postgres.server.start();
    }
  });

  it('does not start with a login that the database does not know, and stops when that shows later', async () => {
    const { config } = setting('stranger');
    const env = { SENTINEL_POSTGRES_URL: postgres.server.url('nobody') };
    await expect(startProcess({ config, env })).rejects.toThrow(/"nobody"/);
    await postgres.server.stop('SIGKILL');
    const sentinel = await startProcess({ config, env });
    try {
      await postgres.server.start();
      await until(() => sentinel.log().some(({ code }) => code === 'pipeline_crashed'), 30_000);
      expect(await sentinel.kill('SIGTERM')).toBe(1);
      const fatal = sentinel.log().filter(({ level }) => level === 'fatal');
      expect(fatal.map(({ code }) => code)).toEqual(['unexpected_error', 'pipeline_crashed']);
      for (const { err } of fatal) expect(err).toMatchObject({ message: expect.stringMatching(/"nobody"/) });
    } finally {
      await sentinel.stop();
      await postgres.server.stop();
      await postgres.server.start();
    }
  });

  it('waits for a login that is refused at a start, where it has worked before', async () => {
    await postgres.server.run('CREATE ROLE locked LOGIN; GRANT CREATE ON DATABASE postgres TO locked');
    const { config } = setting('locked');
    const env = { SENTINEL_POSTGRES_URL: postgres.server.url('locked') };
    const sentinel = await startProcess({ config, env });
    try {
      await settled(sentinel.url, await ingest(sentinel.url, transaction()));
      await postgres.server.run('ALTER ROLE locked NOLOGIN');
      await sentinel.kill('SIGKILL');
      await sentinel.restart();
      const id = await ingest(sentinel.url, transaction());
      const ready = await fetch(`${sentinel.url}/ready`);
      expect([ready.status, await ready.json()]).toMatchObject([503, { code: 'destination_unavailable' }]);
      await postgres.server.run('ALTER ROLE locked LOGIN');
      expect(await settled(sentinel.url, id)).toMatchObject({ status: 'loaded' });
    } finally {
      await sentinel.stop();
    }
  });

  it('is looked at by the doctor', async () => {
    const sentinel = await startProcess(setting('health'));
    try {
      const doctor = async (env: Record<string, string>) =>
        (await runCommand(sentinel.dir, ['doctor'], env)).out
          .split('\n')
          .find((line) => line.includes('destination:'));
      const { env } = setting('health');
      expect(await doctor(env)).toMatch(
        /^ok .*postgres 127\.0\.0\.1:\d+\/postgres, schema health \(PostgreSQL \d+/,
      );
      expect(await doctor({ SENTINEL_POSTGRES_URL: env.SENTINEL_POSTGRES_URL })).toMatch(
        /^warn .*queries are refused/,
      );
      expect(await doctor({ SENTINEL_POSTGRES_URL: postgres.server.url('nobody') })).toMatch(
        /^FAIL .*"nobody"/,
      );
      expect(await doctor({ SENTINEL_POSTGRES_URL: postgres.server.url('reader') })).toMatch(
        /^FAIL .*may not read and write the table .*_sentinel_outcomes/,
      );
    } finally {
      await sentinel.stop();
    }
  });
});
