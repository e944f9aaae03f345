import { copyFile, mkdtemp, rename, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDuckDb } from '../../../src/load/destinations/duckdb/index.ts';
import type { OpenDestination } from '../../../src/load/destination.ts';
import { settleOrBlame } from '../../../src/load/table-fault.ts';
import { mountSmallDisk } from '../../chaos/faults/disk.ts';
import { settleRows } from '../../conformance/destination.ts';
import { plain, plainRow } from './support.ts';

/** Files that somebody deletes or moves while the service has them open, and a disk that is full. */
let dir: string;
let file: string;
let destination: OpenDestination;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sentinel-file-gone-'));
  file = join(dir, 'w.duckdb');
  await opened();
});
afterEach(async () => {
  await destination.close();
  await rm(dir, { recursive: true });
});

async function opened(): Promise<void> {
  destination = await openDuckDb({ path: file });
  await destination.prepare([plain]);
}

const rowOf = (id: string) => plainRow({ event_id: id, quantity: 1 });
const count = async (): Promise<number> =>
  Number((await destination.query!('select count(*) from "order"')).rows[0]![0]);

it('a batch is not acknowledged while the database is not where it was', async () => {
  await settleRows(destination, [rowOf('a')]);
  const elsewhere = join(dir, 'elsewhere');
  await rename(file, elsewhere);
  const row = rowOf('b');
  const settling = settleOrBlame(destination, { rows: [row], letters: [] });
  await expect(settling).rejects.toMatchObject({
    code: 'destination_unavailable',
    retryable: true,
    message: expect.stringContaining('was deleted') as string,
  });
  await expect(settling).rejects.not.toHaveProperty('table');
  await rename(elsewhere, file);
  expect(await settleRows(destination, [row])).toMatchObject([{ status: 'loaded' }]);
  expect(await count()).toBe(2);
});

it('nor while it is empty', async () => {
  await settleRows(destination, [rowOf('a')]);
  await truncate(file);
  await expect(settleRows(destination, [rowOf('b')])).rejects.toMatchObject({
    code: 'destination_unavailable',
  });
  await destination.close().catch(() => undefined);
  await rm(file);
  await rm(`${file}.wal`, { force: true });
  await opened();
});

it('what waited for a deleted database is loaded into the new one', async () => {
  await rm(file);
  const row = rowOf('a');
  await expect(settleRows(destination, [row])).rejects.toMatchObject({ code: 'destination_unavailable' });
  await destination.close();
  await opened();
  expect(await settleRows(destination, [row])).toMatchObject([{ status: 'loaded' }]);
  expect(await count()).toBe(1);
});

it('what stood in a deleted write-ahead log is kept', async () => {
  await settleRows(destination, [rowOf('a')]);
  await rm(`${file}.wal`);
  expect(await settleRows(destination, [rowOf('b')])).toMatchObject([{ status: 'loaded' }]);
  // As after kill -9: what is on disk now.
  const copy = join(dir, 'copy.duckdb');
  await copyFile(file, copy);
  await destination.close();
  file = copy;
  await opened();
  expect(await count()).toBe(2);
});

it('a full disk is the trouble of the destination, not of the table that happened to be next', async (context) => {
  const disk = mountSmallDisk(64 * 2 ** 20);
  if (disk === undefined) return context.skip();
  await destination.close();
  file = join(disk.folder, 'w.duckdb');
  await opened();
  const giveBack = disk.fill();
  const rows = Array.from({ length: 5000 }, (_, at) => rowOf(`full-${at}`));
  const settling = settleOrBlame(destination, { rows, letters: [] });
  await expect(settling).rejects.toMatchObject({
    code: 'destination_unavailable',
    message: expect.stringContaining('disk is full') as string,
  });
  await expect(settling).rejects.not.toHaveProperty('table');
  giveBack();
  await settleOrBlame(destination, { rows, letters: [] });
  expect(await count()).toBe(5000);
  await destination.close();
  await disk.remove();
  file = join(dir, 'w.duckdb');
  await opened();
});
