import { getHeapStatistics } from 'node:v8';
import { expect, it } from 'vitest';
import { collectWhenIdle } from '../../src/support/idle-gc.ts';
import { until } from '../helpers/until.ts';

it('garbage of a busy time is given back when the thread is idle, and contexts get no gc', async () => {
  collectWhenIdle({ every: 20, least: 2 ** 20 });
  const before = getHeapStatistics().used_heap_size;
  let kept: unknown[] = Array.from({ length: 200_000 }, (_, at) => ({ at }));
  expect(kept.length).toBe(200_000);
  kept = [];
  await until(() => getHeapStatistics().used_heap_size < before + 4 * 2 ** 20);
  expect((globalThis as { gc?: unknown }).gc).toBeUndefined();
});
