import { cp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { type Sentinel, startSentinel } from '../../src/runtime/sentinel.ts';
import { createLogger } from '../../src/support/log.ts';
import { cliFolder } from '../cli/support.ts';
import { get, post, query, transaction } from '../helpers/sentinel.ts';
import { until } from '../helpers/until.ts';

let shell: Awaited<ReturnType<typeof cliFolder>>;
const running: Sentinel[] = [];
const inFolder = (...names: string[]): string => join(shell.folder, ...names);

async function start(dataDir: string): Promise<Sentinel> {
  const overrides = { http: { port: 0 }, dataDir };
  const config = loadConfig({ cwd: shell.folder, env: {}, overrides });
  const log = createLogger({ level: 'silent', format: 'json' });
  const sentinel = await startSentinel(config, { log });
  running.push(sentinel);
  return sentinel;
}
const cli = (args: string[], { url, dataDir }: { url?: string; dataDir: string }) =>
  shell.cli(args, {
    env: { SENTINEL_DATA_DIR: dataDir, ...(url !== undefined && { SENTINEL_API_PORT: new URL(url).port }) },
  });
const rowsOf = async (url: string): Promise<number> =>
  Number(
    (await query(url, 'SELECT count(*) AS n, count(DISTINCT _request_id) AS d FROM transaction'))[0]!['n'],
  );

beforeAll(async () => {
  shell = await cliFolder();
});
afterAll(async () => {
  for (const sentinel of running) await sentinel.close();
  await shell.dispose();
});

it('backs up while events come, and restores with nothing lost or doubled', async () => {
  const { url } = await start(inFolder('data'));
  const before = Array.from({ length: 300 }, () => transaction());
  expect((await post(`${url}/ingest`, [...before, transaction({ amount: 'much' })])).status).toBe(202);
  await until(async () => (await rowsOf(url)) === 300);
  // Accepted and, some of them, not loaded yet.
  const meanwhile = (async () => {
    for (let request = 0; request < 10; request++)
      await post(
        `${url}/ingest`,
        Array.from({ length: 20 }, () => transaction()),
      );
  })();
  const made = await cli(['backup', 'copy'], { url, dataDir: inFolder('data') });
  await meanwhile;
  expect([made.code, made.err]).toEqual([0, expect.stringContaining('a backup is in copy')]);
  const manifest = JSON.parse(await readFile(inFolder('copy', 'manifest.json'), 'utf8')) as {
    files: { path: string }[];
  };
  expect(manifest.files.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['queue.mdb', 'warehouse.duckdb']),
  );
  const again = await cli(['backup', 'copy'], { url, dataDir: inFolder('data') });
  expect([again.code, again.err]).toEqual([1, expect.stringContaining('not empty')]);

  const into = await cli(['restore', 'copy'], { dataDir: inFolder('restored') });
  expect([into.code, into.err]).toEqual([0, expect.stringContaining('is as it was at')]);
  expect(await readdir(inFolder('restored'))).toEqual(expect.arrayContaining(['queue', 'warehouse.duckdb']));
  const over = await cli(['restore', 'copy'], { dataDir: inFolder('restored') });
  expect([over.code, over.err]).toEqual([1, expect.stringContaining('nothing is overwritten')]);

  const { url: there } = await start(inFolder('restored'));
  await until(async () => (await get<{ pending: number }>(`${there}/api/v1/stats`)).pending === 0);
  const known = new Set(
    (await query(there, 'SELECT event_id FROM transaction')).map((row) => row['event_id']),
  );
  expect(before.filter(({ event_id }) => !known.has(event_id))).toEqual([]);
  expect(await rowsOf(there)).toBe(known.size);
  const open = async () =>
    (await get<{ items: unknown[] }>(`${there}/api/v1/dead-letters?status=open`)).items.length;
  await until(async () => (await open()) === 1);
  const restored = async () =>
    (await get<{ items: { msg: string }[] }>(`${there}/api/v1/logs?status=restored`)).items;
  // The pipeline has a thread of its own: what it says at its start comes a moment later.
  await until(async () => (await restored()).length > 0);
  expect(await restored()).toMatchObject([
    { msg: expect.stringContaining('restored from a backup of') as string },
  ]);
  const older = await get<{ items: unknown[] }>(`${there}/api/v1/logs?q=destination_older`);
  expect(older.items).toEqual([]);
  // What both have is known by its key.
  await post(`${there}/ingest`, before.slice(0, 50));
  await until(async () => (await get<{ duplicate: number }>(`${there}/api/v1/stats`)).duplicate >= 50);
  expect(await rowsOf(there)).toBe(known.size);
});

it('refuses a backup that is not whole, or not what was written, and leaves the data folder empty', async () => {
  for (const [harm, words] of [
    [(folder: string) => rm(join(folder, 'manifest.json')), 'no whole backup'],
    [
      (folder: string) => writeFile(join(folder, 'manifest.json'), '{"format":1}'),
      'is not what sentinel backup writes',
    ],
    [(folder: string) => rm(join(folder, 'queue.mdb')), 'lacks queue.mdb'],
    [(folder: string) => writeFile(join(folder, 'warehouse.duckdb'), 'x', { flag: 'a' }), 'is damaged'],
  ] as const) {
    await rm(inFolder('harmed'), { recursive: true, force: true });
    await cp(inFolder('copy'), inFolder('harmed'), { recursive: true });
    await harm(inFolder('harmed'));
    const { code, err } = await cli(['restore', 'harmed'], { dataDir: inFolder('none') });
    expect([code, err]).toEqual([1, expect.stringContaining(words)]);
  }
  expect(await readdir(shell.folder)).not.toContain('none');
});
