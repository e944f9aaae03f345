import { describe, expect, it } from 'vitest';
import { noNatsServer, startNatsServer } from '../helpers/nats-server.ts';
import { withoutPostgres } from '../helpers/postgres.ts';
import { get, ingest, post, settled, startProcess, transaction } from '../helpers/sentinel.ts';
import { until } from '../helpers/until.ts';
import { postgresForTests } from '../load/postgres/support.ts';

/** Two workers share the topics, the one of the further destination too; a gateway answers for them. */
describe.skipIf(noNatsServer !== undefined || withoutPostgres())(
  'several destinations and several workers',
  () => {
    const postgres = postgresForTests();

    it('load every event once into each, also when a worker is killed', async () => {
      const nats = await startNatsServer();
      const [main, lake] = [postgres.nextSchema(), postgres.nextSchema()];
      const options = (role: string) => ({
        command: ['start', '--role', role],
        config: {
          engine: { type: 'nats', servers: [nats.address], replicas: 1, ack_wait_seconds: 2 },
          destination: { type: 'postgres', schema: main },
          destinations: [{ name: 'lake', type: 'postgres', schema: lake }],
        },
        env: { SENTINEL_POSTGRES_URL: postgres.server.url() },
      });
      const gateway = await startProcess(options('gateway'));
      const workers = await Promise.all([startProcess(options('worker')), startProcess(options('worker'))]);
      try {
        const count = async (schema: string) => {
          const [found] = await postgres.server.run(
            `SELECT count(*)::int AS rows, count(DISTINCT _request_id)::int AS ids FROM "${schema}".transaction`,
          );
          return found;
        };
        const send = async () => {
          const events = Array.from({ length: 500 }, () => transaction());
          expect((await post(`${gateway.url}/ingest`, events)).status).toBe(202);
        };
        await send();
        await workers[0].kill('SIGKILL');
        await send();
        await workers[0].restart();
        await send();
        const last = await ingest(gateway.url, transaction());
        expect(await settled(gateway.url, last, 60_000)).toMatchObject({ status: 'loaded' });
        for (const schema of [main, lake])
          await until(async () => (await count(schema))!['rows'] === 1501, 60_000);
        expect(await count(main)).toEqual({ rows: 1501, ids: 1501 });
        expect(await count(lake)).toEqual({ rows: 1501, ids: 1501 });
        await until(async () => {
          const { destinations } = await get<{ destinations: object[] }>(`${gateway.url}/api/v1/stats`);
          return JSON.stringify(destinations).includes('"pending":0');
        });
        expect(await settled(gateway.url, last)).toMatchObject({
          destinations: { lake: { status: 'loaded' } },
        });
      } finally {
        await Promise.all([gateway.stop(), ...workers.map((worker) => worker.stop())]);
        await nats.stop();
      }
    }, 120_000);
  },
);
