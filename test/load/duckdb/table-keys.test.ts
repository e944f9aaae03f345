import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDuckDb } from '../../../src/load/destinations/duckdb/index.ts';
import { settleRows } from '../../conformance/destination.ts';
import { plain, plainRow } from './support.ts';

const rows = 200_000;
const rounds = 10;

let dir: string;
let path: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sentinel-keys-'));
  path = join(dir, 'warehouse.duckdb');
  const empty = await openDuckDb({ path });
  await empty.prepare([plain]);
  await empty.close();
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  await connection.run(
    `insert into "order" (event_id, quantity, _request_id) select 'key ' || i, i, uuid() from range(${rows}) r(i)`,
  );
  connection.closeSync();
  instance.closeSync();
});
afterEach(() => rm(dir, { recursive: true }));

it('a large table tells repeats from new ones, from the first batch on', async () => {
  const destination = await openDuckDb({ path });
  await destination.prepare([plain]);
  const expected: string[] = [];
  const found: string[] = [];
  for (let round = 0; round < rounds; round++) {
    const batch = [`key ${(round * rows) / rounds}`, `new ${round}`, `new ${Math.max(0, round - 1)}`];
    const outcomes = await settleRows(
      destination,
      batch.map((event_id) => plainRow({ event_id })),
    );
    found.push(...outcomes.map(({ status }) => status));
    expected.push('duplicate', 'loaded', 'duplicate');
  }
  expect(found).toEqual(expected);
  const { rows: counts } = await destination.query('select count(*), count(distinct event_id) from "order"');
  expect(counts[0]!.map(Number)).toEqual([rows + rounds, rows + rounds]);
  await destination.close();
});

it('it can be closed while they are being read, and misses nothing afterwards', async () => {
  const first = await openDuckDb({ path });
  await first.prepare([plain]);
  await settleRows(first, [plainRow({ event_id: 'new' })]);
  await first.close();
  const second = await openDuckDb({ path });
  await second.prepare([plain]);
  const [again, old] = await settleRows(second, [
    plainRow({ event_id: 'new' }),
    plainRow({ event_id: `key ${rows - 1}` }),
  ]);
  expect([again!.status, old!.status]).toEqual(['duplicate', 'duplicate']);
  await second.close();
});

it('a view of it is none of the tables that hold events', async () => {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  await connection.run('create view few as from "order" where quantity < 10');
  connection.closeSync();
  instance.closeSync();
  const destination = await openDuckDb({ path });
  await destination.prepare([plain]);
  expect(await destination.erasing.tables()).toEqual(['order']);
  const [old, next] = await settleRows(
    destination,
    ['key 7', 'new'].map((event_id) => plainRow({ event_id })),
  );
  expect([old!.status, next!.status]).toEqual(['duplicate', 'loaded']);
  await destination.close();
});
