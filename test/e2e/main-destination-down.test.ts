import { describe, expect, it } from 'vitest';
import { noNatsServer, startNatsServer } from '../helpers/nats-server.ts';
import { withoutPostgres } from '../helpers/postgres.ts';
import {
  type RunningSentinel,
  get,
  ingest,
  post,
  settled,
  startProcess,
  transaction,
  without,
} from '../helpers/sentinel.ts';
import { until } from '../helpers/until.ts';
import { postgresForTests } from '../load/postgres/support.ts';

interface Stats {
  pending: number;
  queues: { topic: string; published: number; groups: { group: string; pending: number }[] }[];
  destinations: { name: string; loaded: number; repaired: number; pending: number }[];
}

/** PostgreSQL is the main destination, and a DuckDB file gets copies. */
describe.skipIf(withoutPostgres())('a main destination that is down', { timeout: 120_000 }, () => {
  const postgres = postgresForTests();
  let schema: string;

  async function start(config: object = {}): Promise<RunningSentinel> {
    schema = postgres.nextSchema();
    return startProcess({
      config: {
        destination: { type: 'postgres', schema },
        destinations: [{ name: 'side', type: 'duckdb', path: './side.duckdb' }],
        ...config,
      },
      env: { SENTINEL_POSTGRES_URL: postgres.server.url() },
    });
  }
  const metric = async ({ url }: RunningSentinel, name: string): Promise<number> => {
    const text = await (await fetch(`${url}/metrics`)).text();
    const line = text.split('\n').find((one) => one.startsWith(`${name} `));
    return line === undefined ? NaN : Number(line.slice(name.length));
  };
  const sideHas = async (sentinel: RunningSentinel) =>
    (await metric(sentinel, 'sentinel_destination_events_total{destination="side",status="loaded"}')) +
    (await metric(sentinel, 'sentinel_destination_events_total{destination="side",status="repaired"}'));
  const inMain = () =>
    postgres.server.run(
      `SELECT _request_id::text AS id, event_id, amount::text, _repaired FROM "${schema}".transaction`,
    );
  const idsInMain = async () => (await inMain()).map(({ id }) => String(id)).toSorted();
  const drained = (sentinel: RunningSentinel) =>
    until(async () => (await get<Stats>(`${sentinel.url}/api/v1/stats`)).pending === 0, 60_000);
  const ready = async ({ url }: RunningSentinel) => (await fetch(`${url}/ready`)).status;

  it('holds up the others, which follow it, and all get everything once when it is back', async () => {
    const sentinel = await start();
    try {
      const before = await ingest(sentinel.url, transaction());
      await settled(sentinel.url, before);
      const stats = () => get<Stats>(`${sentinel.url}/api/v1/stats`);
      await until(async () => (await sideHas(sentinel)) === 1);
      expect(await stats()).not.toHaveProperty('counters_as_of');
      await postgres.server.stop('SIGKILL');

      const ids: string[] = [];
      const event = transaction({ amount: 1 });
      const first = await ingest(sentinel.url, event);
      for (let i = 0; i < 20; i++) ids.push(await ingest(sentinel.url, transaction()));
      const drifted = await ingest(sentinel.url, {
        ...without(transaction(), 'email'),
        user_email: 'eve@example.com',
      });
      const second = await ingest(sentinel.url, { ...event, amount: 2 });
      await until(async () => (await ready(sentinel)) === 503);
      expect(await sideHas(sentinel)).toBe(1);
      expect(await stats()).toMatchObject({
        accepted: 24,
        loaded: 1,
        counters_as_of: expect.stringMatching(/Z$/) as string,
        destination: {
          type: 'postgres',
          state: 'waiting',
          error: expect.stringContaining('PostgreSQL') as string,
          since: expect.stringMatching(/Z$/) as string,
        },
      });
      expect(await (await fetch(`${sentinel.url}/ready`)).json()).toMatchObject({
        code: 'destination_unavailable',
        since: expect.stringMatching(/Z$/) as string,
        error: expect.stringContaining('PostgreSQL') as string,
      });
      expect(await metric(sentinel, 'sentinel_destination_up{type="postgres"}')).toBe(0);

      await postgres.server.start();
      await drained(sentinel);
      await until(async () => (await ready(sentinel)) === 200);
      expect(await metric(sentinel, 'sentinel_destination_up{type="postgres"}')).toBe(1);
      expect(await settled(sentinel.url, first)).toMatchObject({ status: 'loaded' });
      expect(await settled(sentinel.url, second)).toMatchObject({ status: 'duplicate' });
      expect(await settled(sentinel.url, drifted)).toMatchObject({
        status: 'repaired',
        healer: 'heuristics',
      });
      expect(await idsInMain()).toEqual([before, first, ...ids, drifted].toSorted());
      await until(async () => (await sideHas(sentinel)) === 23);
      expect(await stats()).toMatchObject({ accepted: 24, loaded: 22, repaired: 1, duplicate: 1 });
    } finally {
      await sentinel.stop();
      await postgres.server.stop();
      await postgres.server.start();
    }
  });

  it('gets everything once, also when the process is killed again and again', async () =>
    killedAgainAndAgain());
  it.skipIf(noNatsServer !== undefined)('gets everything once from NATS, too, killed likewise', async () => {
    const nats = await startNatsServer();
    try {
      await killedAgainAndAgain({
        engine: { type: 'nats', servers: [nats.address], replicas: 1, ack_wait_seconds: 2 },
      });
    } finally {
      await nats.stop();
    }
  });
  async function killedAgainAndAgain(config: object = {}): Promise<void> {
    const sentinel = await start(config);
    try {
      const ids: string[] = [];
      const more = async (count: number) => {
        for (let i = 0; i < count; i++) ids.push(await ingest(sentinel.url, transaction()));
      };
      await more(1);
      await settled(sentinel.url, ids[0]!);
      await postgres.server.stop('SIGKILL');
      await more(50);
      await until(async () => (await ready(sentinel)) === 503, 60_000);
      await more(20);
      await sentinel.kill('SIGKILL');
      await postgres.server.start();
      await sentinel.restart();
      await more(50);
      // In the midst of the load.
      await sentinel.kill('SIGKILL');
      await sentinel.restart();
      await drained(sentinel);
      expect(await idsInMain()).toEqual(ids.toSorted());
      const rows = await get<Stats>(`${sentinel.url}/api/v1/stats`);
      expect(rows).toMatchObject({ accepted: 121, loaded: 121, duplicate: 0, dead_letters: 0, pending: 0 });
    } finally {
      await sentinel.stop();
      await postgres.server.stop();
      await postgres.server.start();
    }
  }

  it('need not be there at the start either', async () => {
    await postgres.server.stop('SIGKILL');
    const sentinel = await start();
    try {
      const ids = [await ingest(sentinel.url, transaction())];
      ids.push(await ingest(sentinel.url, transaction()));
      await until(async () => (await ready(sentinel)) === 503, 60_000);
      expect(await sentinel.kill('SIGTERM')).toBe(0);
      await sentinel.restart();
      ids.push(await ingest(sentinel.url, transaction()));
      await postgres.server.start();
      await drained(sentinel);
      expect(await idsInMain()).toEqual(ids.toSorted());
      expect(await get<Stats>(`${sentinel.url}/api/v1/stats`)).toMatchObject({ accepted: 3, loaded: 3 });
    } finally {
      await sentinel.stop();
      await postgres.server.stop();
      await postgres.server.start();
    }
  });

  it('gets a row that it refuses back as a dead letter', async () => {
    const sentinel = await start();
    try {
      await settled(sentinel.url, await ingest(sentinel.url, transaction()));
      await postgres.server.run(
        `ALTER TABLE "${schema}".transaction ADD CONSTRAINT cheap CHECK (amount < 1000)`,
      );
      await postgres.server.stop('SIGKILL');
      const event = transaction({ amount: '5000.00' });
      const dear = await ingest(sentinel.url, event);
      await until(async () => (await ready(sentinel)) === 503, 60_000);
      await postgres.server.start();
      expect(await settled(sentinel.url, dear, 60_000)).toMatchObject({
        status: 'dead_letter',
        original: event,
        violations: [{ code: 'rejected_by_destination' }],
      });

      // And what a person sends back waits as the others do.
      await postgres.server.run(`ALTER TABLE "${schema}".transaction DROP CONSTRAINT cheap`);
      await postgres.server.stop('SIGKILL');
      await ingest(sentinel.url, transaction());
      await until(async () => (await ready(sentinel)) === 503, 60_000);
      expect((await post(`${sentinel.url}/api/v1/dead-letters/${dear}/replay`, {})).status).toBe(202);
      const { status } = await get<{ status: string }>(`${sentinel.url}/api/v1/events/${dear}`);
      expect(status).toBe('accepted');
      await sentinel.kill('SIGKILL');
      await postgres.server.start();
      await sentinel.restart();
      expect(await settled(sentinel.url, dear, 60_000)).toMatchObject({ status: 'loaded' });
      await drained(sentinel);
      expect(await inMain()).toHaveLength(3);
      expect(await get(`${sentinel.url}/api/v1/dead-letters/${dear}`)).toMatchObject({ status: 'replayed' });
    } finally {
      await sentinel.stop();
      await postgres.server.stop();
      await postgres.server.start();
    }
  });
});
