import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { demoConfig } from '../../src/demo/demo.ts';
import { createStream } from '../../src/demo/stream.ts';
import type { SourceInfo } from '../../src/observe/history/sources.ts';
import { type RunningSentinel, get, startProcess } from '../helpers/sentinel.ts';
import { until } from '../helpers/until.ts';

const now = new Date('2026-01-15T10:00:00Z');
const calls = (seed: number, count: number) => {
  const stream = createStream(seed);
  return Array.from({ length: count }, () => stream.next(now));
};

describe('the stream', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(calls(7, 50)).toEqual(calls(7, 50));
    expect(calls(7, 50)).not.toEqual(calls(8, 50));
  });

  it('flows in a trickle with bursts of one source, and repeats an event now and then', () => {
    const all = calls(1, 500);
    const sizes = all.map((events) => events.length);
    const bursts = all.filter((events) => events.length > 50);
    expect(sizes.filter((size) => size <= 4).length).toBeGreaterThan(480);
    expect(bursts.length).toBeGreaterThan(1);
    const ids = all.flat().map(({ event }) => event['event_id']);
    expect(new Set(ids).size).toBeLessThan(ids.length);
    expect(new Set(all.flat().map(({ source }) => source)).size).toBe(8);
  });
});

it('the configuration: the address is the user’s, data, contracts and destination are the demo’s', () => {
  const config = loadConfig({
    cwd: '/tmp',
    env: { SENTINEL_API_PORT: '4000', SENTINEL_API_TOKEN: 'secret', OPENAI_API_KEY: 'k' },
    overrides: { dataDir: '/somewhere/data' },
  });
  const own = {
    contracts: ['/my/contracts'],
    destination: { type: 'duckdb', path: '/my/w.duckdb' },
  } as const;
  const demo = demoConfig({ ...config, ...own, contracts: [...own.contracts] });
  expect(demo).toMatchObject({ dataDir: '/somewhere/data/demo', http: { port: 4000, token: 'secret' } });
  expect(demo.destination).toEqual({ type: 'duckdb' });
  expect(demo.contracts).not.toContain('/my/contracts');
  expect(demo.healing.openai).toBeUndefined();
  expect(demoConfig(config, { dataDir: '/elsewhere' }).dataDir).toBe('/elsewhere');
});

describe('sentinel start --demo', () => {
  let sentinel: RunningSentinel;
  beforeAll(async () => {
    sentinel = await startProcess({
      command: ['start', '--demo', '--demo-seed', '7'],
      env: { SENTINEL_API_TOKEN: '' },
    });
  });

  it('shows a living service at once: clean, repaired and dead events of several sources and contracts', async () => {
    let sources: SourceInfo[] = [];
    await until(async () => {
      ({ items: sources } = await get<{ items: SourceInfo[] }>(`${sentinel.url}/api/v1/sources`));
      const total = (key: 'valid' | 'repaired' | 'dead_letter') =>
        sources.reduce((sum, source) => sum + source[key], 0);
      return total('valid') > 50 && total('repaired') > 10 && total('dead_letter') > 3;
    });
    expect(sources.length).toBeGreaterThan(5);
    expect(new Set(sources.flatMap(({ contracts }) => contracts)).size).toBe(4);
    const { items } = await get<{ items: { origin: string }[] }>(`${sentinel.url}/api/v1/rules`);
    expect(items.some(({ origin }) => origin === 'heuristic')).toBe(true);
  });

  it('keeps its data apart, says so, and stops in good order', async () => {
    await access(join(sentinel.dir, 'data', 'demo'));
    await expect(access(join(sentinel.dir, 'data', 'sentinel.duckdb'))).rejects.toThrow('ENOENT');
    const line = sentinel.log().find(({ status }) => status === 'demo');
    expect(line).toMatchObject({ seed: 7, data_dir: join(sentinel.dir, 'data', 'demo') });
    expect(sentinel.log().filter(({ level }) => level === 'error')).toEqual([]);
    expect(await sentinel.kill('SIGTERM')).toBe(0);
  });
  afterAll(() => sentinel.stop());
});
