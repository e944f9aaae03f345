import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { promote } from '../../src/cli/contract-promote.ts';
import type { Io } from '../../src/cli/io.ts';
import type { Config } from '../../src/config/load.ts';
import { loadContracts } from '../../src/contracts/discover.ts';
import { createRowMaker } from '../../src/load/row.ts';
import { openDuckDb } from '../../src/load/destinations/duckdb/index.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sentinel-promote-'));
});
afterEach(() => rm(dir, { recursive: true }));

const said: string[] = [];
const io = {
  stdout: { write: (text: string) => said.push(text) },
  stderr: { write: (text: string) => said.push(text) },
} as unknown as Io;

it('declares the field in a JSON Schema file, adds the column, and fills it', async () => {
  const file = join(dir, 'visit.schema.json');
  const schema = {
    'x-contract': { name: 'visit', version: '1.0.0' },
    type: 'object',
    properties: { page: { type: 'string' } },
  };
  await writeFile(file, JSON.stringify(schema));
  const registry = await loadContracts([dir]);
  const path = join(dir, 'warehouse.duckdb');
  const before = await openDuckDb({ path });
  await before.prepare(registry.tables());
  const make = createRowMaker(registry.latest('visit')!);
  const facts = { receivedAt: 0, source: 'web', repair: undefined, text: undefined, changed: undefined };
  const ids = ['018f3c6e-0000-7000-8000-000000000000', '018f3c6e-0000-7000-8000-000000000001'];
  await before.settle({
    rows: ids.map((requestId, at) => make({ page: '/', visitor: at + 1 }, { ...facts, requestId })),
    letters: [],
  });
  await before.close();

  const config = {
    dataDir: dir,
    contracts: [dir],
    destination: { type: 'duckdb', path },
    pipeline: { stallMs: 1000 },
  } as unknown as Config;
  await promote(io, 'visit', '/_extra/visitor', { type: undefined, config });
  expect(said.join('')).toContain('2 rows of visit: visitor is in the column visitor now.');
  const written = JSON.parse(await readFile(file, 'utf8')) as typeof schema;
  expect(written.properties).toEqual({ page: { type: 'string' }, visitor: { type: ['integer', 'null'] } });
  const after = await openDuckDb({ path });
  expect((await after.query('SELECT visitor, _extra FROM visit ORDER BY visitor')).rows).toEqual([
    [1, null],
    [2, null],
  ]);
  await after.close();
  await expect(promote(io, 'visit', '/visitor', { type: undefined, config })).rejects.toThrow(
    /\/_extra\/coupon/,
  );
  await expect(promote(io, 'visits', '/_extra/visitor', { type: undefined, config })).rejects.toThrow(
    /there is no contract visits/,
  );
});
