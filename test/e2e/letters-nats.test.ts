import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noNatsServer, startNatsServer } from '../helpers/nats-server.ts';
import { ended, jobOf, order } from '../helpers/job.ts';
import { withoutPostgres } from '../helpers/postgres.ts';
import {
  type RunningSentinel,
  get,
  ingest,
  post,
  settled,
  startProcess,
  transaction,
} from '../helpers/sentinel.ts';
import { until } from '../helpers/until.ts';
import { postgresForTests } from '../load/postgres/support.ts';

/** A worker with a further destination, and two gateways that answer for it. */
describe.skipIf(noNatsServer !== undefined || withoutPostgres())('dead letters on NATS', () => {
  const postgres = postgresForTests();
  let nats: Awaited<ReturnType<typeof startNatsServer>>;
  let all: RunningSentinel[] = [];
  let [one, two]: RunningSentinel[] = [];
  let schemas: string[] = [];

  beforeAll(async () => {
    nats = await startNatsServer();
    schemas = [postgres.nextSchema(), postgres.nextSchema()];
    const options = (role: string) => ({
      command: ['start', '--role', role],
      config: {
        engine: { type: 'nats', servers: [nats.address], replicas: 1, ack_wait_seconds: 2 },
        destination: { type: 'postgres', schema: schemas[0] },
        destinations: [{ name: 'lake', type: 'postgres', schema: schemas[1] }],
        default_contract: 'transaction',
      },
      env: { SENTINEL_POSTGRES_URL: postgres.server.url() },
    });
    all = await Promise.all(['gateway', 'gateway', 'worker'].map((role) => startProcess(options(role))));
    [one, two] = all;
  }, 60_000);
  afterAll(async () => {
    await Promise.all(all.map((each) => each.stop()));
    await nats?.stop();
  });

  const lettersOf = async (source: string) =>
    (
      await get<{ items: { id: string; replays: number; status: string }[] }>(
        `${two!.url}/api/v1/dead-letters?source=${source}&limit=1000`,
      )
    ).items;

  it('a person is erased from both destinations, and from the letters', async () => {
    const person = 'grace@example.com';
    const row = await ingest(one!.url, transaction({ email: person }));
    const letter = await ingest(one!.url, transaction({ email: person, currency: 'EURO' }));
    await ingest(one!.url, transaction());
    expect(await settled(one!.url, row, 60_000)).toMatchObject({ status: 'loaded' });
    expect(await settled(one!.url, letter, 60_000)).toMatchObject({ status: 'dead_letter' });
    const rowsOf = async (schema: string) =>
      (await postgres.server.run(`SELECT email FROM "${schema}".transaction`)).map(({ email }) => email);
    for (const schema of schemas) await until(async () => (await rowsOf(schema)).length === 2, 30_000);

    const where = { path: '/email', value: person };
    const response = await post(`${one!.url}/api/v1/erase`, { where });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      rows: 2,
      letters: 1,
      destinations: [
        { name: 'postgres', rows: 1 },
        { name: 'lake', rows: 1 },
      ],
    });
    for (const schema of schemas) expect(await rowsOf(schema)).toEqual(['ada@example.com']);
    expect((await fetch(`${two!.url}/api/v1/dead-letters/${letter}`)).status).toBe(404);
    expect((await fetch(`${two!.url}/api/v1/events/${row}`)).status).toBe(404);
  });

  it('a job whose process is killed is taken over by another, and each letter is sent once', async () => {
    const total = 900;
    const events = Array.from({ length: total }, () => transaction({ amount: 'much', source: 'erp' }));
    expect((await post(`${one!.url}/ingest/erp`, events)).status).toBe(202);
    await until(async () => (await lettersOf('erp')).length === total, 60_000);
    const id = await order(one!.url, 'replay', { filter: { source: 'erp' } });
    await until(async () => (await jobOf(one!.url, id)).done >= 200, 60_000);
    await one!.kill('SIGKILL');
    expect((await jobOf(two!.url, id)).state).toBe('running');
    expect(await ended(two!.url, id)).toMatchObject({ state: 'done', total, done: total, failed: 0 });
    await until(async () => {
      const open = await lettersOf('erp');
      return open.length === total && open.every(({ replays }) => replays === 1);
    }, 60_000);
  }, 150_000);
});
