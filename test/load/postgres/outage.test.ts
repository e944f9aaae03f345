import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { startProxy } from '../../helpers/tcp-proxy.ts';
import { openPostgres } from '../../../src/load/destinations/postgres/index.ts';
import { row, settleRows } from '../../conformance/destination.ts';
import { withoutPostgres } from '../../helpers/postgres.ts';
import { until } from '../../helpers/until.ts';
import { plain, plainRowOf, postgresForTests } from './support.ts';

const plainRow = (event_id: string) => row({ event_id }, plainRowOf);

describe.skipIf(withoutPostgres())('PostgreSQL in trouble', () => {
  const postgres = postgresForTests();

  it.each(['SIGINT', 'SIGKILL'] as const)(
    'is gone and comes back (%s): nothing is lost, nothing is twice',
    async (signal) => {
      const destination = await postgres.open(postgres.nextSchema());
      await destination.prepare([plain]);
      await settleRows(destination, [plainRow('a')]);
      await postgres.server.stop(signal);
      const batch = [plainRow('a'), plainRow('b')];
      await expect(settleRows(destination, batch)).rejects.toMatchObject({
        code: 'destination_unavailable',
        retryable: true,
      });
      await expect(destination.counts()).rejects.toMatchObject({ code: 'destination_unavailable' });
      await postgres.server.start();
      expect((await settleRows(destination, batch)).map(({ status }) => status)).toEqual([
        'duplicate',
        'loaded',
      ]);
      expect(await destination.counts()).toMatchObject({ loaded: 2, repaired: 0, duplicate: 1 });
    },
  );

  it('ends the session in the middle of a load', async () => {
    const schema = postgres.nextSchema();
    const destination = await postgres.open(schema);
    await destination.prepare([plain]);
    const batch = [plainRow('a')];
    const other = new pg.Client(postgres.server.url());
    await other.connect();
    await other.query(`BEGIN; LOCK TABLE "${schema}".plain IN EXCLUSIVE MODE`);
    const loading = settleRows(destination, batch);
    loading.catch(() => undefined);
    await until(async () => {
      const ended = await postgres.server.run(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'data-sentinel' AND wait_event_type = 'Lock'`,
      );
      return ended.length > 0;
    });
    await other.end();
    await expect(loading).rejects.toMatchObject({ code: 'destination_unavailable', retryable: true });
    expect(await settleRows(destination, batch)).toEqual([{ status: 'loaded' }]);
  });

  it('commits, and its answer is lost', async () => {
    const proxy = await startProxy(postgres.server.port, (text) =>
      text.includes('COMMIT\0') ? 'lose the answer' : 'pass',
    );
    const schema = postgres.nextSchema();
    const direct = await postgres.open(schema);
    await direct.prepare([plain]);
    const destination = await postgres.open(schema, { url: proxy.url });
    await destination.prepare([plain]);
    const repair = { healer: 'rule' as const, ruleId: 'r', original: '{}', plan: '{}', result: '{}' };
    const batch = [row({ event_id: 'a' }, { ...plainRowOf, repair }), plainRow('a'), plainRow('b')];
    proxy.break();
    await expect(settleRows(destination, batch)).rejects.toMatchObject({ retryable: true });
    expect(await direct.counts()).toMatchObject({ loaded: 2, repaired: 1, duplicate: 1 });
    proxy.heal();
    expect((await settleRows(destination, batch)).map(({ status }) => status)).toEqual([
      'loaded',
      'duplicate',
      'loaded',
    ]);
    expect(await direct.counts()).toMatchObject({ loaded: 2, repaired: 1, duplicate: 1 });
    await destination.close();
    await proxy.close();
  });

  it.each(['BEGIN', 'COPY'])(
    'vanishes without a word at %s: it is not waited for without end',
    async (word) => {
      const proxy = await startProxy(postgres.server.port, (text) =>
        text.includes(word) ? 'swallow' : 'pass',
      );
      const destination = await postgres.open(postgres.nextSchema(), {
        url: proxy.url,
        answerMs: 1500,
        idleMs: 1500,
      });
      await destination.prepare([plain]);
      proxy.break();
      await expect(settleRows(destination, [plainRow('a')])).rejects.toMatchObject({
        code: 'destination_unavailable',
        retryable: true,
      });
      proxy.heal();
      expect(await settleRows(destination, [plainRow('a')])).toEqual([{ status: 'loaded' }]);
      await destination.close();
      await proxy.close();
    },
  );

  it('has lost a table: the load makes it again', async () => {
    const schema = postgres.nextSchema();
    const destination = await postgres.open(schema);
    await destination.prepare([plain]);
    await postgres.server.run(`DROP TABLE "${schema}".plain, "${schema}"._sentinel_counters`);
    expect(await settleRows(destination, [plainRow('a')])).toEqual([{ status: 'loaded' }]);
  });

  it('says what is wrong when it can’t be opened, and whether waiting helps', async () => {
    const at = (url: string, schema = 'public') => openPostgres({ url, schema });
    await expect(at('postgres://postgres@127.0.0.1:1/postgres')).rejects.toMatchObject({
      code: 'destination_unavailable',
      retryable: true,
      message: /ECONNREFUSED/,
    });
    await expect(at(postgres.server.url('nobody'))).rejects.toMatchObject({
      retryable: false,
      message: /nobody/,
    });
    await expect(at(`postgres://postgres@127.0.0.1:${postgres.server.port}/nowhere`)).rejects.toMatchObject({
      retryable: false,
      message: /"nowhere" does not exist/,
    });
    await expect(at(postgres.server.url('reader'), 'other')).rejects.toMatchObject({
      retryable: false,
      message: /permission denied/,
    });
  });

  it('does not wait for a right to make a table', async () => {
    const { server } = postgres;
    const schema = postgres.nextSchema();
    await server.run(`CREATE SCHEMA "${schema}"; CREATE ROLE limited LOGIN;
      GRANT USAGE, CREATE ON SCHEMA "${schema}" TO limited`);
    const limited = await openPostgres({ url: server.url('limited'), schema });
    await server.run(`REVOKE CREATE ON SCHEMA "${schema}" FROM limited`);
    await expect(limited.prepare([plain])).rejects.toMatchObject({
      code: 'destination_unavailable',
      retryable: false,
      message: /permission denied/,
    });
    await limited.close();
  });
});
