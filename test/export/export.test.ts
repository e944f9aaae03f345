import { existsSync } from 'node:fs';
import { lstat, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { type Sentinel, startSentinel } from '../../src/runtime/sentinel.ts';
import { createLogger } from '../../src/support/log.ts';
import { cliFolder } from '../cli/support.ts';
import { until } from '../helpers/until.ts';

/** The rows of a file or database, as DuckDB reads them. */
async function read(database: string, sql: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(database);
  const connection = await instance.connect();
  try {
    return await (await connection.run(sql)).getRowsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

const many = 3000;
const email = (number: number): string => `user${number}@example.com`;
const transaction = (number: number, change: object = {}) => ({
  event_id: `0b8f4a52-6d0e-4c8e-9d7a-${String(number).padStart(12, '0')}`,
  timestamp: '2026-01-15T10:30:00.25Z',
  source: 'bank',
  amount: `${number}.10`,
  currency: 'EUR',
  user_id: '5f0c1d0e-8a3b-4d7e-9c55-1f2e3d4c5b6a',
  email: email(number),
  ...change,
});

describe('sentinel export and snapshot', () => {
  let shell: Awaited<ReturnType<typeof cliFolder>>;
  let sentinel: Sentinel;
  let env: Record<string, string>;
  const cli = (args: string[], stdin = '') => shell.cli(args, { env, stdin });
  const file = (name: string): string => join(shell.folder, name);
  const count = (name: string): string => `SELECT count(*) FROM '${file(name)}'`;

  beforeAll(async () => {
    shell = await cliFolder();
    const config = loadConfig({
      cwd: shell.folder,
      env: {},
      overrides: { http: { port: 0, token: 'secret' } },
    });
    sentinel = await startSentinel(config, { log: createLogger({ level: 'silent', format: 'json' }) });
    env = { SENTINEL_API_PORT: new URL(sentinel.url).port, SENTINEL_API_TOKEN: 'secret' };
    const hostile = { note: 'a,"b"\r\n\u0001ü', big: 'BIG' };
    const events = Array.from({ length: many }, (_, number) =>
      JSON.stringify(transaction(number, number === 7 ? hostile : {})).replace('"BIG"', '820982911946154508'),
    );
    expect((await cli(['ingest', '-', '--source', 'bank'], events.join('\n'))).code).toBe(0);
    await until(async () =>
      (await cli(['query', '--csv', 'SELECT count(*) FROM transaction'])).out.includes(`${many}`),
    );
  });
  afterAll(async () => {
    await sentinel.close();
    await shell.dispose();
  });

  it('writes every row in each format, while the service runs', async () => {
    for (const format of ['parquet', 'csv', 'ndjson']) {
      const { code, err } = await cli(['export', 'transaction', '--out', file(`all.${format}`)]);
      expect([code, err]).toEqual([0, expect.stringContaining(`${many} rows of transaction in`)]);
    }
    expect(await read(':memory:', count('all.parquet'))).toEqual([[`${many}`]]);
    const sum = `SELECT sum(amount)::VARCHAR, typeof(any_value(amount)) FROM '${file('all.parquet')}'`;
    const [[total, type] = []] = await read(':memory:', sum);
    expect(Number(total)).toBe((many * (many - 1)) / 2 + many / 10);
    expect(type).toMatch(/^DECIMAL/);
    const lines = (await readFile(file('all.ndjson'), 'utf8')).trimEnd().split('\n');
    expect(lines).toHaveLength(many);
    const row = JSON.parse(lines[7]!) as Record<string, unknown>;
    expect(row).toMatchObject({ amount: '7.1', email: email(7), _extra: { note: 'a,"b"\r\n\u0001ü' } });
    expect(lines[7]).toContain('820982911946154508');
    expect(String(row['timestamp'])).toMatch(/^2026-01-15T10:30:00\.25/);
    const csv = await readFile(file('all.csv'), 'utf8');
    expect(csv).toContain(',7.1,');
    expect(await read(':memory:', count('all.csv'))).toEqual([[`${many}`]]);
  });

  it('query prints every row into a file or pipe, and a result that was cut is an error', async () => {
    const all = await cli(['query', '--csv', 'SELECT event_id FROM transaction']);
    expect([all.code, all.out.trimEnd().split('\n').length]).toEqual([0, many + 1]);
    const table = await cli(['query', 'SELECT event_id FROM transaction']);
    expect([table.code, table.out.split('\n').filter((line) => /[0-9a-f-]{36}/.test(line)).length]).toEqual([
      0,
      many,
    ]);
    const asked = await cli(['query', '--csv', '--max-rows', '2', 'SELECT event_id FROM transaction']);
    expect([asked.code, asked.err]).toEqual([0, expect.stringContaining('There are more rows')]);
    const cut = await cli(['query', '--csv', "SELECT repeat('x', 40000) FROM range(3000)"]);
    expect([cut.code, cut.err]).toEqual([1, expect.stringContaining('There are more rows')]);
  });

  it('leaves no part of a file, is for its owner alone, and keeps nothing at the service', async () => {
    const names = await readdir(shell.folder);
    expect(names.filter((name) => name.endsWith('.part'))).toEqual([]);
    expect((await stat(file('all.csv'))).mode & 0o77).toBe(0);
    expect(await readdir(join(shell.folder, 'data', 'exports'))).toEqual([]);
  });

  it('writes to standard output, and into the file behind a link, which stays', async () => {
    const piped = await cli(['export', 'transaction', '--format', 'ndjson', '--out', '-']);
    expect([piped.code, piped.out.trimEnd().split('\n').length]).toEqual([0, many]);
    expect(piped.err).toContain('in standard output');
    await symlink(file('behind.csv'), file('link.csv'));
    await writeFile(file('behind.csv'), 'before');
    expect((await cli(['export', 'transaction', '--out', file('link.csv')])).code).toBe(0);
    expect((await lstat(file('link.csv'))).isSymbolicLink()).toBe(true);
    expect(await readFile(file('behind.csv'), 'utf8')).toContain(',7.1,');
    const folder = await cli(['export', 'transaction', '--format', 'csv', '--out', shell.folder]);
    expect([folder.code, folder.err]).toEqual([2, expect.stringContaining('is a folder')]);
  });

  it('exports tables of any name, and says which is not there', async () => {
    await cli(['export', '_sentinel_outcomes', '--out', file('outcomes.csv')]);
    expect(existsSync(file('outcomes.csv'))).toBe(true);
    const wrong = await cli(['export', 'no "such', '--out', file('none.csv')]);
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('there is no table no "such')]);
    expect(existsSync(file('none.csv'))).toBe(false);
    const unclear = await cli(['export', 'transaction', '--out', file('rows.txt')]);
    expect([unclear.code, unclear.err]).toEqual([2, expect.stringContaining('--format')]);
    const nowhere = await cli(['export', 'transaction', '--out', file('no/such/folder.csv')]);
    expect([nowhere.code, nowhere.err]).toEqual([1, expect.stringContaining('was not written')]);
  });

  it('copies the whole database, also what is in its log only, at one moment of its loads', async () => {
    const more = Array.from({ length: 500 }, (_, number) => JSON.stringify(transaction(10_000 + number)));
    const [copied] = await Promise.all([
      cli(['snapshot', file('copy.duckdb')]),
      cli(['ingest', '-', '--source', 'bank'], more.join('\n')),
    ]);
    expect([copied.code, copied.err]).toEqual([0, expect.stringContaining('a copy of the database')]);
    expect(existsSync(file('copy.duckdb.wal'))).toBe(false);
    const [[rows, loaded] = []] = await read(
      file('copy.duckdb'),
      'SELECT (SELECT count(*) FROM transaction), (SELECT sum(loaded) FROM _sentinel_counters)',
    );
    expect(Number(rows)).toBeGreaterThanOrEqual(many);
    expect(Number(rows)).toBe(Number(loaded));
    const again = await cli(['snapshot', file('copy.duckdb')]);
    expect([again.code, again.err]).toEqual([1, expect.stringContaining('is there already')]);
  });

  it('goes on with a file from a byte, and hides files from queries', async () => {
    const headers = { authorization: 'Bearer secret', 'content-type': 'application/json' };
    const begun = await fetch(`${sentinel.url}/api/v1/exports`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ table: 'transaction', format: 'csv' }),
    });
    expect(begun.status).toBe(202);
    const { id } = (await begun.json()) as { id: string };
    const url = `${sentinel.url}/api/v1/exports/${id}`;
    await until(
      async () => ((await (await fetch(url, { headers })).json()) as { state: string }).state === 'done',
    );
    const whole = await (await fetch(`${url}/file`, { headers })).text();
    const rest = await fetch(`${url}/file`, { headers: { ...headers, range: 'bytes=1000-' } });
    expect([rest.status, await rest.text()]).toEqual([206, whole.slice(1000)]);
    for (const sql of [`FROM '${join(shell.folder, 'data/exports', id)}'`, `SELECT * FROM read_csv('${id}')`])
      expect((await cli(['query', sql])).code).toBe(1);
    expect((await fetch(url, { method: 'DELETE', headers: { authorization: 'Bearer secret' } })).status).toBe(
      200,
    );
    expect((await fetch(url, { headers })).status).toBe(404);
  });

  it('does the same on the data folder when no service runs', async () => {
    await sentinel.close();
    const { code, err } = await cli(['export', 'transaction', '--out', file('later.parquet')]);
    expect([code, err]).toEqual([0, expect.stringContaining('rows of transaction')]);
    expect(await read(':memory:', count('later.parquet'))).toEqual([[`${many + 500}`]]);
    expect((await cli(['snapshot', file('later.duckdb')])).code).toBe(0);
    expect(await read(file('later.duckdb'), 'SELECT count(*) FROM transaction')).toEqual([[`${many + 500}`]]);
  });
});
