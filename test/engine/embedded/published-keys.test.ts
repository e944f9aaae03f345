import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PublishedKeys } from '../../../src/engine/embedded/published-keys/memory.ts';
import { wordOf } from '../../../src/engine/embedded/published-keys/entries.ts';
import { KeyFilter } from '../../../src/engine/embedded/published-keys/filter.ts';
import { openStore, type Store, writeTogether } from '../../../src/engine/embedded/store.ts';

let dir: string;
let store: Store;
let keys: PublishedKeys;
const sizes = { run: 256, runsInPartition: 3 };
const day = 86_400_000;

async function reopen(): Promise<void> {
  await keys?.idle();
  await store?.root.close();
  store = openStore(join(dir, 'engine.mdb'));
  keys = new PublishedKeys(store, sizes);
}
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  dir = await mkdtemp(join(tmpdir(), 'sentinel-keys-'));
  await reopen();
});
afterEach(async () => {
  vi.useRealTimers();
  await keys.idle();
  await store.root.close();
  await rm(dir, { recursive: true });
});

const keyOf = (n: number) => createHash('sha256').update(String(n)).digest('binary').slice(0, 16);
const idOf = (n: number) => `0192f0c1-2b3c-7def-8123-${n.toString(16).padStart(12, '0')}`;
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

/** One commit. */
async function publish(numbers: readonly number[], days = 30, ids = idOf): Promise<void> {
  const expiresAt = Date.now() + days * day;
  const prepared = keys.prepare(numbers.map((n) => ({ key: keyOf(n), id: ids(n), expiresAt })));
  await writeTogether(store, prepared.write);
  prepared.done();
}
async function publishAll(from: number, to: number, days?: number): Promise<void> {
  for (let at = from; at < to; at += 50) await publish(range(at, Math.min(at + 50, to)), days);
  await keys.idle();
}
const found = (from: number, to: number) => range(from, to).filter((n) => keys.find(keyOf(n)) === idOf(n));
const stored = () => store.publishedKeys.getCount();

it('finds each key, and no other, while runs and partitions fill, and after a restart', async () => {
  expect(keys.find(keyOf(0))).toBeUndefined();
  await publishAll(0, 2500);
  expect(found(0, 2500)).toHaveLength(2500);
  await reopen();
  expect(found(0, 2500)).toHaveLength(2500);
  expect(range(2500, 12_500).filter((n) => keys.find(keyOf(n)) !== undefined)).toEqual([]);
  await publishAll(2500, 4000);
  await reopen();
  expect(found(0, 4000)).toHaveLength(4000);
  expect([...keys.all()]).toHaveLength(4000);
});

it('finds keys while their run is being written', async () => {
  await publish(range(0, sizes.run));
  expect(found(0, sizes.run)).toHaveLength(sizes.run);
  await publish(range(sizes.run, 2 * sizes.run));
  expect(found(0, 2 * sizes.run)).toHaveLength(2 * sizes.run);
});

it('finds nothing that was not written', async () => {
  keys.prepare([{ key: keyOf(1), id: idOf(1), expiresAt: Date.now() + day }]);
  expect(keys.find(keyOf(1))).toBeUndefined();
});

it('forgets a key when it has expired, wherever it is, and takes it anew', async () => {
  await publishAll(0, 1000, 1);
  expect(found(0, 1000)).toHaveLength(1000);
  vi.setSystemTime(Date.now() + day);
  expect(range(0, 1000).filter((n) => keys.find(keyOf(n)) !== undefined)).toEqual([]);
  await publishAll(0, 1000, 1);
  await reopen();
  expect(found(0, 1000)).toHaveLength(1000);
});

it('the last id of a key counts', async () => {
  const again = (n: number) => idOf(n + 100_000);
  await publishAll(0, 600);
  await publish(range(0, 300), 30, again);
  expect(keys.find(keyOf(5))).toBe(again(5));
  await keys.idle();
  await reopen();
  expect(keys.find(keyOf(5))).toBe(again(5));
});

it('gives back the space of what has expired', async () => {
  await publishAll(0, 3000, 1);
  const before = stored();
  vi.setSystemTime(Date.now() + 2 * day);
  await publishAll(3000, 6000, 1);
  expect(stored()).toBeLessThan(before * 1.3);
});

it('a run that the disk refuses is written later, and nothing is forgotten meanwhile', async () => {
  const put = vi.spyOn(store.publishedKeys, 'put').mockImplementation((key) => {
    if (key[0] === 2) throw new Error('no space left');
    return Promise.resolve(true);
  });
  await publish(range(0, 300));
  await keys.idle();
  put.mockRestore();
  expect(found(0, 300)).toHaveLength(300);
});

it('a filter has each key that was added, and few others', () => {
  const filter = new KeyFilter(20_000);
  const words = (n: number): [number, number, number] => {
    const key = keyOf(n);
    return [wordOf(key, 0), wordOf(key, 1), wordOf(key, 2)];
  };
  for (let n = 0; n < 20_000; n++) filter.add(...words(n));
  expect(range(0, 20_000).every((n) => filter.mayHave(...words(n)))).toBe(true);
  expect(range(20_000, 40_000).filter((n) => filter.mayHave(...words(n))).length).toBeLessThan(100);
});
