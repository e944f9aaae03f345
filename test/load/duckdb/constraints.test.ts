import { DuckDBInstance } from '@duckdb/node-api';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDuckDb } from '../../../src/load/destinations/duckdb/index.ts';
import type { OpenDestination, Row } from '../../../src/load/destination.ts';
import { settleRows } from '../../conformance/destination.ts';
import { plain, plainRow } from './support.ts';

/** What somebody else has put on a table costs the rows that it refuses. */
let dir: string;
let destination: OpenDestination;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sentinel-constraints-'));
  await opened();
});
afterEach(async () => {
  await destination.close();
  await rm(dir, { recursive: true });
});

async function opened(): Promise<void> {
  destination = await openDuckDb({ path: join(dir, 'w.duckdb') });
  await destination.prepare([plain]);
}

/** As a person does, while the service is stopped. */
async function alter(sql: string): Promise<void> {
  await destination.close();
  const instance = await DuckDBInstance.create(join(dir, 'w.duckdb'));
  const connection = await instance.connect();
  await connection.run(sql);
  connection.closeSync();
  instance.closeSync();
  await opened();
}

let ids = 0;
const rowOf = (quantity: number | null): Row => plainRow({ event_id: `e${++ids}`, quantity });
const statuses = async (rows: Row[]) => (await settleRows(destination, rows)).map(({ status }) => status);
const quantities = async (): Promise<unknown[]> =>
  (await destination.query!('select quantity from "order" order by quantity')).rows.flat();

it('a unique index: the first of two rows is loaded, the other is refused, and all others load', async () => {
  await alter('create unique index own on "order"(quantity)');
  expect(await statuses([1, 2, 1, 3, 4].map(rowOf))).toEqual([
    'loaded',
    'loaded',
    'rejected',
    'loaded',
    'loaded',
  ]);
  const again = [rowOf(2), rowOf(5)];
  const outcomes = await settleRows(destination, again);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'loaded']);
  expect(outcomes[0]).toMatchObject({ reason: expect.stringContaining('unique index') as string });
  expect(JSON.stringify(outcomes)).not.toContain('quantity: 2');
  expect((await quantities()).map(String)).toEqual(['1', '2', '3', '4', '5']);
});

it('a column that must not be null', async () => {
  await alter('alter table "order" alter quantity set not null');
  expect(await statuses([rowOf(1), rowOf(null), rowOf(3)])).toEqual(['loaded', 'rejected', 'loaded']);
});

it('one that refuses every row alike is the fault of the table: the batch waits, and says why', async () => {
  await alter('alter table "order" alter quantity set not null');
  const rows = Array.from({ length: 150 }, () => rowOf(null));
  await expect(settleRows(destination, rows)).rejects.toMatchObject({
    code: 'destination_unavailable',
    retryable: true,
    message: expect.stringContaining('quantity must not be null') as string,
  });
  await alter('alter table "order" alter quantity drop not null');
  expect(new Set(await statuses(rows))).toEqual(new Set(['loaded']));
});
