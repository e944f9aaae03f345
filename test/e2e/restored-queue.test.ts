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

it('a data folder from an older backup loses nothing, although the warehouse has gone on without it', async () => {
  const service = await startProcess({
    config: { destination: { type: 'duckdb', path: './warehouse.duckdb' } },
  });
  const data = join(service.dir, 'data');
  const backup = join(service.dir, 'backup');
  try {
    await send(service, many(5));
    await hasRows(service, 5);
    await service.kill('SIGTERM');
    await cp(data, backup, { recursive: true });
    await service.restart();
    for (let request = 0; request < 10; request++) await send(service, many(5));
    await hasRows(service, 55);
    await service.kill('SIGTERM');
    await rm(data, { recursive: true });
    await cp(backup, data, { recursive: true });
    await service.restart();
    await send(service, many(20));
    await hasRows(service, 75);
    expect(await get(`${service.url}/api/v1/stats`)).toMatchObject({ dead_letters: 0 });
    expect(losses(service)).toEqual([]);
    // And so it stays.
    await service.kill('SIGTERM');
    await service.restart();
    await send(service, many(1));
    await hasRows(service, 76);
    expect(losses(service)).toEqual([]);
  } finally {
    await service.stop();
  }
}, 120_000); // four starts

it('a warehouse from an older backup is said at the start, with what it had and has', async () => {
  const service = await startProcess({
    config: { destination: { type: 'duckdb', path: './warehouse.duckdb' } },
  });
  const [file, backup] = ['warehouse.duckdb', 'backup.duckdb'].map((name) => join(service.dir, name)) as [
    string,
    string,
  ];
  try {
    await send(service, many(5));
    await hasRows(service, 5);
    await service.kill('SIGTERM');
    await cp(file, backup);
    await service.restart();
    expect(losses(service)).toEqual([]);
    await send(service, many(7));
    await hasRows(service, 12);
    await service.kill('SIGTERM');
    await cp(backup, file);
    await service.restart();
    expect(losses(service)).toMatchObject([{ level: 'error', rows_before: 12, rows_now: 5 }]);
    await send(service, many(1));
    await hasRows(service, 6);
  } finally {
    await service.stop();
  }
}, 120_000); // three starts
