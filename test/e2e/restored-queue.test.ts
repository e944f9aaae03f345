import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type RunningSentinel, get, post, query, startProcess, transaction } from '../helpers/sentinel.ts';
import { until } from '../helpers/until.ts';

const many = (count: number) => Array.from({ length: count }, () => transaction());
const send = async ({ url }: RunningSentinel, events: object[]) =>
  expect((await post(`${url}/ingest`, events)).status).toBe(202);
const losses = (service: RunningSentinel) => service.log().filter(({ code }) => code === 'destination_older');
/** So many, and nothing waits in the queue, which it leaves a moment after it is a row. */
const hasRows = async ({ url }: RunningSentinel, count: number) =>
  until(
    async () =>
      (await query(url, 'SELECT count(*)::int AS n FROM transaction'))[0]!['n'] === count &&
      (await get<{ pending: number }>(`${url}/api/v1/stats`)).pending === 0,
  );

it('an older queue loses nothing; an older warehouse is said at the start, with what it had and has', async () => {
  const service = await startProcess({
    config: { destination: { type: 'duckdb', path: './warehouse.duckdb' } },
  });
  const [data, file] = ['data', 'warehouse.duckdb'].map((name) => join(service.dir, name)) as [
    string,
    string,
  ];
  /** Stops the service, does this to its files, and starts it again. */
  const meanwhile = async (work: () => Promise<void>) => {
    await service.kill('SIGTERM');
    await work();
    await service.restart();
  };
  try {
    await send(service, many(5));
    await hasRows(service, 5);
    await meanwhile(async () => {
      await cp(data, `${data}.backup`, { recursive: true });
      await cp(file, `${file}.backup`);
    });
    for (let request = 0; request < 10; request++) await send(service, many(5));
    await hasRows(service, 55);

    // The warehouse has gone on without the queue.
    await meanwhile(async () => {
      await rm(data, { recursive: true });
      await cp(`${data}.backup`, data, { recursive: true });
    });
    await send(service, many(20));
    await hasRows(service, 75);
    expect(await get(`${service.url}/api/v1/stats`)).toMatchObject({ dead_letters: 0 });
    expect(losses(service)).toEqual([]);

    await meanwhile(() => cp(`${file}.backup`, file));
    await until(() => losses(service).length > 0);
    expect(losses(service)).toMatchObject([{ level: 'error', rows_before: 75, rows_now: 5 }]);
    await send(service, many(1));
    await hasRows(service, 6);
  } finally {
    await service.stop();
  }
}, 120_000); // four starts
