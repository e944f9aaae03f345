import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, open, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStore } from '../../../src/engine/embedded/store.ts';
import { examineQueue } from '../../../src/engine/open.ts';
import { duckdb } from '../../../src/load/destinations/duckdb/adapter.ts';
import { openDuckDb } from '../../../src/load/destinations/duckdb/index.ts';

/** A damaged file is said by its name, with what to do, and never ends the process without a word. */
let dir: string;
const engine = { type: 'embedded' } as const;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sentinel-damaged-'));
  await mkdir(join(dir, 'queue'));
  const store = openStore(join(dir, 'queue', 'engine.mdb'));
  for (let i = 0; i < 500; i++) {
    void store.log.put(['topic', 'writer', i], Buffer.alloc(2000, 65));
    void store.state.put(Buffer.from(`key${i}`), { a: i }, 1);
  }
  await store.root.flushed;
  await store.root.close();
});
afterAll(() => rm(dir, { recursive: true }));

const overwrite = async (path: string, from: number, bytes: Buffer): Promise<void> => {
  const file = await open(path, 'r+');
  await file.write(bytes, 0, bytes.length, from);
  await file.close();
};

it('a sound queue is read; so is one that is not there', async () => {
  expect(await examineQueue({ dataDir: dir, engine }, 'whole')).toBe(1000);
  expect(await examineQueue({ dataDir: join(dir, 'none'), engine })).toBe(0);
});

it.each<[string, (path: string, size: number) => Promise<void>]>([
  ['cut', (path, size) => truncate(path, size >> 1)],
  ['cut to a few bytes', (path) => truncate(path, 5000)],
  ['empty', (path) => truncate(path, 0)],
  ['overwritten at its head', (path) => overwrite(path, 0, randomBytes(8192))],
  ['overwritten within', (path, size) => overwrite(path, 8192, randomBytes(size - 8192))],
])('a queue that is %s is refused', async (name, damage) => {
  const dataDir = join(dir, name);
  const path = join(dataDir, 'queue', 'engine.mdb');
  await mkdir(join(dataDir, 'queue'), { recursive: true });
  await copyFile(join(dir, 'queue', 'engine.mdb'), path);
  await writeFile(join(dataDir, 'queue', 'id'), 'q');
  await damage(path, (await stat(path)).size);
  await expect(examineQueue({ dataDir, engine })).rejects.toMatchObject({
    code: 'store_damaged',
    message: expect.stringContaining(join(dataDir, 'queue')) as string,
  });
});

it.each<[string, (path: string, size: number) => Promise<void>]>([
  ['cut', (path, size) => truncate(path, size >> 1)],
  ['overwritten at its head', (path) => overwrite(path, 0, randomBytes(4096))],
  ['overwritten within', (path, size) => overwrite(path, 4096, randomBytes(size - 4096))],
])('a DuckDB file that is %s is damaged, and not in use by another process', async (name, damage) => {
  const path = join(dir, `${name}.duckdb`);
  const destination = await openDuckDb({ path });
  await destination.prepare([
    { name: 't', contract: 't', key: ['/id'], columns: [{ name: 'id', type: { kind: 'string' } }] },
  ]);
  await destination.close();
  await expect(duckdb.doctor({ type: 'duckdb', path }, { tables: [], dataDir: dir })).resolves.toEqual({});
  await damage(path, (await stat(path)).size);
  await expect(duckdb.doctor({ type: 'duckdb', path }, { tables: [], dataDir: dir })).rejects.toMatchObject({
    code: 'store_damaged',
  });
  await expect(openDuckDb({ path })).rejects.toMatchObject({
    code: 'store_damaged',
    message: expect.stringContaining(path) as string,
  });
});
